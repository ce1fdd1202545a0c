// Finds onnxruntime-node where a user has installed it (`npm run accelerate`). It is no dependency: its package is 291 MB, and nothing needs it.

import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { EngineError } from '@quire/engine/core';

/** The parts of onnxruntime-node that the executor calls. */
export interface OnnxRuntime {
  readonly version: string;
  readonly InferenceSession: {
    create(bytes: Uint8Array, options: Readonly<Record<string, unknown>>): Promise<OnnxSession>;
  };
  readonly Tensor: new (type: string, data: OnnxData, dims: readonly number[]) => OnnxTensor;
}
export interface OnnxSession {
  run(feeds: Readonly<Record<string, OnnxTensor>>): Promise<Readonly<Record<string, OnnxTensor>>>;
  release(): Promise<void>;
}
export interface OnnxTensor {
  readonly data: OnnxData;
}
type OnnxData = Float32Array | Int8Array | BigInt64Array;

const PACKAGE = 'onnxruntime-node';

/** Where `npm run accelerate` puts it: the variable QUIRE_ACCELERATE, or .cache/accelerate below the working folder. */
export function accelerateFolder(env: Readonly<Record<string, string | undefined>>): string {
  return resolve(env.QUIRE_ACCELERATE ?? join('.cache', 'accelerate'));
}

/** Does the folder hold the runtime? */
export function hasOnnxRuntime(folder: string): boolean {
  return existsSync(join(folder, 'node_modules', PACKAGE, 'package.json'));
}

/** Throws NOT_FOUND where it is not installed, UNSUPPORTED where it cannot be loaded on this machine. */
export function loadOnnxRuntime(folder: string): OnnxRuntime {
  if (!hasOnnxRuntime(folder)) {
    throw new EngineError('NOT_FOUND', `onnxruntime-node is not in ${folder}`, {
      hint: 'Install it with: npm run accelerate. Or use --executor wasm, which needs nothing.',
    });
  }
  try {
    const load = createRequire(join(folder, 'node_modules', PACKAGE, 'package.json'));
    const { version } = JSON.parse(readFileSync(join(folder, 'node_modules', PACKAGE, 'package.json'), 'utf8'));
    const { InferenceSession, Tensor } = load(PACKAGE);
    return { version, InferenceSession, Tensor };
  } catch (cause) {
    throw new EngineError(
      'UNSUPPORTED',
      `onnxruntime-node in ${folder} cannot be loaded: ${(cause as Error).message}`,
      {
        hint: 'Delete the folder and install it again with: npm run accelerate.',
        cause,
      },
    );
  }
}

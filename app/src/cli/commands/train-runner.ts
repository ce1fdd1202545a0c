// What every training of `quire train` needs, whatever the recipe: the executor that the options name, a recipe's text, a model folder that is whole
// or not there.

import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EngineError } from '@quire/engine/core';
import { readTransformerModel } from '@quire/engine/encoders';
import { hasNetworkBuild } from '@quire/engine/kernels';
import { type Executor, WasmExecutor } from '@quire/engine/network';
import { nodeWorkers } from '@quire/engine/node';
import { accelerateFolder, exportOnnx, loadOnnxRuntime, OnnxExecutor } from '@quire/learn';
import type { Io } from '../io.ts';

interface RunOptions {
  readonly threads: number;
  readonly kernels: 'simd' | 'relaxed';
  readonly executor: 'wasm' | 'onnx';
}

export interface TrainOptions extends RunOptions {
  readonly works?: string;
  readonly texts?: readonly string[];
  readonly teacher?: string;
  readonly pairs?: string;
  readonly split: string;
  readonly dev?: string;
  readonly from?: string;
  readonly out: string;
  readonly benchmarks?: string;
  readonly scratch: string;
  readonly onnx?: boolean;
  readonly restart?: boolean;
  readonly asIs?: boolean;
  readonly json?: boolean;
}

export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new EngineError('NOT_FOUND', `The recipe ${path} cannot be read`, { cause });
  }
}

/** What trains and what encodes, by the options; the bits of a checkpoint depend on `bits`. */
export interface Runner {
  readonly bits: string;
  training(): Promise<Executor>;
  /** For an encoder: an executor, or the threads of the kernels. */
  encoding(): Promise<{ readonly executor?: Executor } | WorkerOptions>;
}
type WorkerOptions = { readonly threads?: number; readonly workers?: typeof nodeWorkers };

/** Throws NOT_FOUND, UNSUPPORTED where what was asked for is not on this machine: before anything is read. */
export function runner({ executor, kernels, threads }: RunOptions, env: Io['env']): Runner {
  if (executor === 'onnx') {
    const runtime = loadOnnxRuntime(accelerateFolder(env));
    return {
      bits: `onnx ${runtime.version}`,
      training: () => OnnxExecutor.open(runtime, { threads }),
      encoding: async () => ({ executor: await OnnxExecutor.open(runtime, { threads, weights: 'fixed' }) }),
    };
  }
  if (!hasNetworkBuild(kernels)) {
    throw new EngineError('UNSUPPORTED', `Node ${process.versions.node} cannot run the relaxed kernels`, {
      hint: 'Use Node 24 or newer, or --kernels simd.',
    });
  }
  const workers: WorkerOptions = threads === 1 ? {} : { threads, workers: nodeWorkers };
  return {
    bits: kernels === 'simd' ? kernels : `${kernels} ${process.versions.v8}`,
    training: () => WasmExecutor.open({ build: kernels, ...workers }),
    encoding: async () => workers,
  };
}

export async function withOnnx(
  files: ReadonlyMap<string, Uint8Array>,
  name: string,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const model = await readTransformerModel(async (path) => files.get(path), { name });
  return new Map([...files, ['model.onnx', exportOnnx(model)]]);
}

/** All files or none: written beside the folder, then renamed into it. */
export function writeFolder(folder: string, files: ReadonlyMap<string, Uint8Array>): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, bytes] of files) writeFileSync(join(folder, `${name}.new`), bytes);
  for (const name of files.keys()) renameSync(join(folder, `${name}.new`), join(folder, name));
}

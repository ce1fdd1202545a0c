// Whether the files of a model are what they were when it was added, and whether it still runs.

import { createHash } from 'node:crypto';
import { createReadStream, existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { EngineError, throwIfAborted } from '@quire/engine/core';
import { CARD, readCard } from './card.ts';
import { loadEncoder } from './load.ts';
import type { Model } from './model.ts';
import { tryOut } from './try-out.ts';

export interface ModelCheck {
  readonly name: string;
  /** Files compared with their checksums; 0 for a model without quire.json. */
  readonly files: number;
  readonly bytes: number;
  /** One sentence a problem; [] for a sound model. */
  readonly problems: readonly string[];
}

export async function checkModel(model: Model, options: { readonly signal?: AbortSignal } = {}): Promise<ModelCheck> {
  const problems: string[] = [];
  const files = existsSync(join(model.folder, CARD)) ? Object.entries(readCard(model.folder).files) : [];
  for (const [path, wanted] of files) {
    throwIfAborted(options.signal);
    const problem = await differenceOf(join(model.folder, path), wanted);
    if (problem !== undefined) problems.push(`${path}: ${problem}`);
  }
  if (problems.length === 0) {
    const problem = await runs(model);
    if (problem !== undefined) problems.push(problem);
  }
  return {
    name: model.name,
    files: files.length,
    bytes: files.reduce((sum, [, { bytes }]) => sum + bytes, 0),
    problems,
  };
}

async function differenceOf(
  path: string,
  { bytes, sha256 }: { readonly bytes: number; readonly sha256: string },
): Promise<string | undefined> {
  if (!existsSync(path)) return 'the file is missing';
  const { size } = statSync(path);
  if (size !== bytes) return `it has ${size} bytes, not ${bytes}`;
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex') === sha256 ? undefined : 'its bytes are not those that were added';
}

async function runs(model: Model): Promise<string | undefined> {
  try {
    const encoder = await loadEncoder(model);
    try {
      await tryOut(encoder, model.name);
      const { space } = existsSync(join(model.folder, CARD)) ? readCard(model.folder) : encoder;
      if (space !== encoder.space) return `its vectors are of the space ${encoder.space}, not ${space}`;
    } finally {
      encoder.close();
    }
    return undefined;
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return error.message;
  }
}

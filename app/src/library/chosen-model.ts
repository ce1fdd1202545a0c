// Which model the site is to search with, and how far its vectors are. Both stand in files of the data folder, so that any
// process can tell: a command chooses, the server that owns the folder or the command itself encodes.

import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EngineError } from '@quire/engine/core';
import type { Space } from './encode-calls.ts';
import { recordsIn } from './vector-file.ts';

const CHOICE = 'encoder.json';
const PROGRESS = 'encoding.json';

/** The model chosen by `quire model use`; undefined: the one that ships. */
export function chosenModel(folder: string): string | undefined {
  const model = (readJson(join(folder, CHOICE)) as { model?: unknown } | undefined)?.model; // checked on the next line
  return typeof model === 'string' && model !== '' ? model : undefined;
}

export function chooseModel(folder: string, name: string): void {
  write(join(folder, CHOICE), { model: name });
}

/** The file that collects vectors of a space until the index switches. */
export function vectorsPath(folder: string, { space }: Space): string {
  return join(folder, `encoding-${createHash('sha256').update(space).digest('hex').slice(0, 16)}.vectors`);
}

/** Vectors of a model that are being made. */
export interface Progress {
  readonly model: string;
  /** Papers that have a vector. */
  readonly done: number;
  readonly total: number;
}

/** Begins to collect: says to other processes what the file belongs to. */
export function beginProgress(folder: string, model: string, space: Space, total: number): void {
  write(join(folder, PROGRESS), { model, space: space.space, dim: space.dim, total });
}

/** How far the chosen model is; undefined where nothing is being encoded. */
export function encodingProgress(folder: string): Progress | undefined {
  const known = readJson(join(folder, PROGRESS)) as
    | { model: string; space: string; dim: number; total: number }
    | undefined; // our own file
  if (known === undefined || known.model !== chosenModel(folder)) return undefined;
  const path = vectorsPath(folder, known);
  const done = existsSync(path) ? recordsIn(statSync(path).size, known) : 0;
  return { model: known.model, done: Math.min(done, known.total), total: known.total };
}

/** The index has switched, or another model was chosen: the vectors are not needed. */
export function endProgress(folder: string): void {
  const known = readJson(join(folder, PROGRESS)) as Space | undefined; // our own file
  if (known !== undefined) rmSync(vectorsPath(folder, known), { force: true });
  rmSync(join(folder, PROGRESS), { force: true });
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined; // there is none, or none that can be read: the model that ships
  }
}

function write(path: string, value: object): void {
  try {
    writeFileSync(`${path}.new`, `${JSON.stringify(value)}\n`, { flush: true });
    renameSync(`${path}.new`, path);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM') {
      throw new EngineError('READ_ONLY', `This user may not write ${path}`, { cause });
    }
    throw new EngineError('STORAGE_FAILED', `Cannot write ${path}: ${message}`, { cause });
  }
}

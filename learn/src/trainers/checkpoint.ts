// The state of a training run between two steps, as one safetensors file. The file name contains a fingerprint of the
// configuration and the data, so a run resumes only with the same configuration and data.

import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { readSafetensors, type Tensor, tensorOf, writeSafetensors } from '@quire/engine/encoders';
import type { StaticTrainingState } from './static.ts';

/** Writes to a second name and renames it: a run that is killed here keeps its previous checkpoint. */
export function writeCheckpoint(path: string, state: StaticTrainingState): void {
  const { first, second, updates } = state.optimiser;
  const vocabulary = updates.length;
  const shape = [vocabulary, state.table.length / vocabulary];
  const bytes = writeSafetensors(
    new Map<string, Tensor>([
      // Steps and update counts stay far below 2²⁴, so float32 holds them exactly.
      ['step', { dtype: 'F32', shape: [1], values: Float32Array.of(state.step) }],
      ['table', { dtype: 'F32', shape, values: state.table }],
      ['first', { dtype: 'F32', shape, values: first }],
      ['second', { dtype: 'F32', shape, values: second }],
      ['updates', { dtype: 'F32', shape: [vocabulary], values: Float32Array.from(updates) }],
    ]),
  );
  writeFileSync(`${path}.new`, bytes);
  renameSync(`${path}.new`, path);
}

/** The state in the file; undefined when there is none. Throws CORRUPT for a damaged one. */
export function readCheckpoint(path: string): StaticTrainingState | undefined {
  if (!existsSync(path)) return undefined;
  const tensors = readSafetensors(readFileSync(path));
  const numbers = (name: string, shape: readonly number[]) => tensorOf(tensors, name, 'F32', shape).values;
  return {
    step: numbers('step', [1])[0]!,
    table: numbers('table', [-1, -1]),
    optimiser: {
      first: numbers('first', [-1, -1]),
      second: numbers('second', [-1, -1]),
      updates: Uint32Array.from(numbers('updates', [-1])),
    },
  };
}

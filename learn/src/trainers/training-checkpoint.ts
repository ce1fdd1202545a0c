// The state of a training run as one safetensors file, and the rule that a run resumes only with the configuration, the data and the
// kernels that it began with.

import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { EngineError } from '@quire/engine/core';
import { readSafetensors, type Tensor, writeSafetensors } from '@quire/engine/encoders';
import type { Weights } from '@quire/engine/network';
import type { TrainerState } from './trainer.ts';

export interface CheckpointOrigin {
  /** Hash of recipe and data. */
  readonly run: string;
  /** The kernels: "simd" everywhere, or "relaxed" with the version of the runtime, whose bits it depends on. */
  readonly kernels: string;
}

/** The weights that were best on the dev texts. */
export interface Best {
  /** A float32. */
  readonly value: number;
  readonly step: number;
  readonly weights: Weights;
}

export interface TrainingCheckpoint {
  readonly state: TrainerState;
  readonly best: Best | undefined;
}

const GROUPS = ['weights', 'm', 'v', 'averages', 'best'] as const;

/** Writes to a second name and renames it: a run that is killed here keeps its previous checkpoint. */
export function writeTrainingCheckpoint(
  path: string,
  state: TrainerState,
  origin: CheckpointOrigin,
  best?: Best,
): void {
  const tensors = new Map<string, Tensor>();
  const put = (name: string, values: Float32Array) =>
    tensors.set(name, { dtype: 'F32', shape: [values.length], values });
  // Steps stay below 2²⁴, so float32 holds them exactly.
  put('step', Float32Array.of(state.step, state.updates));
  for (const [name, values] of Object.entries(state.weights)) put(`weights/${name}`, values);
  for (const [name, { m, v }] of Object.entries(state.moments)) {
    put(`m/${name}`, m);
    put(`v/${name}`, v);
  }
  for (const [name, values] of Object.entries(state.averages ?? {})) put(`averages/${name}`, values);
  if (best !== undefined) {
    put('best step', Float32Array.of(best.step, best.value));
    for (const [name, values] of Object.entries(best.weights)) put(`best/${name}`, values);
  }
  tensors.set(originName(origin), { dtype: 'I8', shape: [0], values: new Int8Array(0) });
  writeFileSync(`${path}.new`, writeSafetensors(tensors));
  renameSync(`${path}.new`, path);
}

/** undefined where there is no file. Throws CORRUPT for a damaged one, INVALID_ARGUMENT for one of another run. */
export function readTrainingCheckpoint(path: string, origin: CheckpointOrigin): TrainingCheckpoint | undefined {
  if (!existsSync(path)) return undefined;
  const tensors = readSafetensors(readFileSync(path));
  if (!tensors.has(originName(origin))) {
    const found = [...tensors.keys()].find((name) => name.startsWith('origin '));
    throw new EngineError('INVALID_ARGUMENT', `${path} belongs to another run: ${found ?? 'it names none'}`, {
      hint: `This run is "${originName(origin)}". Resume with the recipe, data and Node version of the start, or delete the file.`,
    });
  }
  const groups: Record<string, Record<string, Float32Array>> = { weights: {}, m: {}, v: {}, averages: {}, best: {} };
  for (const [name, tensor] of tensors) {
    const group = GROUPS.find((prefix) => name.startsWith(`${prefix}/`));
    if (group !== undefined && tensor.dtype === 'F32') groups[group]![name.slice(group.length + 1)] = tensor.values;
  }
  const { weights, m, v, averages, best } = groups as Record<(typeof GROUPS)[number], Record<string, Float32Array>>;
  const step = numbersOf(tensors.get('step'));
  if (step.length !== 2) throw new EngineError('CORRUPT', `${path} holds no step`);
  const state = {
    step: step[0]!,
    updates: step[1]!,
    weights,
    moments: Object.fromEntries(Object.entries(m).map(([name, values]) => [name, { m: values, v: v[name]! }])),
    averages: Object.keys(averages).length === 0 ? undefined : averages,
  };
  const [bestStep, value] = numbersOf(tensors.get('best step'));
  return { state, best: bestStep === undefined ? undefined : { step: bestStep, value: value!, weights: best } };
}

/** A member of the checkpoint as numbers; none where it is missing. */
function numbersOf(tensor: Tensor | undefined): ArrayLike<number> & Iterable<number> {
  return tensor?.values ?? [];
}

function originName({ run, kernels }: CheckpointOrigin): string {
  return `origin ${run} ${kernels}`;
}

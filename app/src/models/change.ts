// Changes of a model that was added: its weight in the fusion, and its end.

import { renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { EngineError } from '@quire/engine/core';
import { readCard, writeCard } from './card.ts';
import type { Fusion } from './fusion.ts';
import type { Model } from './model.ts';

/** Keeps what a tuning found; the next start of a server uses it. */
export function tuneModel(model: Model, fusion: Fusion, on: readonly string[], now: Date): void {
  assertAdded(model, 'Its weight is part of it: add a copy of its folder under another name to tune that.');
  writeCard(model.folder, { ...readCard(model.folder), fusion, tuned: { on: [...on], at: now.toISOString() } });
}

/** Removes the files. The caller makes sure that no index needs them. */
export function removeModel(model: Model): void {
  assertAdded(model, 'Only models that were added can be removed.');
  // Renamed first: a kill in between leaves no half of a model that looks like a whole one.
  const gone = join(dirname(model.folder), `.adding-${process.pid}-removed-${model.name}`);
  renameSync(model.folder, gone);
  rmSync(gone, { recursive: true, force: true });
}

function assertAdded({ name, origin }: Model, hint: string): void {
  if (origin === 'added') return;
  const what = origin === 'shipped' ? 'ships with Quire' : 'is not in the data folder';
  throw new EngineError('INVALID_ARGUMENT', `The model ${name} ${what}`, { hint });
}

// What a distillation reads and reports, for distillation.ts and its stages.

import type { Cancellable } from '@quire/engine/core';
import type { Executor, HeadConfig, TransformerConfig } from '@quire/engine/network';
import type { PlainText } from '../data/plain-texts.ts';
import type { TrainingWork } from '../data/works.ts';
import type { Teacher } from '../trainers/teacher.ts';
import type { TransformerRecipe } from './transformer-recipe.ts';

export interface DistillationInput {
  readonly recipe: TransformerRecipe;
  readonly works: readonly TrainingWork[];
  /** The texts of the sources that the recipe names. */
  readonly texts?: readonly PlainText[];
  readonly teacher: Teacher;
  readonly executor: Executor;
  /** "simd", or "relaxed" with the runtime's version: what the bits of a checkpoint depend on. */
  readonly kernels: string;
  /** A path in the scratch folder. */
  readonly scratch: (name: string) => string;
}

export interface DistillationOptions extends Cancellable {
  /** Steps between two checkpoints. Default 250. */
  readonly checkpointEvery?: number;
  /** Trains no more: gives the model of the newest checkpoint. */
  readonly asIs?: boolean;
  /** Called once the data are there, before the first step. */
  readonly onData?: (data: { readonly texts: number; readonly tokens: number; readonly dev: number }) => void;
  /** Called after each step of a stage. */
  readonly onStep?: (event: {
    readonly stage: string;
    readonly step: number;
    readonly steps: number;
    readonly loss: number;
  }) => void;
  /** Called when the student was measured on the dev texts. */
  readonly onDev?: (event: DevEvent) => void;
}

export interface DevEvent {
  readonly stage: string;
  readonly step: number;
  /** Mean cosine to the teacher's vectors. */
  readonly cosine: number;
  /** The best so far, and its step. */
  readonly best: number;
  readonly bestStep: number;
}

/** A student's shape. */
export interface Student {
  readonly transformer: TransformerConfig;
  readonly head: HeadConfig;
}

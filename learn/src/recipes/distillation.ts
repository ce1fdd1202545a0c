// Distils a teacher's vectors into a small transformer: vocabulary, the teacher's principal directions as targets, then the stages of the
// recipe. Stops and resumes at any step. The caller brings works, teacher and executor, and gets the files of a model.

import { type Cancellable, EngineError, fingerprint } from '@quire/engine/core';
import { writeTransformerModel } from '@quire/engine/encoders';
import { Rng, sha256Hex } from '@quire/engine/internals';
import {
  type Executor,
  type HeadConfig,
  positionsOf,
  Transformer,
  type TransformerConfig,
  type Weights,
} from '@quire/engine/network';
import { wordPiece } from '@quire/engine/text';
import { distillationTexts } from '../data/distillation-texts.ts';
import type { TrainingWork } from '../data/works.ts';
import { principalDirections, turnInto } from '../init/principal.ts';
import { type Ragged, RaggedBuilder, rowOf } from '../linear/ragged.ts';
import { cosineLoss, similarityMse } from '../losses/embedding.ts';
import { countWords } from '../tokenizers/count-words.ts';
import { wordPieceJson } from '../tokenizers/wordpiece-file.ts';
import { trainWordPiece } from '../tokenizers/wordpiece-trainer.ts';
import { Batches } from '../trainers/batches.ts';
import { type Teacher, teach } from '../trainers/teacher.ts';
import { type Objective, Trainer, type TrainerState } from '../trainers/trainer.ts';
import {
  type CheckpointOrigin,
  readTrainingCheckpoint,
  writeTrainingCheckpoint,
} from '../trainers/training-checkpoint.ts';
import type { StageRecipe, TransformerRecipe } from './transformer-recipe.ts';

export interface DistillationInput {
  readonly recipe: TransformerRecipe;
  readonly works: readonly TrainingWork[];
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
  /** Called after each step of a stage with the share of the steps of all stages. */
  readonly onStep?: (event: {
    readonly stage: string;
    readonly step: number;
    readonly steps: number;
    readonly loss: number;
  }) => void;
}

export interface DistilledModel {
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly transformer: TransformerConfig;
  readonly head: HeadConfig;
  readonly tokenizer: string;
  readonly weights: Weights;
  /** Loss averaged over the last tenth of each stage. */
  readonly losses: Readonly<Record<string, number>>;
}

const TOKENS = 'tokens';
const CHECKPOINT_EVERY = 250;
/** Vectors that the principal directions are computed from. */
const MOST_FOR_DIRECTIONS = 20_000;

/** Throws CANCELLED after a checkpoint was written; the next call with the same input goes on from it. */
export async function distil(input: DistillationInput, options: DistillationOptions = {}): Promise<DistilledModel> {
  const { recipe, works, teacher } = input;
  if (works.length === 0) throw new EngineError('INVALID_ARGUMENT', 'There are no works to train on');
  const counts = countWords(works.flatMap(({ title, abstract }) => [title, abstract]));
  const { size, minCharacterCount } = recipe.tokenizer;
  const tokenizer = wordPieceJson(trainWordPiece(counts, { ...options, size, minCharacterCount }));
  const { seed, data } = recipe;
  const texts = distillationTexts(works, { seed, works: data.works, sentences: data.sentences });
  const vectors = await teach(teacher, texts, input.scratch('teacher.f32'), options);
  const targets = targetsOf(vectors, teacher.dim, recipe.dim);
  const tokens = tokenise(texts, tokenizer, data.length);
  const student = studentOf(recipe, wordPiece(tokenizer).size);
  const run = fingerprint({
    recipe,
    teacher: teacher.fingerprint,
    texts: sha256Hex(new Uint8Array(tokens.ids.buffer, tokens.ids.byteOffset, tokens.ids.byteLength)),
  });

  let weights: Weights = startOf(recipe, student);
  const losses: Record<string, number> = {};
  for (const [i, stage] of recipe.stages.entries()) {
    const origin = { run: `${run}-${i}`, kernels: input.kernels };
    const path = input.scratch(`stage-${i}.safetensors`);
    const trained = await runStage({ ...input, student, tokens, targets, stage, weights, origin, path }, options);
    weights = trained.weights;
    losses[stage.name] = trained.loss;
  }
  const model = { ...student, name: recipe.name, prefixes: { query: '', document: '' }, length: recipe.model.length };
  return { ...student, files: writeTransformerModel({ ...model, tokenizer, weights }), tokenizer, weights, losses };
}

interface Student {
  readonly transformer: TransformerConfig;
  readonly head: HeadConfig;
}

function studentOf(recipe: TransformerRecipe, vocabulary: number): Student {
  const head = { pooling: 'mean', normalize: true } as const;
  const projection = recipe.dim === recipe.model.width ? {} : { projection: recipe.dim };
  return { transformer: { ...recipe.model, vocabulary }, head: { ...head, ...projection } };
}

function startOf(recipe: TransformerRecipe, { transformer, head }: Student): Weights {
  const rng = new Rng(recipe.seed);
  const weights = new Transformer(transformer).initialise(rng, { quiet: true });
  if (head.projection === undefined) return weights;
  const { width } = transformer;
  const values = Float32Array.from({ length: head.projection * width }, () => (rng.float() - 0.5) / Math.sqrt(width));
  return { ...weights, 'projection.weight': values };
}

function targetsOf(vectors: Float32Array, wide: number, dim: number): Float32Array {
  const count = vectors.length / wide;
  const directions = principalDirections(vectors, wide, dim, Math.ceil(count / MOST_FOR_DIRECTIONS));
  const out = new Float32Array(count * dim);
  for (let i = 0; i < count; i++) turnInto(directions, vectors.subarray(i * wide, (i + 1) * wide), out, i * dim);
  return out;
}

function tokenise(texts: readonly string[], json: string, maxLength: number): Ragged {
  const tokenizer = wordPiece(json);
  const builder = new RaggedBuilder();
  for (const text of texts) builder.push(tokenizer.encode(text, { maxLength }).ids);
  return builder.build();
}

interface StageInput extends DistillationInput {
  readonly student: Student;
  readonly tokens: Ragged;
  readonly targets: Float32Array; // (texts, dim)
  readonly stage: StageRecipe;
  readonly weights: Weights;
  readonly origin: CheckpointOrigin;
  readonly path: string;
}

async function runStage(input: StageInput, options: DistillationOptions): Promise<{ weights: Weights; loss: number }> {
  const { recipe, stage, executor, weights, path, origin } = input;
  const { checkpointEvery = CHECKPOINT_EVERY } = options;
  const resumed: TrainerState | undefined = readTrainingCheckpoint(path, origin);
  const isTable = (name: string) => name === 'token.weight';
  const isPlain = (name: string) => isTable(name) || name.endsWith('.bias') || name.includes('norm');
  const config = {
    seed: recipe.seed,
    steps: stage.steps,
    rate: (name: string) => (isTable(name) ? stage.tableRate : stage.rate),
    decay: (name: string) => (isPlain(name) ? 0 : stage.decay),
    schedule: stage.schedule,
    ...(stage.average === 0 ? {} : { average: stage.average }),
    ...(stage.trains === 'table' ? { frozen: (name: string) => !isTable(name) && name !== 'projection.weight' } : {}),
  };
  const trainer = new Trainer(executor, [objectiveOf(input)], config, resumed ?? weights);
  let sum = 0;
  let count = 0;
  const save = () => writeTrainingCheckpoint(path, trainer.state(), origin);
  try {
    while (trainer.step < stage.steps) {
      const until = Math.min(stage.steps, (Math.floor(trainer.step / checkpointEvery) + 1) * checkpointEvery);
      await trainer.run({
        ...options,
        until,
        trace: (event) => {
          options.trace?.(event);
          const loss = Number(event.facts?.loss);
          options.onStep?.({ stage: stage.name, step: event.done!, steps: stage.steps, loss });
          if (event.done! <= 0.9 * stage.steps) return;
          sum += loss;
          count++;
        },
      });
      save();
    }
  } catch (error) {
    if (error instanceof EngineError && error.code === 'CANCELLED') save();
    throw error;
  }
  return { weights: trainer.result(), loss: sum / count };
}

function objectiveOf({ recipe, student, tokens, targets, stage }: StageInput): Objective {
  const { dim } = recipe;
  const batches = new Batches(tokens, stage.batchTokens, recipe.seed);
  const layers = stage.trains === 'table' ? 0 : student.transformer.layers;
  const model = new Transformer({ ...student.transformer, layers });
  return {
    name: 'distillation',
    build: (graph) => {
      const rows = model.forward(graph, TOKENS);
      const pooled = graph.pool(student.head.pooling, rows, TOKENS);
      const { projection } = student.head;
      const weight =
        projection === undefined
          ? undefined
          : graph.parameter('projection.weight', projection, student.transformer.width);
      const vectors = weight === undefined ? pooled : graph.matmulT(pooled, weight);
      const target = graph.input('targets', `${TOKENS}.count`, dim);
      let loss = cosineLoss(graph, vectors, target);
      for (const prefix of stage.prefixes) {
        loss = graph.sum(loss, cosineLoss(graph, graph.columns(vectors, 0, prefix), graph.columns(target, 0, prefix)));
      }
      if (stage.similarity === 0) return loss;
      return graph.sum(loss, graph.affine(similarityMse(graph, vectors, target), stage.similarity));
    },
    feeds: (step) => {
      const texts = batches.at(step);
      const starts = new Uint32Array(texts.length + 1);
      const matrix = new Float32Array(texts.length * dim);
      for (const [i, text] of texts.entries()) {
        starts[i + 1] = starts[i]! + rowOf(tokens, text).length;
        matrix.set(targets.subarray(text * dim, (text + 1) * dim), i * dim);
      }
      const ids = new Uint32Array(starts.at(-1)!);
      for (const [i, text] of texts.entries()) ids.set(rowOf(tokens, text), starts[i]!);
      const positions =
        student.transformer.positions === 'learned' ? { [`${TOKENS}.positions`]: positionsOf(starts) } : {};
      return {
        ids: { [TOKENS]: ids, ...positions },
        sequences: { [TOKENS]: starts },
        matrices: { targets: matrix },
      };
    },
  };
}

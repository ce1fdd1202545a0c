// One stage of a distillation: trains the table alone or everything, writes checkpoints, measures the student on the dev texts and stops
// early where they no longer gain.

import { EngineError } from '@quire/engine/core';
import { type Graph, type NodeId, positionsOf, Transformer, type Weights } from '@quire/engine/network';
import { type Ragged, rowOf, rowsFrom } from '../linear/ragged.ts';
import { cosineLoss, similarityMse } from '../losses/embedding.ts';
import { type Agreement, agreementOf } from '../trainers/agreement.ts';
import { Batches } from '../trainers/batches.ts';
import { type Objective, Trainer } from '../trainers/trainer.ts';
import {
  type Best,
  type CheckpointOrigin,
  readTrainingCheckpoint,
  writeTrainingCheckpoint,
} from '../trainers/training-checkpoint.ts';
import type { DistillationInput, DistillationOptions, Student } from './distillation-types.ts';
import type { StageRecipe } from './transformer-recipe.ts';

export interface StageInput extends DistillationInput {
  readonly student: Student;
  readonly tokens: Ragged;
  readonly targets: Float32Array; // (texts, dim)
  readonly stage: StageRecipe;
  readonly weights: Weights;
  readonly origin: CheckpointOrigin;
  readonly path: string;
}

export interface TrainedStage {
  readonly weights: Weights;
  readonly loss: number;
  readonly dev: number | undefined;
  readonly finished: boolean;
}

const TOKENS = 'tokens';
const CHECKPOINT_EVERY = 250;

/** undefined where nothing may be trained and there is no checkpoint. */
export async function runStage(input: StageInput, options: DistillationOptions): Promise<TrainedStage | undefined> {
  const { stage, executor, weights, path, origin } = input;
  const resumed = readTrainingCheckpoint(path, origin);
  if (options.asIs && resumed === undefined) return undefined;
  const trainer = new Trainer(executor, [objectiveOf(input)], configOf(input), resumed?.state ?? weights);
  let best: Best | undefined = resumed?.best;
  const hasEnded = () =>
    trainer.step >= stage.steps ||
    (stage.patience > 0 && best !== undefined && trainer.step - best.step >= stage.patience * stage.evaluateEvery);
  const finished = hasEnded(); // before `asIs` cuts it short
  const loss = options.asIs ? Number.NaN : await train();
  return {
    weights: best?.weights ?? trainer.result(),
    loss,
    dev: best?.value,
    finished: finished || !options.asIs,
  };

  async function train(): Promise<number> {
    const { checkpointEvery = CHECKPOINT_EVERY } = options;
    const dev = stage.evaluateEvery > 0 ? devOf(input) : undefined;
    const save = () => writeTrainingCheckpoint(path, trainer.state(), origin, best);
    let sum = 0;
    let count = 0;
    const trace: DistillationOptions['trace'] = (event) => {
      options.trace?.(event);
      const value = Number(event.facts?.loss);
      options.onStep?.({ stage: stage.name, step: event.done!, steps: stage.steps, loss: value });
      if (event.done! <= 0.9 * stage.steps) return;
      sum += value;
      count++;
    };
    try {
      while (!hasEnded()) {
        const next = (every: number) => (Math.floor(trainer.step / every) + 1) * every;
        const until = Math.min(
          stage.steps,
          next(checkpointEvery),
          dev === undefined ? stage.steps : next(stage.evaluateEvery),
        );
        await trainer.run({ ...options, until, trace });
        if (dev !== undefined && (trainer.step % stage.evaluateEvery === 0 || trainer.step === stage.steps)) {
          const value = await trainer.withResult(dev);
          if (best === undefined || value > best.value) best = { value, step: trainer.step, weights: trainer.result() };
          options.onDev?.({
            stage: stage.name,
            step: trainer.step,
            cosine: value,
            best: best.value,
            bestStep: best.step,
          });
        }
        save();
      }
    } catch (error) {
      if (error instanceof EngineError && error.code === 'CANCELLED') save();
      throw error;
    }
    return sum / count;
  }
}

function configOf({ recipe, stage }: StageInput) {
  const isTable = (name: string) => name === 'token.weight';
  const isPlain = (name: string) => isTable(name) || name.endsWith('.bias') || name.includes('norm');
  return {
    seed: recipe.seed,
    steps: stage.steps,
    rate: (name: string) => (isTable(name) ? stage.tableRate : stage.rate),
    decay: (name: string) => (isPlain(name) ? 0 : stage.decay),
    schedule: stage.schedule,
    ...(stage.average === 0 ? {} : { average: stage.average }),
    ...(stage.trains === 'table' ? { frozen: (name: string) => !isTable(name) && name !== 'projection.weight' } : {}),
  };
}

/** Adds the vectors of the student, (texts, dim), to a graph. */
function vectorsOf(graph: Graph, { student, stage, recipe }: StageInput): NodeId {
  const layers = stage.trains === 'table' ? 0 : student.transformer.layers;
  const rows = new Transformer({ ...student.transformer, layers }).forward(graph, TOKENS);
  const pooled = graph.pool(student.head.pooling, rows, TOKENS);
  if (student.head.projection === undefined) return pooled;
  return graph.matmulT(pooled, graph.parameter('projection.weight', recipe.dim, student.transformer.width));
}

/** The mean cosine of student and teacher on the dev texts: the first of the list, which no batch takes. */
function devOf(input: StageInput): Agreement {
  const { recipe, tokens, targets, executor, stage } = input;
  const texts = Array.from({ length: recipe.data.dev }, (_, i) => i);
  return agreementOf(executor, {
    tokens,
    targets,
    dim: recipe.dim,
    texts,
    batchTokens: stage.batchTokens,
    build: (graph) => vectorsOf(graph, input),
    feeds: (batch) => textFeeds(input, batch),
  });
}

function objectiveOf(input: StageInput): Objective {
  const { recipe, tokens, targets, stage } = input;
  const { dim, data } = recipe;
  const batches = new Batches(rowsFrom(tokens, data.dev), stage.batchTokens, recipe.seed);
  return {
    name: 'distillation',
    build: (graph) => {
      const vectors = vectorsOf(graph, input);
      const target = graph.input('targets', `${TOKENS}.count`, dim);
      let loss = cosineLoss(graph, vectors, target);
      for (const prefix of stage.prefixes) {
        loss = graph.sum(loss, cosineLoss(graph, graph.columns(vectors, 0, prefix), graph.columns(target, 0, prefix)));
      }
      if (stage.similarity === 0) return loss;
      return graph.sum(loss, graph.affine(similarityMse(graph, vectors, target), stage.similarity));
    },
    feeds: (step) => {
      const texts = batches.at(step).map((text) => text + data.dev);
      const matrix = new Float32Array(texts.length * dim);
      for (const [i, text] of texts.entries()) matrix.set(targets.subarray(text * dim, (text + 1) * dim), i * dim);
      return { ...textFeeds(input, texts), matrices: { targets: matrix } };
    },
  };
}

/** The token numbers of some texts as a run reads them. */
function textFeeds({ student, tokens }: StageInput, texts: readonly number[]) {
  const starts = new Uint32Array(texts.length + 1);
  for (const [i, text] of texts.entries()) starts[i + 1] = starts[i]! + rowOf(tokens, text).length;
  const ids = new Uint32Array(starts.at(-1)!);
  for (const [i, text] of texts.entries()) ids.set(rowOf(tokens, text), starts[i]!);
  const positions = student.transformer.positions === 'learned' ? { [`${TOKENS}.positions`]: positionsOf(starts) } : {};
  return { ids: { [TOKENS]: ids, ...positions }, sequences: { [TOKENS]: starts } };
}

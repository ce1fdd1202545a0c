// Distils a teacher's vectors into a small transformer: vocabulary, the teacher's principal directions as targets, then the stages of the
// recipe. Stops and resumes at any step. The caller brings works, texts, teacher and executor, and gets the files of a model.

import { type Cancellable, EngineError, fingerprint } from '@quire/engine/core';
import { writeTransformerModel } from '@quire/engine/encoders';
import { Rng, sha256Hex } from '@quire/engine/internals';
import { type HeadConfig, Transformer, type TransformerConfig, type Weights } from '@quire/engine/network';
import { wordPiece } from '@quire/engine/text';
import { distillationTexts } from '../data/distillation-texts.ts';
import { principalDirections, turnInto } from '../init/principal.ts';
import { type Ragged, RaggedBuilder } from '../linear/ragged.ts';
import { countWords } from '../tokenizers/count-words.ts';
import { wordPieceJson } from '../tokenizers/wordpiece-file.ts';
import { trainWordPiece } from '../tokenizers/wordpiece-trainer.ts';
import { teach } from '../trainers/teacher.ts';
import { runStage } from './distillation-stage.ts';
import type { DistillationInput, DistillationOptions, Student } from './distillation-types.ts';
import { distilledStaticFiles } from './static-files.ts';
import type { TransformerRecipe } from './transformer-recipe.ts';

export interface DistilledModel {
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly transformer: TransformerConfig;
  readonly head: HeadConfig;
  readonly tokenizer: string;
  readonly weights: Weights;
  /** Loss averaged over the last tenth of each stage; NaN where none of these steps ran now. */
  readonly losses: Readonly<Record<string, number>>;
  /** Best mean cosine to the teacher on the dev texts, of each stage that measures it. */
  readonly dev: Readonly<Record<string, number>>;
}

/** Vectors that the principal directions are computed from. */
const MOST_FOR_DIRECTIONS = 20_000;

/** Throws CANCELLED after a checkpoint was written; the next call with the same input goes on from it. */
export async function distil(input: DistillationInput, options: DistillationOptions = {}): Promise<DistilledModel> {
  const { recipe, works, teacher, texts: plain = [] } = input;
  if (works.length === 0) throw new EngineError('INVALID_ARGUMENT', 'There are no works to train on');
  const tokenizer = vocabularyOf(input, options);
  const { seed, data } = recipe;
  const texts = distillationTexts(works, plain, { ...data, seed });
  if (data.dev >= texts.length) {
    throw new EngineError('INVALID_ARGUMENT', `data.dev is ${data.dev} of ${texts.length} texts: none is left`);
  }
  const vectors = await teach(teacher, texts, input.scratch('teacher.f32'), options);
  const targets = targetsOf(vectors, teacher.dim, recipe.dim);
  const tokens = tokenise(texts, tokenizer, recipe);
  options.onData?.({ texts: texts.length - data.dev, tokens: tokens.ids.length, dev: data.dev });
  const student = studentOf(recipe, wordPiece(tokenizer).size);
  const { stages, ...settings } = recipe;
  const origin = {
    settings,
    teacher: teacher.fingerprint,
    texts: sha256Hex(new Uint8Array(tokens.ids.buffer, tokens.ids.byteOffset, tokens.ids.byteLength)),
  };

  let weights: Weights = startOf(recipe, student);
  const losses: Record<string, number> = {};
  const dev: Record<string, number> = {};
  for (const [i, stage] of stages.entries()) {
    // A checkpoint belongs to the stages up to its own, so later ones can be changed.
    const run = fingerprint({ ...origin, stages: stages.slice(0, i + 1) });
    const trained = await runStage(
      {
        ...input,
        student,
        tokens,
        targets,
        stage,
        weights,
        origin: { run: `${run}-${i}`, kernels: input.kernels },
        path: input.scratch(`stage-${i}.safetensors`),
      },
      options,
    );
    if (trained === undefined) {
      if (i > 0) break; // the model of the stage before
      throw new EngineError('NOT_FOUND', 'There is no checkpoint of this run yet', { hint: 'Train first.' });
    }
    weights = trained.weights;
    losses[stage.name] = trained.loss;
    if (trained.dev !== undefined) dev[stage.name] = trained.dev;
    if (!trained.finished) break;
  }
  const length = Math.min(recipe.model.length, data.length); // it has learnt no longer texts
  const model = { ...student, name: recipe.name, prefixes: { query: '', document: '' }, length };
  const files = isStatic(recipe.model)
    ? distilledStaticFiles(recipe.name, { table: weights['token.weight']!, dim: recipe.dim, tokenizer })
    : writeTransformerModel({ ...model, tokenizer, weights });
  return { ...student, files, tokenizer, weights, losses, dev };
}

/** A network without layers is a static table: no special tokens, and the files of the `static` encoder. */
function isStatic({ layers }: TransformerRecipe['model']): boolean {
  return layers === 0;
}

function vocabularyOf({ recipe, works, texts = [] }: DistillationInput, options: Cancellable): string {
  const sources = new Set(recipe.data.sources.map(({ source }) => source));
  const counts = countWords([
    ...works.flatMap(({ title, abstract }) => [title, abstract]),
    ...texts.filter(({ source }) => sources.has(source)).flatMap(({ title, text }) => [title, text]),
  ]);
  const { size, minCharacterCount } = recipe.tokenizer;
  return wordPieceJson(trainWordPiece(counts, { ...options, size, minCharacterCount }));
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

function tokenise(texts: readonly string[], json: string, { model, data }: TransformerRecipe): Ragged {
  const tokenizer = wordPiece(json);
  const options = { maxLength: data.length, specialTokens: !isStatic(model) };
  const builder = new RaggedBuilder();
  for (const text of texts) builder.push(tokenizer.encode(text, options).ids);
  return builder.build();
}

// The recipe of `static-v1`, from works to the three files of a model: vocabulary, LSA start, contrastive training, int8.
// No files and no clock: the caller streams works in and writes checkpoints (commands/train-static.ts).

import { type Cancellable, EngineError, fingerprint } from '@quire/engine/core';
import { quantiseRows, type StaticConfig, type Tensor, writeSafetensors } from '@quire/engine/encoders';
import { Rng, sha256Hex } from '@quire/engine/internals';
import { wordPiece } from '@quire/engine/text';
import { type TrainingTexts, tokeniseWorks } from '../data/texts.ts';
import type { TrainingWork } from '../data/works.ts';
import { idfWeights, lsaTable } from '../init/lsa.ts';
import { startTable } from '../init/start-table.ts';
import { THEMES, themesOf } from '../init/themes.ts';
import { type Ragged, RaggedBuilder, rowOf, rowsOf } from '../linear/ragged.ts';
import { countWords } from '../tokenizers/count-words.ts';
import { wordPieceJson } from '../tokenizers/wordpiece-file.ts';
import { SPECIAL_TOKENS, trainWordPiece } from '../tokenizers/wordpiece-trainer.ts';
import type { StaticTrainingConfig, StaticTrainingStart } from '../trainers/static.ts';

export interface StaticRecipe {
  readonly name: string;
  readonly seed: number;
  /** Maximum number of pieces, special tokens included; few texts give fewer. */
  readonly vocabulary: number;
  readonly dim: number;
  /** Tokens read of a text, in training and in use. */
  readonly maxTokens: number;
  /** Texts that the LSA start is computed from (a random choice where there are more). */
  readonly lsaTexts: number;
  readonly lsaIterations: number;
  /** Length of the random vector of a starting row; the LSA direction has length 1. */
  readonly noise: number;
  readonly epochs: number;
  readonly training: Omit<StaticTrainingConfig, 'seed' | 'steps'>;
}

/** The values of `static-v1`, chosen on the dev side and on training queries; docs/results/static-encoder.md. */
export const STATIC_V1: StaticRecipe = {
  name: 'static-v1',
  seed: 13,
  vocabulary: 32_000,
  dim: 256,
  maxTokens: 512,
  lsaTexts: 40_000,
  lsaIterations: 3,
  noise: 1,
  epochs: 3,
  training: {
    batch: 512,
    warmup: 50,
    learningRate: 0.015,
    temperature: 0.05,
    symmetric: true,
    sentenceShare: 0.3,
    groupSize: 32,
  },
};

/** tokenizer.json learnt from titles and abstracts. */
export function trainTokenizer(works: readonly TrainingWork[], recipe: StaticRecipe, options?: Cancellable): string {
  const counts = countWords(works.flatMap(({ title, abstract }) => [title, abstract]));
  return wordPieceJson(trainWordPiece(counts, { ...options, size: recipe.vocabulary, minCharacterCount: 20 }));
}

/** Works as token ids. */
export function tokenise(
  works: readonly TrainingWork[],
  tokenizerJson: string,
  recipe: StaticRecipe,
  options?: Cancellable,
): TrainingTexts {
  const tokenizer = wordPiece(tokenizerJson);
  const stops = new Set(['.', '?', '!'].flatMap((stop) => tokenizer.idOf(stop) ?? []));
  const encode = (text: string) => tokenizer.encode(text, { maxLength: recipe.maxTokens, specialTokens: false }).ids;
  return tokeniseWorks(works, encode, { ...options, stops });
}

/** Token weights: idf over abstracts; special tokens 0, so that unknown words have no effect. (vocabulary) */
export function tokenWeights(texts: TrainingTexts, vocabulary: number): Float32Array {
  return idfWeights(texts.abstracts, vocabulary).fill(0, 0, SPECIAL_TOKENS.length);
}

/** The starting point of training. */
export interface Start {
  readonly table: Float32Array; // (vocabulary, dim)
  /** Theme of each work, for the trainer's groups. */
  readonly clusters: Uint32Array; // (works)
}

export function startOf(
  texts: TrainingTexts,
  weights: Float32Array,
  recipe: StaticRecipe,
  options?: Cancellable,
): Start {
  const { dim, seed, lsaIterations: iterations, noise } = recipe;
  const sample = sampleRows(texts.abstracts, recipe.lsaTexts, seed);
  const lsa = lsaTable(sample, weights, { ...options, dim, seed, iterations, power: 0.5 });
  return {
    table: startTable(lsa, { dim, seed, noise }),
    clusters: themesOf(texts.abstracts, weights, lsa, Math.min(dim, THEMES)),
  };
}

/** The trainer's input. */
export function trainingStart(
  texts: TrainingTexts,
  weights: Float32Array,
  clusters: Uint32Array,
  recipe: StaticRecipe,
): StaticTrainingStart {
  const perEpoch = Math.floor(rowsOf(texts.titles) / recipe.training.batch);
  if (perEpoch === 0) {
    throw new EngineError('INVALID_ARGUMENT', `${rowsOf(texts.titles)} works are fewer than one batch`, {
      hint: 'Pass more works, or a recipe with a smaller batch.',
    });
  }
  return {
    texts,
    weights,
    clusters,
    config: { ...recipe.training, seed: recipe.seed, steps: Math.round(recipe.epochs * perEpoch) },
  };
}

/** A name for a training run: a hash of recipe and texts. Only equal runs share checkpoints. */
export function runFingerprint(recipe: StaticRecipe, tokenizerJson: string, texts: TrainingTexts): string {
  const hash = ({ ids }: Ragged) => sha256Hex(new Uint8Array(ids.buffer, ids.byteOffset, ids.byteLength));
  return fingerprint({
    recipe: { ...recipe, training: { ...recipe.training } },
    tokenizer: fingerprint(tokenizerJson),
    titles: hash(texts.titles),
    abstracts: hash(texts.abstracts),
  });
}

/** config.json and weights.safetensors, the table as int8. */
export function modelFiles(
  table: Float32Array,
  weights: Float32Array,
  recipe: StaticRecipe,
): { readonly config: string; readonly weights: Uint8Array } {
  const { name, dim, maxTokens } = recipe;
  const config: StaticConfig = { type: 'static', version: 1, name, dim, maxTokens, counts: 'root' };
  const quantised = quantiseRows(table, dim);
  const tensors = new Map<string, Tensor>([
    ['table', quantised.table],
    ['scales', quantised.scales],
    ['weights', { dtype: 'F32', shape: [weights.length], values: weights }],
  ]);
  return { config: `${JSON.stringify(config, null, 2)}\n`, weights: writeSafetensors(tensors) };
}

function sampleRows(ragged: Ragged, count: number, seed: number): Ragged {
  if (rowsOf(ragged) <= count) return ragged;
  const order = new Rng(seed).shuffle(Array.from({ length: rowsOf(ragged) }, (_, i) => i));
  const builder = new RaggedBuilder();
  for (const row of order.slice(0, count).sort((a, b) => a - b)) builder.push(rowOf(ragged, row));
  return builder.build();
}

// The recipe of a transformer encoder: vocabulary, model, teacher, data and the stages of its training.

import { TRANSFORMER_DEFAULTS, type TransformerConfig } from '@quire/engine/network';
import type { Schedule } from '../trainers/schedule.ts';
import { RecipeReader } from './reader.ts';

export interface TransformerRecipe {
  readonly name: string;
  readonly seed: number;
  readonly tokenizer: { readonly size: number; readonly minCharacterCount: number };
  readonly model: Omit<TransformerConfig, 'vocabulary'>;
  /** Columns of the vectors: the first principal directions of the teacher's. */
  readonly dim: number;
  readonly data: DataRecipe;
  readonly stages: readonly StageRecipe[];
}

export interface DataRecipe {
  /** Works that are read, by a seeded choice; absent: all. */
  readonly works: number | undefined;
  /** Sentences of each abstract that become texts of their own. */
  readonly sentences: number;
  /** Tokens that student and teacher read of a text. */
  readonly length: number;
}

export interface StageRecipe {
  readonly name: string;
  /** `table`: only the token table moves, without the layers. `all`: everything. */
  readonly trains: 'table' | 'all';
  readonly steps: number;
  /** Tokens of a step. */
  readonly batchTokens: number;
  /** Peak rates of the token table and of everything else. */
  readonly tableRate: number;
  readonly rate: number;
  readonly decay: number;
  readonly schedule: Schedule;
  /** Share of the old average that a step keeps; 0: no averaging. */
  readonly average: number;
  /** Weight of the similarities within a batch beside the cosine of each text. */
  readonly similarity: number;
  /** The cosine is also taken of these first columns (Matryoshka). */
  readonly prefixes: readonly number[];
}

/** Throws INVALID_ARGUMENT naming what is wrong. */
export function parseTransformerRecipe(json: string): TransformerRecipe {
  const reader = RecipeReader.parse(json);
  reader.oneOf('kind', ['transformer-distillation']);
  const dim = reader.count('dim', { most: 4096 });
  const recipe: TransformerRecipe = {
    name: reader.text('name'),
    seed: reader.count('seed', { least: 0 }),
    tokenizer: readTokenizer(reader.object('tokenizer')),
    model: readModel(reader.object('model')),
    dim,
    data: readData(reader.object('data')),
    stages: reader.objects('stages').map((stage) => readStage(stage, dim)),
  };
  reader.finish();
  return recipe;
}

function readTokenizer(reader: RecipeReader): TransformerRecipe['tokenizer'] {
  const tokenizer = {
    size: reader.count('size', { least: 100, most: 1 << 20 }),
    minCharacterCount: reader.count('minCharacterCount', { fallback: 20 }),
  };
  reader.finish();
  return tokenizer;
}

function readModel(reader: RecipeReader): Omit<TransformerConfig, 'vocabulary'> {
  const d = TRANSFORMER_DEFAULTS;
  const width = reader.count('width', { most: 4096 });
  const model = {
    ...d,
    width,
    layers: reader.count('layers', { least: 0, most: 64 }),
    heads: reader.count('heads', { most: 256 }),
    inner: reader.count('inner', { fallback: 4 * width }),
    activation: reader.oneOf('activation', ['gelu', 'gelu-tanh', 'relu', 'geglu'], d.activation),
    norm: reader.oneOf('norm', ['pre', 'post'], d.norm),
    positions: reader.oneOf('positions', ['learned', 'rotary', 'none'], d.positions),
    length: reader.count('length', { fallback: d.length }),
    bias: reader.flag('bias', d.bias),
    embeddingNorm: reader.flag('embeddingNorm', d.embeddingNorm),
    finalNorm: reader.flag('finalNorm', d.finalNorm),
    globalEvery: reader.count('globalEvery', { fallback: d.globalEvery, least: 0 }),
    window: reader.count('window', { fallback: d.window }),
  };
  reader.finish();
  return model;
}

function readData(reader: RecipeReader): DataRecipe {
  const data = {
    works: reader.has('works') ? reader.count('works') : undefined,
    sentences: reader.count('sentences', { fallback: 1, least: 0, most: 16 }),
    length: reader.count('length', { fallback: 128, least: 4, most: 8192 }),
  };
  reader.finish();
  return data;
}

function readStage(reader: RecipeReader, dim: number): StageRecipe {
  const schedule: Schedule = {
    kind: reader.oneOf('schedule', ['constant', 'linear', 'cosine', 'wsd'], 'linear'),
    warmup: reader.count('warmup', { fallback: 0, least: 0 }),
    decay: reader.number('schedulePart', { fallback: 0.2, least: 0, most: 1 }),
  };
  const stage: StageRecipe = {
    name: reader.text('name'),
    trains: reader.oneOf('trains', ['table', 'all'], 'all'),
    steps: reader.count('steps', { most: 1 << 24 }),
    batchTokens: reader.count('batchTokens', { fallback: 4096, least: 16, most: 1 << 20 }),
    tableRate: reader.number('tableRate'),
    rate: reader.number('rate', { fallback: 0 }),
    decay: reader.number('decay', { fallback: 0.01 }),
    schedule,
    average: reader.number('average', { fallback: 0, least: 0, most: 0.999999 }),
    similarity: reader.number('similarity', { fallback: 2 }),
    prefixes: reader.numbers('prefixes', []),
  };
  const bad = stage.prefixes.find((prefix) => !Number.isInteger(prefix) || prefix < 1 || prefix >= dim);
  if (bad !== undefined) reader.count(`prefixes ${bad}`, { least: 1, most: dim - 1 });
  reader.finish();
  return stage;
}

// The recipe of a transformer encoder: vocabulary, model, teacher, data and the stages of its training.

import { EngineError } from '@quire/engine/core';
import { TRANSFORMER_DEFAULTS, type TransformerConfig } from '@quire/engine/network';
import type { TextShares } from '../data/distillation-texts.ts';
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

export interface DataRecipe extends TextShares {
  /** Works that are read, by a seeded choice; absent: all. */
  readonly works: number | undefined;
  /** Texts that are taken of all that works and sources give; absent: all. */
  readonly texts: number | undefined;
  /** Texts that are no works, by their source. */
  readonly sources: readonly SourceRecipe[];
  /** Tokens that student and teacher read of a text. */
  readonly length: number;
  /** Products of the teacher's network. `int8` is faster, and its vectors are a little rounded. */
  readonly products: 'f32' | 'int8';
  /** Texts that the student is measured on and never trained on, of all that there are. */
  readonly dev: number;
}

export interface SourceRecipe extends TextShares {
  /** The member `source` of the texts. */
  readonly source: string;
  /** Texts that are taken, by a seeded choice. */
  readonly count: number;
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
  /** Steps between two measurements on the dev texts; 0: none. The stage gives the weights that were best there. */
  readonly evaluateEvery: number;
  /** Measurements without a gain after which a stage ends; 0: it runs all its steps. */
  readonly patience: number;
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
  checkDev(recipe);
  checkStatic(recipe);
  reader.finish();
  return recipe;
}

/** Throws where a stage is measured on dev texts that there are none of. */
function checkDev({ data, stages }: TransformerRecipe): void {
  for (const [i, { evaluateEvery, patience }] of stages.entries()) {
    if (evaluateEvery > 0 && data.dev === 0) {
      throw new EngineError(
        'INVALID_ARGUMENT',
        `Recipe: stages[${i}].evaluateEvery is ${evaluateEvery}, but data.dev is 0`,
        {
          hint: 'Set data.dev to the number of texts to measure on, for example 500.',
        },
      );
    }
    if (patience > 0 && evaluateEvery === 0) {
      throw new EngineError(
        'INVALID_ARGUMENT',
        `Recipe: stages[${i}].patience is ${patience}, but evaluateEvery is 0`,
        {
          hint: 'Set evaluateEvery to the steps between two measurements.',
        },
      );
    }
  }
}

/** Throws where a model without layers asks for more than a table. */
function checkStatic({ dim, model, stages }: TransformerRecipe): void {
  if (model.layers > 0) return;
  if (dim !== model.width) {
    throw new EngineError(
      'INVALID_ARGUMENT',
      `Recipe: dim is ${dim} and model.width ${model.width}; a model without layers has no projection`,
      {
        hint: 'Make them equal.',
      },
    );
  }
  if (model.embeddingNorm || model.finalNorm || stages.some(({ trains }) => trains !== 'table')) {
    throw new EngineError('INVALID_ARGUMENT', 'Recipe: model.layers is 0, so only the table can be trained', {
      hint: 'Set embeddingNorm and finalNorm to false, and "trains" of each stage to "table".',
    });
  }
}

function readTokenizer(reader: RecipeReader): TransformerRecipe['tokenizer'] {
  const tokenizer = {
    size: reader.count('size', { least: 100, most: 1 << 20 }),
    minCharacterCount: reader.count('minCharacterCount', { fallback: 20 }),
  };
  reader.finish();
  return tokenizer;
}

export function readModel(reader: RecipeReader): Omit<TransformerConfig, 'vocabulary'> {
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
    ...readShares(reader),
    texts: reader.has('texts') ? reader.count('texts') : undefined,
    sources: reader.has('sources') ? reader.objects('sources').map(readSource) : [],
    length: reader.count('length', { fallback: 128, least: 4, most: 8192 }),
    products: reader.oneOf('products', ['f32', 'int8'], 'f32'),
    dev: reader.count('dev', { fallback: 0, least: 0 }),
  };
  reader.finish();
  return data;
}

function readShares(reader: RecipeReader): TextShares {
  return {
    wholes: reader.number('wholes', { fallback: 1, most: 1 }),
    titles: reader.number('titles', { fallback: 1, most: 1 }),
    sentences: reader.count('sentences', { fallback: 1, least: 0, most: 16 }),
  };
}

function readSource(reader: RecipeReader): SourceRecipe {
  const source = { source: reader.text('source'), count: reader.count('count'), ...readShares(reader) };
  reader.finish();
  return source;
}

function readStage(reader: RecipeReader, dim: number): StageRecipe {
  const stage: StageRecipe = {
    name: reader.text('name'),
    trains: reader.oneOf('trains', ['table', 'all'], 'all'),
    steps: reader.count('steps', { most: 1 << 24 }),
    batchTokens: reader.count('batchTokens', { fallback: 4096, least: 16, most: 1 << 20 }),
    tableRate: reader.number('tableRate'),
    rate: reader.number('rate', { fallback: 0 }),
    decay: reader.number('decay', { fallback: 0.01 }),
    schedule: readSchedule(reader),
    average: reader.number('average', { fallback: 0, least: 0, most: 0.999999 }),
    similarity: reader.number('similarity', { fallback: 2 }),
    prefixes: reader.numbers('prefixes', []),
    evaluateEvery: reader.count('evaluateEvery', { fallback: 0, least: 0 }),
    patience: reader.count('patience', { fallback: 0, least: 0, most: 1000 }),
  };
  const bad = stage.prefixes.find((prefix) => !Number.isInteger(prefix) || prefix < 1 || prefix >= dim);
  if (bad !== undefined) reader.count(`prefixes ${bad}`, { least: 1, most: dim - 1 });
  reader.finish();
  return stage;
}

export function readSchedule(reader: RecipeReader): Schedule {
  return {
    kind: reader.oneOf('schedule', ['constant', 'linear', 'cosine', 'wsd'], 'linear'),
    warmup: reader.count('warmup', { fallback: 0, least: 0 }),
    decay: reader.number('schedulePart', { fallback: 0.2, least: 0, most: 1 }),
  };
}

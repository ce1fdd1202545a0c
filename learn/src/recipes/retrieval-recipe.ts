// The recipe of a retriever: a model, and stages that train it on judged queries. A stage takes a batch loss with negatives from several sources
// (InfoNCE, STAR, hinge), or ADORE, which trains the query side alone against frozen documents.

import { EngineError } from '@quire/engine/core';
import type { TransformerConfig } from '@quire/engine/network';
import { BATCH_LOSSES, type BatchLoss } from '../retrieval/losses.ts';
import type { FalseNegativeFilter } from '../retrieval/negatives.ts';
import type { Schedule } from '../trainers/schedule.ts';
import { RecipeReader } from './reader.ts';
import { readModel, readSchedule } from './transformer-recipe.ts';

export const RETRIEVAL_KIND = 'retrieval';

export interface RetrievalRecipe {
  readonly name: string;
  readonly seed: number;
  /** A model from random weights; absent: a model folder is the start. */
  readonly model: NewModel | undefined;
  /** Tokens that are read of a query and of a document. */
  readonly data: { readonly queryLength: number; readonly documentLength: number };
  readonly stages: readonly RetrievalStage[];
}

export interface NewModel {
  readonly tokenizer: { readonly kind: 'wordpiece' | 'byte-level-bpe'; readonly size: number };
  readonly transformer: Omit<TransformerConfig, 'vocabulary'>;
  /** Columns of the product behind the pooling; absent: none. */
  readonly projection: number | undefined;
  readonly pooling: 'mean' | 'first' | 'max';
}

interface StageBase {
  readonly name: string;
  readonly steps: number;
  /** Queries of a step. */
  readonly queries: number;
  /** Scores are multiplied by it before the loss. */
  readonly scale: number;
  readonly optimiser: 'adamw' | 'lamb';
  /** Peak rates of the token table and of everything else. */
  readonly tableRate: number;
  readonly rate: number;
  readonly decay: number;
  readonly clip: number;
  readonly schedule: Schedule;
  /** Share of the old average that a step keeps; 0: no averaging. */
  readonly average: number;
}

export interface BatchStage extends StageBase {
  readonly loss: BatchLoss;
  readonly margin: number;
  /** Negatives of each query beside the other documents of the batch. */
  readonly perQuery: number;
  readonly sources: readonly SourceRecipe[];
  readonly filter: FalseNegativeFilter;
  /** Texts that are encoded at once (gradient cache); 0: the whole batch. */
  readonly chunk: number;
}

export interface SourceRecipe {
  readonly kind: 'bm25' | 'mined' | 'random';
  /** How often a negative comes from here, beside the other sources. */
  readonly share: number;
  /** Candidates of each query. */
  readonly depth: number;
  /** Mined: steps after which the lists are mined again with the model as it is; 0: once, before the stage. */
  readonly refreshEvery: number;
}

export interface AdoreStage extends StageBase {
  readonly loss: 'adore';
  /** Documents that are retrieved for each query at each step. */
  readonly depth: number;
  /** Ranks behind it have the weight 0. */
  readonly cut: number;
}

export type RetrievalStage = BatchStage | AdoreStage;

/** Throws INVALID_ARGUMENT naming what is wrong. */
export function parseRetrievalRecipe(json: string): RetrievalRecipe {
  const reader = RecipeReader.parse(json);
  reader.oneOf('kind', [RETRIEVAL_KIND]);
  const recipe: RetrievalRecipe = {
    name: reader.text('name'),
    seed: reader.count('seed', { least: 0 }),
    model: reader.has('model') ? readNewModel(reader.object('model'), reader.object('tokenizer')) : undefined,
    data: reader.has('data') ? readData(reader.object('data')) : DATA,
    stages: reader.objects('stages').map(readStage),
  };
  reader.finish();
  checkOrder(recipe.stages);
  return recipe;
}

/** Documents that ADORE has frozen cannot move any more. */
function checkOrder(stages: readonly RetrievalStage[]): void {
  const at = stages.findIndex(({ loss }) => loss === 'adore');
  if (at < 0 || at === stages.length - 1) return;
  throw new EngineError('INVALID_ARGUMENT', `Recipe: stages[${at}] is ADORE; it must be the last of ${stages.length}`, {
    hint: 'ADORE freezes the documents: put it behind every stage that trains them.',
  });
}

const DATA = { queryLength: 64, documentLength: 128 };

function readData(reader: RecipeReader): RetrievalRecipe['data'] {
  const data = {
    queryLength: reader.count('queryLength', { fallback: DATA.queryLength, least: 4, most: 8192 }),
    documentLength: reader.count('documentLength', { fallback: DATA.documentLength, least: 4, most: 8192 }),
  };
  reader.finish();
  return data;
}

function readNewModel(reader: RecipeReader, tokenizer: RecipeReader): NewModel {
  const own = {
    kind: tokenizer.oneOf('kind', ['wordpiece', 'byte-level-bpe'], 'wordpiece'),
    size: tokenizer.count('size', { least: 300, most: 1 << 20 }),
  };
  tokenizer.finish();
  const projection = reader.has('projection') ? reader.count('projection', { most: 4096 }) : undefined;
  const pooling = reader.oneOf('pooling', ['mean', 'first', 'max'], 'mean');
  return { tokenizer: own, projection, pooling, transformer: readModel(reader) };
}

function readStage(reader: RecipeReader): RetrievalStage {
  const loss = reader.oneOf('loss', [...BATCH_LOSSES, 'adore']);
  const rate = reader.number('rate');
  const base = {
    name: reader.text('name'),
    steps: reader.count('steps', { most: 1 << 24 }),
    queries: reader.count('queries', { fallback: 32, most: 4096 }),
    scale: reader.number('scale', { fallback: 20 }),
    optimiser: reader.oneOf('optimiser', ['adamw', 'lamb'], 'adamw'),
    rate,
    tableRate: reader.number('tableRate', { fallback: rate }),
    decay: reader.number('decay', { fallback: 0.01 }),
    clip: reader.number('clip', { fallback: 1 }),
    schedule: readSchedule(reader),
    average: reader.number('average', { fallback: 0, least: 0, most: 0.999999 }),
  };
  const stage: RetrievalStage =
    loss === 'adore'
      ? {
          ...base,
          loss,
          depth: reader.count('depth', { fallback: 200, least: 2, most: 100_000 }),
          cut: reader.count('cut', { fallback: 200, most: 100_000 }),
        }
      : { ...base, loss, ...readNegatives(reader) };
  reader.finish();
  return stage;
}

function readNegatives(reader: RecipeReader): Omit<BatchStage, keyof StageBase | 'loss'> {
  const margin = reader.number('margin', { fallback: 0.2 });
  const chunk = reader.count('chunk', { fallback: 0, least: 0 });
  if (!reader.has('negatives')) return { margin, chunk, perQuery: 0, sources: [], filter: {} };
  const negatives = reader.object('negatives');
  const read = {
    perQuery: negatives.count('perQuery', { fallback: 1, most: 256 }),
    sources: negatives.objects('sources').map(readSource),
    filter: {
      skipTop: negatives.count('skipTop', { fallback: 0, least: 0 }),
      ...(negatives.has('margin') ? { margin: negatives.number('margin', { least: 0, most: 1 }) } : {}),
    },
  };
  negatives.finish();
  return { margin, chunk, ...read };
}

function readSource(reader: RecipeReader): SourceRecipe {
  const source = {
    kind: reader.oneOf('kind', ['bm25', 'mined', 'random']),
    share: reader.number('share', { fallback: 1 }),
    depth: reader.count('depth', { fallback: 200, most: 100_000 }),
    refreshEvery: reader.count('refreshEvery', { fallback: 0, least: 0 }),
  };
  reader.finish();
  return source;
}

// Test collections through the pipelines of pipelines.ts, for `quire eval`. A pipeline that answers searches of
// the site runs here as it does there, exact matches and spelling included; those of the published BM25 runs take a
// query as a bag of words, 1,000 hits, ties written apart as Anserini does.

import { EngineError } from '@quire/engine/core';
import { type Evaluation, evaluate, type Run, type RunHit, runQueries, strictScores } from '@quire/engine/evaluation';
import type { Dataset } from '@quire/engine/node';
import type { Query, Stage } from '@quire/engine/retrieval';
import type { SearchSources } from './answer.ts';
import { type Composed, composed } from './compose.ts';
import type { DenseEncoder } from './dense-encoder.ts';
import { contentsLayout, type EvaluationIndex, indexDataset, type Layout, paperLayout } from './evaluation-index.ts';
import { documentNames } from './names.ts';
import { loadEncoders } from './paper-index.ts';
import { needsEncoder, type Pipeline } from './pipelines.ts';
import { search } from './search.ts';

export interface EvaluationRequest {
  readonly pipeline: Pipeline;
  /** The encoder of a pipeline that needs one. Default: the one that ships. */
  readonly dense?: DenseEncoder | undefined;
  readonly measures: readonly string[];
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number, what: string) => void;
}

export interface EvaluationResult {
  readonly evaluation: Evaluation;
  readonly run: Run;
  /** The composed retriever. */
  readonly retriever: string;
  /** Of a pipeline that needs one. */
  readonly encoder?: DenseEncoder;
  readonly documents: number;
  /** Tokens of the collection, and different ones among them. */
  readonly totalTerms: number;
  readonly uniqueTerms: number;
}

/** Hits a query, as in the published runs. */
const HITS = 1_000;

/** Indexes the dataset in memory, runs its judged queries and measures them over all judged queries. */
export async function evaluateDataset(dataset: Dataset, request: EvaluationRequest): Promise<EvaluationResult> {
  const { pipeline, dense, ...rest } = request;
  for await (const result of evaluateSystems(dataset, [{ pipeline, dense }], rest)) return result;
  throw new EngineError('INVALID_ARGUMENT', 'There is no system to evaluate');
}

/** What is compared: a pipeline, with an encoder where it needs one. */
export type System = Pick<EvaluationRequest, 'pipeline' | 'dense'>;

/**
 * The same for several systems, in their order. Systems with the same layout and vectors share an index: another weight
 * costs its queries alone.
 */
export async function* evaluateSystems(
  dataset: Dataset,
  systems: readonly System[],
  request: Omit<EvaluationRequest, 'pipeline' | 'dense'>,
): AsyncGenerator<EvaluationResult> {
  const prepared = systems.map((system) => prepare(system)); // before the long work: a pipeline may need an encoder
  let made: { readonly key: string; readonly index: EvaluationIndex } | undefined;
  try {
    for (const system of prepared) {
      if (made?.key !== system.key) {
        await made?.index.library.close();
        made = undefined;
        made = { key: system.key, index: await indexDataset(dataset, system.layout, request) };
      }
      yield await evaluateOn(dataset, made.index, system, request);
    }
  } finally {
    await made?.index.library.close();
  }
}

interface Prepared {
  readonly pipeline: Pipeline;
  readonly layout: Layout;
  readonly retriever: Composed;
  /** Equal for systems that can share an index. */
  readonly key: string;
}

function prepare({ pipeline, dense }: System): Prepared {
  if (pipeline.takes === 'paper') {
    throw new EngineError('INVALID_ARGUMENT', `The pipeline ${pipeline.name} takes a paper, not a query`, {
      hint: 'Choose a pipeline that answers searches: hybrid, lexical or dense; or bm25 or rm3.',
    });
  }
  const isSearch = pipeline.takes === 'search';
  const layout = isSearch ? paperLayout(dense === undefined ? loadEncoders() : loadEncoders(dense)) : contentsLayout();
  const key = isSearch ? `papers ${layout.encoders.dense?.space ?? ''}` : 'contents';
  return { pipeline, layout, retriever: composed(pipeline, layout.encoders), key };
}

async function evaluateOn(
  dataset: Dataset,
  { library, totalTerms, uniqueTerms }: EvaluationIndex,
  { pipeline, layout, retriever }: Prepared,
  { measures, signal, onProgress }: Omit<EvaluationRequest, 'pipeline' | 'dense'>,
): Promise<EvaluationResult> {
  const { encoders } = layout;
  const isSearch = pipeline.takes === 'search';
  const snapshot = library.snapshot();
  const names = documentNames(dataset.documents);
  const stage = isSearch ? siteSearch(retriever, { names, snapshot, encoders }) : retriever.stages;
  const run = await runQueries(stage, dataset.queries, {
    context: {
      snapshot,
      signal,
      trace: ({ name, done, total }) => {
        if (name === 'evaluate.query') onProgress?.(done ?? 0, total ?? 0, 'queries');
      },
    },
    ids: dataset.qrels.keys(),
    separate: !isSearch,
  });
  snapshot.release();
  return {
    evaluation: evaluate(run, dataset.qrels, { measures, complete: true }),
    run,
    retriever: nameOf(retriever),
    ...(needsEncoder(pipeline) && encoders.dense !== undefined && { encoder: encoders.dense }),
    documents: dataset.documents.length,
    totalTerms,
    uniqueTerms,
  };
}

/** The search of the site as a stage: the first 1,000 hits in its order. */
function siteSearch(pipeline: Composed, sources: SearchSources): Stage<Query, readonly RunHit[]> {
  return {
    name: nameOf(pipeline),
    run: async ({ text }, { signal } = {}) => {
      const { ranking } = await search(text, sources, { pipeline, wanted: HITS, signal });
      return strictScores(ranking.slice(0, HITS));
    },
  };
}

function nameOf({ pipeline, stages, withRest }: Composed): string {
  const name = withRest(stages).name;
  return pipeline.takes === 'search' ? `exact matches, then ${name}` : name;
}

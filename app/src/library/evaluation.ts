// Test collections through the pipelines of pipelines.ts, for `quire eval`. A pipeline that answers searches of
// the site runs here as it does there, exact matches and spelling included; those of the published BM25 runs take a
// query as a bag of words, 1,000 hits, ties written apart as Anserini does.

import { EngineError } from '@quire/engine/core';
import { type Evaluation, evaluate, type Run, type RunHit, runQueries, strictScores } from '@quire/engine/evaluation';
import type { Dataset } from '@quire/engine/node';
import type { Query, Stage } from '@quire/engine/retrieval';
import type { SearchSources } from './answer.ts';
import { type Composed, composed } from './compose.ts';
import { contentsLayout, indexDataset, paperLayout } from './evaluation-index.ts';
import { documentNames } from './names.ts';
import { loadEncoders } from './paper-index.ts';
import { needsEncoder, type Pipeline } from './pipelines.ts';
import { search } from './search.ts';

export interface EvaluationRequest {
  readonly pipeline: Pipeline;
  readonly measures: readonly string[];
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number, what: string) => void;
}

export interface EvaluationResult {
  readonly evaluation: Evaluation;
  readonly run: Run;
  /** The composed retriever. */
  readonly retriever: string;
  readonly encoder?: string;
  readonly documents: number;
  /** Tokens of the collection, and different ones among them. */
  readonly totalTerms: number;
  readonly uniqueTerms: number;
}

/** Hits a query, as in the published runs. */
const HITS = 1_000;

/** Indexes the dataset in memory, runs its judged queries and measures them over all judged queries. */
export async function evaluateDataset(dataset: Dataset, request: EvaluationRequest): Promise<EvaluationResult> {
  const { pipeline, signal, onProgress } = request;
  if (pipeline.takes === 'paper') {
    throw new EngineError('INVALID_ARGUMENT', `The pipeline ${pipeline.name} takes a paper, not a query`, {
      hint: 'Choose a pipeline that answers searches: hybrid, lexical or dense; or bm25 or rm3.',
    });
  }
  const isSearch = pipeline.takes === 'search';
  const layout = isSearch ? paperLayout(loadEncoders()) : contentsLayout();
  const retriever = composed(pipeline, layout.encoders); // before the long work: it may need an encoder
  const { library, encoders, totalTerms, uniqueTerms } = await indexDataset(dataset, layout, { signal, onProgress });
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
  await library.close();
  const evaluation = evaluate(run, dataset.qrels, { measures: request.measures, complete: true });
  return {
    evaluation,
    run,
    retriever: nameOf(retriever),
    ...(needsEncoder(pipeline) && encoders.dense !== undefined && { encoder: encoders.dense.config.name }),
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

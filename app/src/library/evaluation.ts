// Test collections, searched with the parts of the site: the measurements of `quire eval`. The lexical run equals that
// of the published BM25 regressions: title and text in one field, 1,000 hits, ties written apart.

import { EngineError } from '@quire/engine/core';
import { type TermsEncoder, termsEncoder } from '@quire/engine/encoders';
import { type Evaluation, evaluate, type Run, runQueries } from '@quire/engine/evaluation';
import { flat, inverted } from '@quire/engine/indexes';
import type { Dataset } from '@quire/engine/node';
import { cut, fuse, part, type Retriever, retrieve, rm3 } from '@quire/engine/retrieval';
import { type Library, memoryDirectory, openLibrary, type PartKind } from '@quire/engine/storage';
import { english } from '@quire/engine/text';
import { FUSION, FUSION_DEPTH } from './fusion.ts';
import { loadModel } from './model.ts';

export type Pipeline = 'bm25' | 'dense' | 'hybrid';

export interface EvaluationRequest {
  readonly pipeline: Pipeline;
  /** Expand queries by relevance feedback (RM3); with bm25 only. */
  readonly rm3?: boolean;
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
  const { pipeline } = request;
  const dense = pipeline === 'bm25' ? undefined : loadModel(undefined, ['title', 'text']);
  if (pipeline !== 'bm25' && dense === undefined) {
    throw new EngineError('NOT_FOUND', `The pipeline ${pipeline} needs an encoder, and none ships in models/`, {
      hint: 'Choose --pipeline bm25.',
    });
  }
  if (request.rm3 && pipeline !== 'bm25') {
    throw new EngineError('INVALID_ARGUMENT', `RM3 expands words, and the pipeline is ${pipeline}`, {
      hint: 'Use --rm3 with --pipeline bm25.',
    });
  }
  const terms = termsEncoder(english(), { fields: { contents: ['title', 'text'] } });
  const { library, totalTerms, uniqueTerms } = await indexed(dataset, terms, dense, request);
  const words = part(library, 'terms') as Parameters<typeof rm3>[1];
  const lexical = request.rm3 ? rm3(terms, words, { k: HITS }) : retrieve(terms, words, HITS);
  const retriever = compose(pipeline, lexical, () => retrieve(dense!, part(library, 'dense') as never, HITS));
  const snapshot = library.snapshot();
  const run = await runQueries(retriever, dataset.queries, {
    context: {
      snapshot,
      ...(request.signal && { signal: request.signal }),
      trace: ({ name, done, total }) => {
        if (name === 'evaluate.query') request.onProgress?.(done ?? 0, total ?? 0, 'queries');
      },
    },
    ids: dataset.qrels.keys(),
    separate: pipeline === 'bm25',
  });
  snapshot.release();
  await library.close();
  const evaluation = evaluate(run, dataset.qrels, { measures: request.measures, complete: true });
  return {
    evaluation,
    run,
    retriever: retriever.name,
    ...(dense !== undefined && { encoder: dense.config.name }),
    documents: dataset.documents.length,
    totalTerms,
    uniqueTerms,
  };
}

function compose(pipeline: Pipeline, lexical: Retriever, dense: () => Retriever): Retriever {
  switch (pipeline) {
    case 'bm25':
      return lexical;
    case 'dense':
      return dense();
    case 'hybrid':
      return fuse(FUSION, cut(lexical, FUSION_DEPTH), cut(dense(), FUSION_DEPTH));
    default:
      return pipeline satisfies never;
  }
}

type EvalLibrary = Library<Readonly<Record<string, PartKind>>>;

async function indexed(
  dataset: Dataset,
  terms: TermsEncoder,
  dense: ReturnType<typeof loadModel>,
  request: EvaluationRequest,
) {
  const parts: Record<string, PartKind> = {
    terms: inverted({ space: terms.space, fields: { contents: 1 } }) as unknown as PartKind,
    ...(dense && { dense: flat({ space: dense.space, dim: dense.dim }) as unknown as PartKind }),
  };
  const schema = { fields: { title: { stored: true }, text: { stored: true } }, columns: {} };
  const library: EvalLibrary = await openLibrary(memoryDirectory(), { schema, parts });
  const writer = await library.writer();
  const unique = new Set<string>();
  let totalTerms = 0;
  for (const [i, { id, title, text }] of dataset.documents.entries()) {
    const [rep] = await terms.encodeDocuments([{ title, text }], { signal: request.signal });
    for (const stream of rep?.fields.values() ?? []) {
      totalTerms += stream.length;
      for (const term of stream.terms) unique.add(term);
    }
    const vector = dense?.encodeSync([title, text].filter((value) => value !== '').join('\n'));
    await writer.add({ id, fields: { title, text } }, {
      ...(rep && { terms: rep }),
      ...(vector && { dense: vector }),
    } as never);
    if (i % 500 === 0) request.onProgress?.(i, dataset.documents.length, 'documents');
  }
  await writer.commit();
  await writer.close();
  return { library, totalTerms, uniqueTerms: unique.size };
}

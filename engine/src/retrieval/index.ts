// retrieval: the algebra. Retrievers and what makes new ones of them.
export { concatenate, concatenateRankings } from './concatenate.ts';
export { atLeast, cut, filter } from './cut.ts';
export type { DateSyntax } from './date-value.ts';
export { explain, formatExplanation } from './explain.ts';
export { type FuseOptions, fuse, fuseRankings } from './fuse.ts';
export { partScorer } from './part-scorer.ts';
export { type ExplainedStage, pipe } from './pipe.ts';
// What people type, as a query.
export { MAX_QUERY_LENGTH, type ParsedQuery, parseQuery, type QuerySyntax, querySyntax } from './query-syntax.ts';
export type { ColumnSyntax, ValueSyntax } from './query-value.ts';
export { type DocumentScore, type RerankOptions, rerank, type Scorer } from './rerank.ts';
export { part, retrieve } from './retrieve.ts';
export { type Rm3Options, rm3 } from './rm3.ts';
export { DEFAULT_K0 } from './rrf.ts';
export { inOneRun, once } from './run-scope.ts';
export {
  type Context,
  type Explanations,
  type PartRef,
  type Query,
  type ReaderSource,
  type Retriever,
  type RunScope,
  type SnapshotView,
  type Stage,
  withRep,
} from './stage.ts';

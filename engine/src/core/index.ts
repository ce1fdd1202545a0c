// core: the vocabulary of the engine: types, errors, the order of results, fingerprints, the budget of a query. Imports
// nothing. Its other files (bit sets, codecs, checksums, randomness) are internals.
export { EngineError, type EngineErrorOptions, type ErrorCode, throwIfAborted } from './errors.ts';
export { plainFingerprint, plainFingerprints } from './fingerprint.ts';
export { fingerprint, type Json } from './hash.ts';
export { compareHits, compareUtf8 } from './order.ts';
export {
  type BudgetedWork,
  budgetEvent,
  DEFAULT_QUERY_BUDGET,
  type QueryBudget,
  queryBudget,
} from './query-budget.ts';
export type {
  Analyzer,
  BinaryRep,
  Cancellable,
  ColumnType,
  ColumnValue,
  DenseRep,
  DocId,
  Document,
  DocumentRep,
  Encoder,
  Evidence,
  Explanation,
  FieldSpec,
  Filter,
  Fingerprint,
  Hit,
  IndexReader,
  Kind,
  LexicalQuery,
  MultiDocument,
  MultiQuery,
  Ord,
  QueryRep,
  Ranking,
  Representation,
  Schema,
  SearchOptions,
  Side,
  Space,
  SparseRep,
  Statistics,
  TermsDocument,
  TermsQuery,
  TextSpan,
  TokenStream,
  Trace,
  TraceEvent,
} from './types.ts';

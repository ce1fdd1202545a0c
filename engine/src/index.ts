// @quire/engine: what most programs need. All other names are in the subpaths: /core, /kernels, /storage, /text,
// /encoders, /indexes, /retrieval, /evaluation, and the adapters /node and /browser.

// Collections: documents in, ranked and explained hits out.
export {
  type Collection,
  type CollectionDense,
  type CollectionOptions,
  type CollectionSearch,
  openCollection,
} from './collection.ts';
// The vocabulary.
export { EngineError, type ErrorCode } from './core/errors.ts';
export type {
  Analyzer,
  Cancellable,
  ColumnType,
  ColumnValue,
  DocId,
  Document,
  Encoder,
  Explanation,
  Filter,
  Hit,
  IndexReader,
  LexicalQuery,
  Ranking,
  Schema,
  SearchOptions,
} from './core/types.ts';
// Lexical search from its parts.
export { type TermsEncoder, termsEncoder } from './encoders/terms.ts';
export { type InvertedOptions, inverted } from './indexes/inverted/index.ts';
// Libraries and their directories: in memory here, in files with /node, in the browser's storage with /browser.
export type { Library, LibraryOptions, Snapshot, Writer } from './storage/contract.ts';
export type { Directory } from './storage/directory.ts';
export { openLibrary } from './storage/library.ts';
export { memoryDirectory } from './storage/memory.ts';
export { english } from './text/english.ts';

// storage: directories, libraries, and the contracts that index kinds implement. Platform adapters are in node/,
// browser/.

export type { Drift } from './codecs.ts';
// A library and what one does with it.
export type {
  Library,
  LibraryOptions,
  Parts,
  ReaderOf,
  Reps,
  Snapshot,
  Writer,
} from './contract.ts';
// Where files live.
export type {
  Directory,
  FileSink,
  Lock,
  RandomAccess,
} from './directory.ts';
export type { BooleanColumn, Column, KeywordColumn, KeywordsColumn, NumberColumn } from './documents/columns.ts';
export { MAX_ID_LENGTH } from './documents/validate.ts';
export { inspectLibrary, type LibraryInfo, openLibrary } from './library.ts';
export { FORMAT_VERSION } from './manifest.ts';
export type { CodecFile, MeanError, Metadata, PartInfo } from './manifest-shape.ts';
export { type MemoryDirectory, memoryDirectory, memoryFile } from './memory.ts';
// What an index kind implements, and the files that it writes.
export type {
  AnyPartKind,
  AnySegmentPart,
  Candidates,
  CodecKind,
  Gather,
  MergeSource,
  OpenOptions,
  PartConfig,
  PartInput,
  PartKind,
  PartOptions,
  Scope,
  Scratch,
  SectionReader,
  SectionSink,
  SectionWriter,
  SegmentPart,
} from './part.ts';
export { sumStatistics } from './reader.ts';
export { BLOCK_BYTES, type Damage, type FileInfo } from './section-layout.ts';
export type { SectionFile } from './section-reader.ts';
export { createSectionFile, openSectionFile, type SectionFileWriter } from './sections.ts';
export { storageError } from './storage-error.ts';
export { type VerifyOptions, type VerifyReport, verifyLibrary } from './verify.ts';
export { writeSection } from './write-section.ts';

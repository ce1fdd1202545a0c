// What a manifest holds, and the tests of its shape. The checksum detects accidents; the tests detect other content under
// the name of a library.

import type { Fingerprint, Kind, Schema, Space } from '../core/types.ts';
import { isLibraryFile } from './file-names.ts';
import type { PartConfig } from './part.ts';
import type { FileInfo } from './section-layout.ts';

export type Metadata = Readonly<Record<string, string | number>>;

/** Everything that determines the bytes of a part. */
export interface PartInfo {
  readonly index: string;
  readonly version: number;
  readonly queryKind: Kind;
  readonly documentKind: Kind;
  readonly space: Space;
  /** Fingerprint of the stored documents. */
  readonly documents: Fingerprint;
  readonly config: PartConfig;
}

/** The file of a part in one segment, and the version of its bytes. */
export interface PartFile extends FileInfo {
  readonly version: number;
}

/** A mean over documents. */
export interface MeanError {
  readonly documents: number;
  readonly error: number;
}

/** The file of a part's codec, with the error of the documents that it was trained on and of those added since. */
export interface CodecFile extends FileInfo {
  readonly codec: string;
  readonly version: number;
  readonly trained: MeanError;
  readonly added: MeanError;
}

export interface SegmentInfo {
  /** The number of its documents file: unique in the life of the library. */
  readonly name: string;
  readonly size: number;
  readonly documents: FileInfo;
  readonly parts: Readonly<Record<string, PartFile>>;
  /** Deleted Ords; null when none. */
  readonly deletes: (FileInfo & { readonly count: number }) | null;
}

export interface Manifest {
  readonly generation: number;
  /** The number of the next new file. */
  readonly nextFile: number;
  readonly schema: Schema;
  readonly parts: Readonly<Record<string, PartInfo>>;
  /** By part name; only of parts whose kind has a codec. */
  readonly codecs: Readonly<Record<string, CodecFile>>;
  readonly segments: readonly SegmentInfo[];
  readonly metadata: Metadata;
}

// ───────────────────────────────────────────── tests, for manifests of any version

export type Test = (value: unknown) => boolean;

export const isObject: Test = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
export const isText: Test = (value) => typeof value === 'string';
export const isCount: Test = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
/** An object with at least these members. */
export const has =
  (members: Readonly<Record<string, Test>>): Test =>
  (value) =>
    isObject(value) &&
    Object.entries(members).every(([name, test]) => test((value as Readonly<Record<string, unknown>>)[name]));
export const each =
  (test: Test): Test =>
  (value) =>
    isObject(value) && Object.values(value as object).every(test);

export const fileMembers = {
  file: (name: unknown) => isText(name) && isLibraryFile(name as string),
  bytes: isCount,
  checksum: isCount,
};
export const isFile = has(fileMembers);
/** What every version says of a part. */
export const partMembers = { index: isText, version: isCount, space: isText, config: isObject };

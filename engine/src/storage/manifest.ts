// The manifest: the file that describes a library at a commit (docs/format/library.md). Framed canonical JSON, replaced
// by one atomic rename, so a generation is complete or absent.
//
//   "QMAN" u32 │ version u32 │ length u32 │ JSON (UTF-8) │ CRC-32C u32 of everything before

import { ByteReader, ByteWriter } from '../core/bytes.ts';
import { crc32c } from '../core/crc32c.ts';
import { EngineError } from '../core/errors.ts';
import { plainFingerprint } from '../core/fingerprint.ts';
import { canonicalJson, type Json } from '../core/hash.ts';
import type { Fingerprint, Kind, Schema, Space } from '../core/types.ts';
import { decodeUtf8, encodeUtf8 } from '../core/utf8.ts';
import type { Directory } from './directory.ts';
import { isLibraryFile, MANIFEST, newManifestFile } from './file-names.ts';
import type { PartConfig } from './part.ts';
import { corrupt, type FileInfo } from './section-layout.ts';

const MAGIC = 0x4e414d51; // "QMAN"
/** Version 1 has one `kind` a part, no fingerprints and no codecs; it is read, and the next commit writes version 2. */
export const FORMAT_VERSION = 2;

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

/** Every file that a manifest needs. */
export function manifestFiles(manifest: Pick<Manifest, 'segments' | 'codecs'>): readonly FileInfo[] {
  return [...Object.values(manifest.codecs), ...manifest.segments.flatMap(segmentFiles)];
}

/** Every file of one segment. */
export function segmentFiles({ documents, parts, deletes }: SegmentInfo): readonly FileInfo[] {
  return [documents, ...Object.values(parts), ...(deletes === null ? [] : [deletes])];
}

/**
 * Whether both are the same commit. Generations are not enough: a new library in the same place counts from 1 again.
 */
export function isSameCommit(a: Manifest, b: Manifest): boolean {
  return a.generation === b.generation && jsonOf(a) === jsonOf(b);
}

function jsonOf(manifest: Manifest): string {
  return canonicalJson(manifest as unknown as Json);
}

/** undefined when the directory holds no library yet. Throws CORRUPT or UNSUPPORTED_FORMAT. */
export async function readManifest(directory: Directory): Promise<Manifest | undefined> {
  let bytes: Uint8Array;
  try {
    const file = await directory.open(MANIFEST);
    try {
      bytes = await file.read(0, file.size);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof EngineError && error.code === 'NOT_FOUND') return undefined;
    throw error;
  }
  return decodeManifest(bytes);
}

/**
 * Makes `manifest` the library's current one. All files that it names must be synced. Afterwards the commit is durable.
 * When this throws, the current manifest is the old or the new one, complete.
 */
export async function publishManifest(directory: Directory, manifest: Manifest): Promise<void> {
  const name = newManifestFile(manifest.generation);
  await removeLeftover(directory, name);
  const file = await directory.create(name);
  try {
    await file.append(encodeManifest(manifest));
    await file.sync();
  } finally {
    await file.close();
  }
  await directory.syncDirectory(); // first the files that it names, then the manifest
  await directory.rename(name, MANIFEST);
  await directory.syncDirectory();
}

async function removeLeftover(directory: Directory, name: string): Promise<void> {
  if ((await directory.list()).includes(name)) await directory.remove(name);
}

export function encodeManifest(manifest: Manifest): Uint8Array {
  const json = encodeUtf8(jsonOf(manifest));
  const out = new ByteWriter(json.length + 16);
  out.u32(MAGIC);
  out.u32(FORMAT_VERSION);
  out.u32(json.length);
  out.bytes(json);
  out.u32(crc32c(out.view()));
  return out.finish();
}

export function decodeManifest(bytes: Uint8Array): Manifest {
  const damaged = (message: string) => corrupt({ file: MANIFEST, block: 0, offset: 0, message });
  if (bytes.length < 16) throw damaged(`only ${bytes.length} bytes long`);
  const reader = new ByteReader(bytes, MANIFEST, bytes.length - 4);
  if (crc32c(bytes.subarray(0, bytes.length - 4)) !== reader.u32()) throw damaged('checksum mismatch');
  reader.offset = 0;
  if (reader.u32() !== MAGIC) throw damaged('not a manifest');
  const version = reader.u32();
  if (version < 1 || version > FORMAT_VERSION) {
    throw new EngineError(
      'UNSUPPORTED_FORMAT',
      `The library has format version ${version}; this build reads 1 to ${FORMAT_VERSION}`,
      {
        hint: 'Use the version of Quire that wrote it, or rebuild it from the store.',
      },
    );
  }
  const json = decodeUtf8(reader.take(reader.u32()));
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw damaged('not JSON');
  }
  if (version === 1 && hasShapeOf1(value)) value = upgraded(value as ManifestOf1); // hasShapeOf1 proves it
  if (isManifest(value)) return value;
  throw damaged('its checksum is right, but it is no manifest: some other program made it');
}

// The checksum detects accidents; the check of the shape detects other content under the name of a library.

type Test = (value: unknown) => boolean;

const isObject: Test = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const isText: Test = (value) => typeof value === 'string';
const isCount: Test = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
/** An object with at least these members. */
const has =
  (members: Readonly<Record<string, Test>>): Test =>
  (value) =>
    isObject(value) &&
    Object.entries(members).every(([name, test]) => test((value as Readonly<Record<string, unknown>>)[name]));
const each =
  (test: Test): Test =>
  (value) =>
    isObject(value) && Object.values(value as object).every(test);

const fileMembers = {
  file: (name: unknown) => isText(name) && isLibraryFile(name as string),
  bytes: isCount,
  checksum: isCount,
};
const isFile = has(fileMembers);
const isSegment = has({
  name: (name) => isText(name) && /^\d{8,15}$/.test(name as string),
  size: (size) => isCount(size) && (size as number) < 2 ** 31,
  documents: isFile,
  parts: each(has({ ...fileMembers, version: isCount })),
  deletes: (value) => value === null || has({ ...fileMembers, count: isCount })(value),
});
const isColumn: Test = (type) => ['keyword', 'keywords', 'number', 'boolean'].includes(type as string);
const partMembers = { index: isText, version: isCount, space: isText, config: isObject };
const hasShapeOf1 = has({
  parts: each(has({ ...partMembers, kind: isText })),
  segments: (list) => Array.isArray(list) && list.every(has({ parts: each(isFile) })),
});
const isMean = has({ documents: isCount, error: (value) => Number.isFinite(value) && (value as number) >= 0 });
const hasManifestShape = has({
  generation: isCount,
  nextFile: isCount,
  schema: has({ fields: each(isObject), columns: each(isColumn) }),
  parts: each(has({ ...partMembers, queryKind: isText, documentKind: isText, documents: isText })),
  codecs: each(has({ ...fileMembers, codec: isText, version: isCount, trained: isMean, added: isMean })),
  segments: (list) => Array.isArray(list) && list.every(isSegment),
  metadata: each((value) => isText(value) || typeof value === 'number'),
});

function isManifest(value: unknown): value is Manifest {
  return hasManifestShape(value);
}

type PartInfoOf1 = Pick<PartInfo, 'index' | 'version' | 'space' | 'config'> & { readonly kind: Kind };
type SegmentOf1 = Omit<SegmentInfo, 'parts'> & { readonly parts: Readonly<Record<string, FileInfo>> };
type ManifestOf1 = Omit<Manifest, 'parts' | 'codecs' | 'segments'> & {
  readonly parts: Readonly<Record<string, PartInfoOf1>>;
  readonly segments: readonly SegmentOf1[];
};

/** Version 1 as version 2: queries and documents of one kind, encoders without adapter. */
function upgraded(manifest: ManifestOf1): Manifest {
  const parts = Object.entries(manifest.parts).map(([name, { kind, ...rest }]): [string, PartInfo] => {
    const documents = plainFingerprint(rest.space, 'document');
    return [name, { ...rest, queryKind: kind, documentKind: kind, documents }];
  });
  const segments = manifest.segments.map((segment): SegmentInfo => {
    const files = Object.entries(segment.parts).map(([name, file]): [string, PartFile] => {
      return [name, { ...file, version: manifest.parts[name]?.version ?? 0 }];
    });
    return { ...segment, parts: Object.fromEntries(files) };
  });
  return { ...manifest, parts: Object.fromEntries(parts), codecs: {}, segments };
}

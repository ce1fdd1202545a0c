// The manifest: the file that describes a library at a commit (docs/format/library.md). Framed canonical JSON, replaced
// by one atomic rename, so a generation is complete or absent.
//
//   "QMAN" u32 │ version u32 │ length u32 │ JSON (UTF-8) │ CRC-32C u32 of everything before

import { ByteReader, ByteWriter } from '../core/bytes.ts';
import { crc32c } from '../core/crc32c.ts';
import { EngineError } from '../core/errors.ts';
import { canonicalJson } from '../core/hash.ts';
import { decodeUtf8, encodeUtf8 } from '../core/utf8.ts';
import type { Directory } from './directory.ts';
import { MANIFEST, newManifestFile } from './file-names.ts';
import {
  each,
  fileMembers,
  has,
  isCount,
  isFile,
  isObject,
  isText,
  type Manifest,
  partMembers,
  type SegmentInfo,
  type Test,
} from './manifest-shape.ts';
import { corrupt, type FileInfo } from './section-layout.ts';

const MAGIC = 0x4e414d51; // "QMAN"
/**
 * Version 1 has one `kind` a part, no fingerprints and no codecs. Version 2 has no codec for `binary` with vectors. Both are
 * read, and the next commit writes version 3.
 */
export const FORMAT_VERSION = 3;

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
  return canonicalJson(manifest);
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

export async function decodeManifest(bytes: Uint8Array): Promise<Manifest> {
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
  if (version === 1) value = (await import('./manifest-version-1.ts')).upgraded(value);
  if (isManifest(value)) return value;
  throw damaged('its checksum is right, but it is no manifest: some other program made it');
}

const isSegment = has({
  name: (name) => isText(name) && /^\d{8,15}$/.test(name as string),
  size: (size) => isCount(size) && (size as number) < 2 ** 31,
  documents: isFile,
  parts: each(has({ ...fileMembers, version: isCount })),
  deletes: (value) => value === null || has({ ...fileMembers, count: isCount })(value),
});
const isColumn: Test = (type) => ['keyword', 'keywords', 'number', 'boolean'].includes(type as string);
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

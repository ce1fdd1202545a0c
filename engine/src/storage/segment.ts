// One open segment: its document table, its parts, and the number of commits that use it. Segments are immutable;
// deletes belong to a commit.

import { BitSet } from '../core/bitset.ts';
import { asUint32, bytesOf } from '../core/bytes.ts';
import { EngineError } from '../core/errors.ts';
import { canonicalJson } from '../core/hash.ts';
import type { Cancellable, Filter, Kind, Schema, Trace } from '../core/types.ts';
import type { Codecs } from './codecs.ts';
import type { Directory } from './directory.ts';
import { evaluateFilter, evaluateFilterSync } from './documents/filter.ts';
import { type IdFilter, idFilter } from './documents/id-filter.ts';
import { type DocumentTable, openTable, type Rows, writeTable } from './documents/table.ts';
import { documentsFile, partFile, segmentName } from './file-names.ts';
import type { PartFile, PartInfo, SegmentInfo } from './manifest-shape.ts';
import type { AnyPartKind, AnySegmentPart, PartInput } from './part.ts';
import { documentsOf } from './part-defaults.ts';
import type { FileInfo } from './section-layout.ts';
import type { SectionFile } from './section-reader.ts';
import { openSectionFile, writeFile } from './sections.ts';
import { writeSection } from './write-section.ts';

export type Kinds = ReadonlyMap<string, AnyPartKind>;

export interface OpenPart {
  readonly kind: AnyPartKind;
  readonly part: AnySegmentPart;
  readonly sections: SectionFile;
  readonly version: number;
}

export interface OpenSegment {
  readonly info: SegmentInfo;
  readonly table: DocumentTable;
  readonly bytes: number;
  /** Opens the parts; called once. */
  loadParts(): Promise<void>;
  /** Throws INVALID_ARGUMENT when there is no such part. */
  part(name: string): OpenPart;
  /** Documents passing a filter that checkFilter has seen, deleted ones included; the last few are remembered. */
  filtered(filter: Filter): Promise<BitSet>;
  filteredSync(filter: Filter): BitSet;
  /** Built on first use. */
  idFilter(): IdFilter;
  retain(): void;
  /** Closes the files with the last reference. */
  release(): void;
}

/** Identifies an open segment by its files and their content. A new library in the same place reuses the names. */
export function segmentKey(info: SegmentInfo): string {
  const files = [info.documents, ...Object.values(info.parts)];
  return files.map(({ file, bytes, checksum }) => `${file} ${bytes} ${checksum}`).join(' ');
}

export interface SegmentOptions {
  /** Gets what the parts report when they open, say that kernels cannot be used. */
  readonly trace?: Trace | undefined;
  readonly codecs?: Codecs | undefined;
}

/** Opens with one reference, which is the caller's. */
export async function openSegment(
  directory: Directory,
  schema: Schema,
  info: SegmentInfo,
  kinds: Kinds,
  options: SegmentOptions = {},
): Promise<OpenSegment> {
  const documents = await openSectionFile(directory, info.documents);
  const parts = new Map<string, OpenPart>();
  const filters = new Map<string, BitSet>();
  let loading: Promise<void> | undefined;
  let ids: IdFilter | undefined;
  let references = 1;
  const close = () => {
    for (const { part, sections } of parts.values()) {
      part.close();
      void sections.close().catch(() => undefined); // the file is being discarded: its errors do not matter
    }
    void documents.close().catch(() => undefined);
  };
  const table = await openTable(schema, info.size, documents).catch(async (error: unknown) => {
    await documents.close();
    throw error;
  });
  return {
    info,
    table,
    bytes: info.documents.bytes + Object.values(info.parts).reduce((sum, part) => sum + part.bytes, 0),
    loadParts: () => {
      loading ??= openParts(directory, info, kinds, parts, options).catch((error: unknown) => {
        loading = undefined;
        throw error;
      });
      return loading;
    },
    part: (name) => {
      const part = parts.get(name);
      if (part !== undefined) return part;
      throw new EngineError('INVALID_ARGUMENT', `The library has no open part ${JSON.stringify(name)}`, {
        hint: `It has: ${[...parts.keys()].join(', ') || 'none'}.`,
      });
    },
    filtered: async (filter) => remember(filters, filter) ?? keep(filters, filter, await evaluateFilter(filter, table)),
    filteredSync: (filter) => remember(filters, filter) ?? keep(filters, filter, evaluateFilterSync(filter, table)),
    idFilter: () => {
      ids ??= idFilter(table.ids, info.size);
      return ids;
    },
    retain: () => {
      references++;
    },
    release: () => {
      if (--references === 0) close();
    },
  };
}

async function openParts(
  directory: Directory,
  info: SegmentInfo,
  kinds: Kinds,
  parts: Map<string, OpenPart>,
  { trace, codecs }: SegmentOptions,
) {
  for (const [name, kind] of kinds) {
    const file = info.parts[name];
    if (file === undefined || parts.has(name)) continue;
    const sections = await openSectionFile(directory, file);
    try {
      const { version } = file;
      const codec = codecs?.get(name)?.codec;
      const part = await kind.open(sections, { version, codec, trace: traceOf(trace, name, file.file) });
      parts.set(name, { kind, sections, version, part });
    } catch (error) {
      await sections.close();
      throw error;
    }
  }
}

/** Adds the part and its file to the facts of each event. */
function traceOf(trace: Trace | undefined, part: string, file: string): Trace | undefined {
  return trace && ((event) => trace({ ...event, facts: { ...event.facts, part, file } }));
}

const REMEMBERED_FILTERS = 8;
const LONGEST_REMEMBERED = 2000; // characters of JSON

/** Numbers that JSON lacks keep their names. */
function filterKey(filter: Filter): string {
  return JSON.stringify(filter, (_, value) =>
    typeof value === 'number' && !Number.isFinite(value) ? { number: String(value) } : value,
  );
}
function remember(filters: Map<string, BitSet>, filter: Filter): BitSet | undefined {
  return filters.get(filterKey(filter));
}
function keep(filters: Map<string, BitSet>, filter: Filter, set: BitSet): BitSet {
  const key = filterKey(filter);
  if (key.length > LONGEST_REMEMBERED) return set;
  if (filters.size >= REMEMBERED_FILTERS) filters.delete(filters.keys().next().value!);
  filters.set(key, set);
  return set;
}

// ───────────────────────────────────────────── writing

/** Assigns numbers to new files. */
export type NextNumber = () => number;

export async function writeSegment(
  directory: Directory,
  schema: Schema,
  kinds: Kinds,
  next: NextNumber,
  rows: Rows,
  reps: (part: string) => PartInput<Kind>['reps'],
  codecs: Codecs,
  options: Cancellable = {},
): Promise<SegmentInfo> {
  const number = next();
  const documents = await writeFile(directory, documentsFile(number), (out) => writeTable(schema, rows, out));
  const parts: Record<string, PartFile> = {};
  for (const [name, kind] of kinds) {
    const input = { size: rows.size, reps: reps(name) };
    const own = { ...options, codec: codecs.get(name)?.codec };
    const file = await writeFile(directory, partFile(next(), name), (out) => kind.write(input, out, own));
    parts[name] = { ...file, version: kind.version };
  }
  return { name: segmentName(documents.file), size: rows.size, documents, parts, deletes: null };
}

// ───────────────────────────────────────────── deleted documents

export async function writeDeletes(directory: Directory, name: string, deleted: BitSet): Promise<FileInfo> {
  return writeFile(directory, name, (out) => writeSection(out, 'deletes', bytesOf(deleted.words)));
}

/** undefined when nothing is deleted. */
export async function readDeletes(directory: Directory, info: SegmentInfo): Promise<BitSet | undefined> {
  if (info.deletes === null) return undefined;
  const sections = await openSectionFile(directory, info.deletes);
  try {
    const deleted = new BitSet(info.size, asUint32((await sections.readAll('deletes')).slice()));
    if (deleted.words.length === (info.size + 31) >>> 5 && deleted.count() === info.deletes.count) return deleted;
    throw new EngineError(
      'CORRUPT',
      `${info.deletes.file}: ${deleted.count()} deletes instead of ${info.deletes.count}`,
    );
  } finally {
    await sections.close();
  }
}

// ───────────────────────────────────────────── the description of a part

export function partInfo(kind: AnyPartKind): PartInfo {
  const { name, version, queryKind, documentKind, space, config } = kind;
  return { index: name, version, queryKind, documentKind, space, documents: documentsOf(kind), config };
}

/** Whether `kind` can read a part with this description, written in its version or in one that it lists. */
export function canRead(kind: AnyPartKind, found: PartInfo): boolean {
  const isKnown = found.version === kind.version || kind.reads?.includes(found.version) === true;
  return isKnown && isSamePart(partInfo(kind), { ...found, version: kind.version });
}

function isSamePart(a: PartInfo, b: PartInfo): boolean {
  return canonicalJson(a) === canonicalJson(b);
}

/** The schema with every default written out. */
export function normaliseSchema(schema: Schema): Schema {
  const fields = Object.entries(schema.fields).map(([name, spec]) => [name, { stored: spec.stored === true }] as const);
  return { fields: Object.fromEntries(fields), columns: { ...schema.columns } };
}

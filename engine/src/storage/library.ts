// openLibrary: the newest commit for readers, one writer at a time, new commits of other processes by refresh(). The
// files are described in docs/format/library.md; commits and merges are in writer/.

import { checkCount, checkObject, shown } from '../core/check.ts';
import { EngineError } from '../core/errors.ts';
import { canonicalJson } from '../core/hash.ts';
import type { Cancellable, ColumnType, Schema } from '../core/types.ts';
import type { Drift } from './codecs.ts';
import { type Commit, commitOf, openNewest } from './commit.ts';
import type { Library, LibraryOptions, Parts, Snapshot, Writer } from './contract.ts';
import type { Directory } from './directory.ts';
import { checkPartName, LOCK } from './file-names.ts';
import { isSameCommit, manifestFiles, readManifest } from './manifest.ts';
import type { Manifest, Metadata, PartInfo } from './manifest-shape.ts';
import type { AnyPartKind } from './part.ts';
import { canRead, type Kinds, normaliseSchema, partInfo } from './segment.ts';
import { openSnapshot } from './snapshot.ts';
import type { WriterHost } from './writer/pending.ts';
import { DEFAULT_BUFFER_BYTES, LibraryWriter } from './writer/writer.ts';

/**
 * Opens the library in `directory`, or an empty one that its first commit will create. Throws SCHEMA_MISMATCH for
 * another schema or part configuration, NOT_FOUND if it is missing and must not be created, CORRUPT when its manifest,
 * a header or a checksum is wrong.
 *
 * ```ts
 * const library = await openLibrary(memoryDirectory(), { schema: { fields: { title: {} }, columns: {} }, parts: {} });
 * const writer = await library.writer();
 * await writer.add({ id: 'a', fields: { title: 'Attention' } }, {});
 * const snapshot = await writer.commit();
 * console.assert(snapshot.size === 1);
 * ```
 */
export async function openLibrary<P extends Parts>(
  directory: Directory,
  options: LibraryOptions<P>,
): Promise<Library<P>> {
  checkOptions(directory, options);
  const library = new OpenLibrary<P>(directory, options);
  await library.open();
  return library;
}

/** The configuration of a library on disk; undefined when there is none. */
export interface LibraryInfo {
  readonly generation: number;
  readonly schema: Schema;
  readonly parts: Readonly<Record<string, PartInfo>>;
  /** Of parts with a codec: does it still fit the documents? */
  readonly drift: Readonly<Record<string, Drift>>;
  readonly metadata: Metadata;
  /** Documents, deleted ones not counted. */
  readonly size: number;
  readonly bytes: number;
}

/** Reads only the manifest: no part is opened, so the configuration need not be known. */
export async function inspectLibrary(directory: Directory): Promise<LibraryInfo | undefined> {
  const manifest = await readManifest(directory);
  if (manifest === undefined) return undefined;
  const { generation, schema, parts, codecs, metadata, segments } = manifest;
  return {
    generation,
    schema,
    parts,
    drift: Object.keys(codecs).length === 0 ? {} : (await import('./codecs.ts')).driftsOf(codecs),
    metadata,
    size: segments.reduce((sum, s) => sum + s.size - (s.deletes?.count ?? 0), 0),
    bytes: manifestFiles(manifest).reduce((sum, file) => sum + file.bytes, 0),
  };
}

class OpenLibrary<P extends Parts> implements Library<P> {
  readonly directory: Directory;
  readonly schema: Schema;
  readonly #options: LibraryOptions<P>;
  #kinds: Kinds;
  #current: Commit;
  #writer: LibraryWriter | undefined;
  #refreshing: Promise<boolean> | undefined;
  #isClosed = false;

  constructor(directory: Directory, options: LibraryOptions<P>) {
    this.directory = directory;
    this.schema = normaliseSchema(options.schema);
    this.#options = options;
    this.#kinds = new Map(kindsOf(options.parts));
    for (const name of this.#kinds.keys()) checkPartName(name);
    this.#current = commitOf(emptyManifest(this.schema, this.#kinds), [], new Map());
  }

  get parts(): P {
    return Object.fromEntries(this.#kinds) as unknown as P; // what was passed in, or what buildPart replaced it with
  }

  async open(): Promise<void> {
    const found = await this.refresh();
    if (!found && this.#options.readOnly === true) {
      throw new EngineError('NOT_FOUND', `${this.directory.label}: there is no library here`, {
        hint: 'Check the path, or open it without readOnly to make one.',
      });
    }
  }

  snapshot(): Snapshot<P> {
    this.#assertOpen();
    return openSnapshot<P>(this, this.#current, this.#kinds);
  }

  refresh(): Promise<boolean> {
    this.#assertOpen();
    if (this.#writer !== undefined) return Promise.resolve(false); // only this writer commits, and it reports that
    this.#refreshing ??= this.#load(false).finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  async writer(options: Cancellable = {}): Promise<Writer<P>> {
    this.#assertOpen();
    if (this.#options.readOnly === true || this.directory.readOnly) {
      throw new EngineError('READ_ONLY', `${this.directory.label}: the library was opened read-only`, {
        hint: 'Open it without readOnly, in a folder that this user may write.',
      });
    }
    const lock = await this.directory.lock(LOCK);
    try {
      await this.#refreshing;
      await this.#load(false);
      this.#assertOpen(); // it may have been closed in the meantime
      this.#assertAllParts();
      const writer = new LibraryWriter(this.#host(options), lock);
      await writer.prepare();
      this.#writer = writer;
      return writer as unknown as Writer<P>; // the writer checks at run time what P says at compile time
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  async settle(): Promise<void> {
    await this.#writer?.settle();
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    await this.#writer?.close();
    await this.#refreshing?.catch(() => undefined); // its own caller gets the error
    this.#isClosed = true;
    this.#current.release();
  }

  /** Opens the newest commit if it is newer than the open one, or always when `force`d. */
  async #load(force: boolean): Promise<boolean> {
    if (!force && this.#current.manifest.generation > 0) {
      const manifest = await readManifest(this.directory);
      if (manifest === undefined || isSameCommit(manifest, this.#current.manifest)) return false;
    }
    const { states, codecs } = this.#current;
    const reuse = { segments: states.map((state) => state.segment), codecs };
    const commit = await openNewest(this.directory, (manifest) => this.#check(manifest), reuse, {
      trace: this.#options.trace,
    });
    if (commit === undefined) return false;
    const isKnown = isSameCommit(commit.manifest, this.#current.manifest) || this.#writer !== undefined;
    if (!force && isKnown) {
      commit.release();
      return false;
    }
    this.#adopt(commit, this.#kinds);
    return true;
  }

  #adopt(commit: Commit, kinds: Kinds): void {
    const before = this.#current;
    this.#current = commit;
    this.#kinds = new Map(kinds);
    before.release();
  }

  #check(manifest: Manifest) {
    assertSameSchema(this.schema, manifest.schema);
    for (const [name, kind] of this.#kinds) assertSamePart(name, kind, manifest.parts[name]);
    return { schema: this.schema, kinds: this.#kinds };
  }

  /** Readers may leave out parts. A writer may not: new documents would be missing in them. */
  #assertAllParts(): void {
    for (const name of Object.keys(this.#current.manifest.parts)) {
      if (this.#kinds.has(name)) continue;
      throw new EngineError('SCHEMA_MISMATCH', `The library has a part ${name} that it was opened without`, {
        hint: `Pass the kind of ${name} in the option parts: a writer must fill every part.`,
      });
    }
  }

  #host({ trace }: Cancellable): WriterHost {
    return {
      directory: this.directory,
      schema: this.schema,
      autoMerge: this.#options.autoMerge !== false,
      bufferBytes: this.#options.bufferBytes ?? DEFAULT_BUFFER_BYTES,
      trace: trace ?? this.#options.trace,
      current: () => this.#current,
      kinds: () => this.#kinds,
      adopt: (commit, kinds) => this.#adopt(commit, kinds),
      reload: async () => {
        await this.#load(true);
      },
      snapshot: () => this.snapshot(),
      onClose: () => {
        this.#writer = undefined;
      },
    };
  }

  #assertOpen(): void {
    if (this.#isClosed) throw new EngineError('CLOSED', 'The library was closed');
  }
}

const COLUMN_TYPES: readonly unknown[] = ['keyword', 'keywords', 'number', 'boolean'] satisfies ColumnType[];

function checkOptions(directory: Directory, options: LibraryOptions): void {
  checkObject('directory', directory);
  checkObject('options', options);
  const { schema, parts, bufferBytes } = options;
  checkObject('schema', schema);
  checkObject('schema.fields', schema.fields);
  for (const [name, spec] of Object.entries(schema.fields)) checkObject(`schema.fields.${name}`, spec);
  checkObject('schema.columns', schema.columns);
  for (const [name, type] of Object.entries(schema.columns)) {
    if (COLUMN_TYPES.includes(type)) continue;
    throw new EngineError('INVALID_ARGUMENT', `Column ${shown(name)} has the type ${shown(type)}`, {
      hint: `The types are ${COLUMN_TYPES.join(', ')}.`,
    });
  }
  checkObject('parts', parts);
  for (const [name, kind] of kindsOf(parts)) checkObject(`parts.${name}`, kind);
  if (bufferBytes !== undefined) checkCount('bufferBytes', bufferBytes, { max: Number.POSITIVE_INFINITY });
}

/** An optional part may be undefined. */
function kindsOf(parts: Parts): readonly (readonly [string, AnyPartKind])[] {
  return Object.entries(parts).flatMap(([name, kind]) => (kind === undefined ? [] : [[name, kind] as const]));
}

function emptyManifest(schema: Schema, kinds: Kinds): Manifest {
  const parts = Object.fromEntries([...kinds].map(([name, kind]) => [name, partInfo(kind)]));
  return { generation: 0, nextFile: 1, schema, parts, codecs: {}, segments: [], metadata: {} };
}

function assertSameSchema(wanted: Schema, found: Schema): void {
  const [a, b] = [canonicalJson(wanted), canonicalJson(found)];
  if (a === b) return;
  throw new EngineError('SCHEMA_MISMATCH', `The library was made with the schema ${b}, not ${a}`, {
    hint: 'Open it with its own schema (see inspectLibrary), or build a new library.',
  });
}

function assertSamePart(name: string, kind: AnyPartKind, found: PartInfo | undefined): void {
  if (found === undefined) {
    throw new EngineError('SCHEMA_MISMATCH', `The library has no part ${name}`, {
      hint: `Open it without ${name} and add it with Writer.buildPart.`,
    });
  }
  const wanted = partInfo(kind);
  if (canRead(kind, found)) return;
  throw new EngineError(
    'SCHEMA_MISMATCH',
    `Part ${name} was made as ${JSON.stringify(found)}, not ${JSON.stringify(wanted)}`,
    { hint: `Open it with its own configuration, then switch with Writer.buildPart(${JSON.stringify(name)}, …).` },
  );
}

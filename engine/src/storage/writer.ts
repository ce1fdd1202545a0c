// The one writer of a library. Operations are serialised; a segment is written when the buffer is full; a commit makes
// everything since the last one durable under one manifest; background merges publish commits of their own, always
// before the next commit, so the same operations give the same bytes. After a failed write the writer refuses
// everything until abort() has gone back to the last commit. Over 400 lines: it is one state machine.

import { BitSet } from '../core/bitset.ts';
import { checkObject, checkString } from '../core/check.ts';
import { EngineError, throwIfAborted } from '../core/errors.ts';
import type { Cancellable, DocId, Document, DocumentRep, Kind, Schema, Trace } from '../core/types.ts';
import { DocumentBuffer, type RepsByPart } from './buffer.ts';
import { type Commit, commitOf, liveCount, type SegmentState, segmentState } from './commit.ts';
import type { Reps, Snapshot, Writer } from './contract.ts';
import type { Directory, Lock } from './directory.ts';
import { validateDocument } from './documents/validate.ts';
import { checkPartName, deletesFile, fileNumber, isLibraryFile, partFile } from './file-names.ts';
import { type Manifest, type Metadata, manifestFiles, publishManifest, type SegmentInfo } from './manifest.ts';
import { type MergePlan, mapDeletes, mergeSegments, planMerge } from './merge.ts';
import { chooseMerge } from './merge-policy.ts';
import type { AnyPartKind, PartKind } from './part.ts';
import { assertDocument } from './part-defaults.ts';
import { type Kinds, openSegment, partInfo, writeDeletes, writeFile, writeSegment } from './segment.ts';

export const DEFAULT_BUFFER_BYTES = 64 * 1024 * 1024;
const ENCODE_BATCH = 256; // documents a call of buildPart's encode
const MERGES_A_COMMIT = 8; // file numbers are set aside for so many

/** What the writer needs of its library. */
export interface WriterHost {
  readonly directory: Directory;
  readonly schema: Schema;
  readonly autoMerge: boolean;
  readonly bufferBytes: number;
  readonly trace: Trace | undefined;
  /** The newest commit; the library's own reference. */
  current(): Commit;
  kinds(): Kinds;
  /** Makes a published commit the newest one; takes over the reference. */
  adopt(commit: Commit, kinds: Kinds): void;
  /** Reads the newest commit from storage again. */
  reload(): Promise<void>;
  snapshot(): Snapshot;
  onClose(): void;
}

export class LibraryWriter implements Writer {
  readonly #host: WriterHost;
  readonly #lock: Lock;
  readonly #buffer: DocumentBuffer;
  #kinds: Map<string, AnyPartKind>;
  /** Committed and uncommitted segments with pending deletes; one reference held to each. */
  #states: SegmentState[] = [];
  #nextFile = 0;
  #pending = 0;
  #isChanged = false;
  #queue: Promise<unknown> = Promise.resolve();
  #merging: Promise<void> | undefined;
  #mergeError: unknown;
  #failure: EngineError | undefined;
  #isClosed = false;
  /** Files that readers elsewhere may still need, where an open file does not outlive its removal. */
  #graveyard: readonly string[] = [];

  constructor(host: WriterHost, lock: Lock) {
    this.#host = host;
    this.#lock = lock;
    this.#buffer = new DocumentBuffer(host.schema);
    this.#kinds = new Map(host.kinds());
    this.#reset();
  }

  get pending(): number {
    return this.#pending;
  }

  add(document: Document, reps: Reps): Promise<void> {
    return this.#run(async () => {
      this.#check(document, reps);
      if (this.#buffer.has(document.id) || this.#find(document.id) !== undefined) {
        throw new EngineError('INVALID_DOCUMENT', `Document ${JSON.stringify(document.id)} is there already`, {
          hint: 'Use replace() to overwrite it.',
        });
      }
      await this.#put(document, reps);
    });
  }

  replace(document: Document, reps: Reps): Promise<void> {
    return this.#run(async () => {
      this.#check(document, reps);
      this.#remove(document.id);
      await this.#put(document, reps);
    });
  }

  delete(id: DocId): Promise<boolean> {
    return this.#run(async () => {
      checkString('id', id);
      const was = this.#remove(id);
      if (was) this.#touch();
      return was;
    });
  }

  async commit(metadata?: Metadata): Promise<Snapshot> {
    await this.#runAlone(() => this.#commit(metadata));
    return this.#host.snapshot();
  }

  abort(): Promise<void> {
    return this.#runAlone(async () => {
      if (this.#failure !== undefined) await this.#host.reload(); // the failed commit may have been published
      this.#kinds = new Map(this.#host.kinds());
      this.#reset();
      this.#failure = undefined;
      await this.collectGarbage();
    }, true);
  }

  mergeAll(options: Cancellable = {}): Promise<void> {
    return this.#runAlone(async () => {
      await this.#guard(() => this.#flush(options));
      const first = this.#states[0];
      if (first === undefined || (this.#states.length === 1 && first.deleted === undefined)) return;
      const sources = this.#states;
      const { state } = await this.#merge(sources, () => this.#nextFile++, options);
      this.#states = liveCount(state) > 0 ? [state] : [];
      if (this.#states.length === 0) state.segment.release();
      for (const { segment } of sources) segment.release();
      this.#isChanged = true;
    });
  }

  buildPart<Q extends Kind, D extends Kind, C>(
    name: string,
    kind: PartKind<Q, D, C>,
    encode: Encode<D>,
    options: Cancellable = {},
  ): Promise<void> {
    checkPartName(name);
    return this.#runAlone(async () => {
      await this.#guard(() => this.#flush(options));
      const kinds = new Map(this.#kinds).set(name, kind);
      const built: SegmentState[] = [];
      try {
        for (const state of this.#states) built.push(await this.#buildInto(state, name, kind, kinds, encode, options));
      } catch (error) {
        for (const { segment } of built) segment.release();
        throw error;
      }
      for (const { segment } of this.#states) segment.release();
      this.#states = built;
      this.#kinds = kinds;
      this.#isChanged = true;
    });
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    await this.#runAlone(async () => {
      this.#isClosed = true;
      this.#buffer.clear();
      for (const { segment } of this.#states) segment.release();
      this.#states = [];
      try {
        // After a failure the newest commit on disk may be one that we do not know: then nothing is garbage for us.
        if (this.#failure === undefined) await this.collectGarbage();
      } finally {
        await this.#lock.release();
        this.#host.onClose();
      }
    }, true);
  }

  /** Waits for background merges; throws what made one fail. */
  async settle(): Promise<void> {
    while (this.#merging !== undefined) await this.#merging;
    const error = this.#mergeError;
    this.#mergeError = undefined;
    if (error !== undefined) throw error;
  }

  /** Removes files that neither the newest commit nor pending changes need. Failures are left to the next writer. */
  async collectGarbage(): Promise<void> {
    // A writer that died may have left its last rename unsynced: what the older manifest names goes only after that.
    try {
      await this.#host.directory.syncDirectory();
    } catch (error) {
      this.#host.trace?.({
        name: 'commit.remove',
        message: `garbage is left for the next writer: ${(error as Error).message}`,
      });
      return;
    }
    const needed = new Set(manifestFiles(this.#host.current().manifest).map((file) => file.file));
    for (const { info } of this.#states) {
      for (const file of manifestFiles({ segments: [info] } as unknown as Manifest)) needed.add(file.file);
    }
    const names = await this.#host.directory.list().catch(() => []);
    const garbage = names.filter((name) => isLibraryFile(name) && !needed.has(name));
    const { keepsRemoved } = this.#host.directory;
    const isUsed = (name: string) => !keepsRemoved && fileNumber(name) < this.#host.current().manifest.nextFile;
    this.#graveyard = garbage.filter(isUsed); // the commit before may have named it, and have readers
    await this.#removeFiles(garbage.filter((name) => !isUsed(name)));
  }

  // ─────────────────────────────────────── order of operations

  /** One operation after the other. */
  #run<T>(operation: () => Promise<T>, evenFailed = false): Promise<T> {
    const result = this.#queue.then(() => {
      if (this.#isClosed) throw new EngineError('CLOSED', 'The writer was closed');
      if (this.#failure !== undefined && !evenFailed) throw this.#failure;
      return operation();
    });
    this.#queue = result.catch(() => undefined); // its own caller gets the error
    return result;
  }

  /** The same when no background merge runs. */
  async #runAlone<T>(operation: () => Promise<T>, evenFailed = false): Promise<T> {
    for (;;) {
      while (this.#merging !== undefined) await this.#merging;
      const done = await this.#run(
        async () => (this.#merging === undefined ? { value: await operation() } : undefined),
        evenFailed,
      );
      if (done !== undefined) return done.value;
    }
  }

  /** Marks the writer failed when storage fails half-way through. */
  async #guard<T>(operation: () => Promise<T>): Promise<T> {
    try {
      return await operation();
    } catch (error) {
      const { code, message, hint } =
        error instanceof EngineError
          ? error
          : new EngineError('STORAGE_FAILED', String((error as Error).message ?? error));
      if (code !== 'CANCELLED') {
        this.#failure = new EngineError(code, message, {
          hint: `${hint === undefined ? '' : `${hint} `}Call abort() to go back to the last commit; what followed it must be added again.`,
          cause: error,
        });
      }
      throw this.#failure ?? error;
    }
  }

  // ─────────────────────────────────────── documents

  #check(document: Document, reps: Reps): void {
    validateDocument(this.#host.schema, document);
    checkObject('reps', reps);
    for (const [name, rep] of Object.entries(reps as RepsByPart)) {
      const kind = this.#kinds.get(name);
      if (kind === undefined) {
        throw new EngineError(
          'INVALID_DOCUMENT',
          `Document ${JSON.stringify(document.id)}: the library has no part ${name}`,
          {
            hint: `Its parts are: ${[...this.#kinds.keys()].join(', ') || 'none'}.`,
          },
        );
      }
      if (rep !== undefined) checkRep(name, kind, rep, document.id);
    }
  }

  async #put(document: Document, reps: Reps): Promise<void> {
    this.#buffer.add(document, reps as RepsByPart);
    this.#touch();
    if (this.#buffer.bytes >= this.#host.bufferBytes) await this.#guard(() => this.#flush({}));
  }

  #touch(): void {
    this.#pending++;
    this.#isChanged = true;
  }

  #find(id: DocId): { readonly index: number; readonly ord: number } | undefined {
    for (const [index, { segment, deleted }] of this.#states.entries()) {
      if (!segment.idFilter().mayHave(id)) continue;
      const ord = segment.table.ids.find(id);
      if (ord >= 0 && !deleted?.has(ord)) return { index, ord };
    }
    return undefined;
  }

  #remove(id: DocId): boolean {
    if (this.#buffer.delete(id)) return true;
    const found = this.#find(id);
    if (found === undefined) return false;
    const { info, segment, deleted } = this.#states[found.index]!;
    // The committed set is shared with snapshots; ours is a copy, made at the first delete after each commit.
    const own = deleted !== undefined && this.#isOwn(deleted) ? deleted : (deleted?.clone() ?? new BitSet(info.size));
    own.add(found.ord);
    if (own !== deleted) this.#states[found.index] = { info, segment, deleted: own, live: undefined };
    return true;
  }

  #isOwn(deleted: BitSet): boolean {
    return !this.#host.current().states.some((state) => state.deleted === deleted);
  }

  async #flush(options: Cancellable): Promise<void> {
    if (this.#buffer.size === 0) return;
    const { directory, schema } = this.#host;
    const { rows, reps } = this.#buffer.sorted();
    const next = () => this.#nextFile++;
    const info = await writeSegment(
      directory,
      schema,
      this.#kinds,
      next,
      rows,
      (part) => streamOf(reps.map((row) => row[part])),
      options,
    );
    const segment = await openSegment(directory, schema, info, this.#kinds, { trace: this.#host.trace });
    this.#states.push(segmentState(info, segment, undefined));
    this.#buffer.clear();
    this.#host.trace?.({ name: 'commit.flush', facts: { segment: info.name, documents: info.size } });
  }

  // ─────────────────────────────────────── commits

  async #commit(metadata: Metadata | undefined): Promise<void> {
    if (!this.#isChanged && metadata === undefined) return;
    checkMetadata(metadata);
    await this.#guard(async () => {
      await this.#flush({});
      await this.#publish(metadata ?? this.#host.current().manifest.metadata);
    });
    this.#pending = 0;
    this.#isChanged = false;
    if (this.#host.autoMerge) this.#startMerges();
  }

  /** Writes deletes and the manifest, and makes them the library's newest commit. */
  async #publish(metadata: Metadata): Promise<void> {
    const { directory, schema } = this.#host;
    const before = this.#host.current();
    const kept: SegmentState[] = [];
    const dropped: SegmentState[] = [];
    for (const state of this.#states) (liveCount(state) > 0 ? kept : dropped).push(state);
    this.#states = [];
    const states: SegmentState[] = [];
    try {
      for (const state of kept) {
        const info = await this.#withDeletes(state, before);
        await state.segment.loadParts();
        states.push(segmentState(info, state.segment, state.deleted));
      }
      const manifest: Manifest = {
        generation: before.manifest.generation + 1,
        nextFile: this.#nextFile,
        schema,
        parts: Object.fromEntries([...this.#kinds].map(([name, kind]) => [name, partInfo(kind)])),
        segments: states.map((state) => state.info),
        metadata,
      };
      await publishManifest(directory, manifest);
      for (const { segment } of dropped) segment.release();
      for (const { segment } of states) segment.retain();
      const obsolete = obsoleteFiles(before.manifest, manifest);
      this.#host.adopt(commitOf(manifest, states), this.#kinds);
      this.#states = [...states];
      await this.#bury([...obsolete, ...dropped.flatMap((state) => filesOf(state.info))]);
    } catch (error) {
      if (this.#states.length === 0) this.#states = [...kept, ...dropped];
      throw error;
    }
  }

  async #withDeletes(state: SegmentState, before: Commit): Promise<SegmentInfo> {
    const { info, deleted } = state;
    const committed = before.states.find((other) => other.info.name === info.name);
    if (deleted === undefined) return { ...info, deletes: null };
    if (committed !== undefined && committed.deleted === deleted) return info;
    const file = await writeDeletes(this.#host.directory, deletesFile(this.#nextFile++), deleted);
    return { ...info, deletes: { ...file, count: deleted.count() } };
  }

  /** Removes files that the newest commit no longer names, at once or a commit later (see Directory.keepsRemoved). */
  async #bury(files: readonly string[]): Promise<void> {
    const now = this.#host.directory.keepsRemoved ? files : this.#graveyard;
    this.#graveyard = this.#host.directory.keepsRemoved ? [] : files;
    await this.#removeFiles(now);
  }

  async #removeFiles(names: readonly string[]): Promise<void> {
    for (const name of names) {
      await this.#host.directory.remove(name).catch((error: Error) => {
        this.#host.trace?.({ name: 'commit.remove', message: `${name} is left for the next writer: ${error.message}` });
      });
    }
  }

  /** Back to the newest commit. */
  #reset(): void {
    const { manifest, states } = this.#host.current();
    for (const { segment } of states) segment.retain();
    for (const { segment } of this.#states) segment.release();
    this.#states = [...states];
    this.#buffer.clear();
    this.#nextFile = manifest.nextFile;
    this.#pending = 0;
    this.#isChanged = false;
  }

  // ─────────────────────────────────────── merges

  async #merge(sources: readonly SegmentState[], next: () => number, options: Cancellable) {
    const { directory, schema, trace } = this.#host;
    for (const { segment } of sources) await segment.loadParts();
    const states = sources.map(({ info, segment, deleted }) => segmentState(info, segment, deleted)); // live, as of now
    const plan = await planMerge(states);
    const info = await mergeSegments(directory, schema, this.#kinds, states, plan, next, options);
    const segment = await openSegment(directory, schema, info, this.#kinds, { trace });
    trace?.({ name: 'commit.merge', facts: { segments: sources.length, documents: plan.size, into: info.name } });
    return { state: segmentState(info, segment, undefined), plan };
  }

  /** File numbers for all that follows are taken now, so that they do not depend on how long merging takes. */
  #startMerges(): void {
    if (chooseMerge(this.#candidates()) === undefined) return;
    let next = this.#nextFile;
    const end = next + MERGES_A_COMMIT * (1 + this.#kinds.size);
    this.#nextFile = end;
    const run = async () => {
      await Promise.resolve();
      for (let merges = 0; merges < MERGES_A_COMMIT; merges++) {
        const chosen = chooseMerge(this.#candidates());
        if (chosen === undefined) break;
        await this.#mergeInBackground(chosen, () => next++);
      }
    };
    this.#merging = run()
      .catch((error: unknown) => {
        this.#mergeError = error;
        this.#host.trace?.({ name: 'commit.merge.failed', message: (error as Error).message });
      })
      .finally(() => {
        this.#merging = undefined;
      });
  }

  /** The committed segments, as the policy sees them. */
  #candidates() {
    const { states } = this.#host.current();
    return states.map(({ info }) => ({ size: info.size, deleted: info.deletes?.count ?? 0 }));
  }

  async #mergeInBackground(chosen: readonly number[], next: () => number): Promise<void> {
    const committed = this.#host.current();
    committed.retain();
    try {
      const sources = chosen.map((s) => committed.states[s]!);
      const { state, plan } = await this.#merge(sources, next, {});
      try {
        await this.#run(() => this.#guard(() => this.#switchIn(committed, sources, state, plan)));
      } catch (error) {
        state.segment.release(); // it did not become part of any commit
        throw error;
      }
    } finally {
      committed.release();
    }
  }

  /** Publishes a merge: the committed state with sources replaced; pending changes stay pending. */
  async #switchIn(
    committed: Commit,
    sources: readonly SegmentState[],
    merged: SegmentState,
    plan: MergePlan,
  ): Promise<void> {
    const isSource = (state: SegmentState) => sources.some((source) => source.segment === state.segment);
    const now = sources.map((source) => this.#states.find((state) => state.segment === source.segment)?.deleted);
    const manifest: Manifest = {
      ...committed.manifest,
      generation: committed.manifest.generation + 1,
      nextFile: this.#nextFile,
      segments: byName([
        ...committed.manifest.segments.filter((s) => !sources.some((o) => o.info.name === s.name)),
        merged.info,
      ]),
    };
    await merged.segment.loadParts();
    await publishManifest(this.#host.directory, manifest);
    const kept = committed.states.filter((state) => !isSource(state));
    for (const { segment } of [...kept, merged]) segment.retain();
    this.#host.adopt(commitOf(manifest, sortStates([...kept, merged])), this.#host.kinds());
    const pending = mapDeletes(now, plan);
    for (const state of this.#states) if (isSource(state)) state.segment.release();
    this.#states = sortStates([
      ...this.#states.filter((state) => !isSource(state)),
      pending === undefined ? merged : { ...merged, deleted: pending },
    ]);
    await this.#bury(obsoleteFiles(committed.manifest, manifest));
  }

  // ─────────────────────────────────────── parts

  async #buildInto<D extends Kind>(
    state: SegmentState,
    name: string,
    kind: PartKind<Kind, D, unknown>,
    kinds: Kinds,
    encode: Encode<D>,
    options: Cancellable,
  ): Promise<SegmentState> {
    const { directory, schema, trace } = this.#host;
    const { info, segment, deleted } = state;
    const reps = new Array<DocumentRep<D> | undefined>(info.size);
    const ords: number[] = [];
    for (let ord = 0; ord < info.size; ord++) if (!deleted?.has(ord)) ords.push(ord);
    for (let at = 0; at < ords.length; at += ENCODE_BATCH) {
      throwIfAborted(options.signal);
      const batch = ords.slice(at, at + ENCODE_BATCH);
      const ids = batch.map((ord) => segment.table.ids.at(ord));
      const encoded = await encode(ids);
      if (encoded.length !== ids.length) {
        throw new EngineError(
          'INVALID_ARGUMENT',
          `encode returned ${encoded.length} representations for ${ids.length} ids`,
        );
      }
      for (const [i, rep] of encoded.entries()) {
        if (rep !== undefined) checkRep(name, kind, rep, ids[i]!);
        reps[batch[i]!] = rep;
      }
      (options.trace ?? trace)?.({ name: 'part.encode', done: at + batch.length, total: ords.length });
    }
    const input = { size: info.size, reps: streamOf(reps) };
    const file = await writeFile(directory, partFile(this.#nextFile++, name), (out) => kind.write(input, out, options));
    const switched = { ...info, parts: { ...info.parts, [name]: { ...file, version: kind.version } } };
    return {
      info: switched,
      segment: await openSegment(directory, schema, switched, kinds, { trace }),
      deleted,
      live: state.live,
    };
  }
}

type Encode<D extends Kind> = (ids: readonly DocId[]) => Promise<readonly (DocumentRep<D> | undefined)[]>;

/** A list as a stream. */
async function* streamOf<T>(list: readonly T[]): AsyncGenerator<T> {
  yield* list;
}

/** Throws ENCODER_MISMATCH, or what the kind's check throws with the document's id in front. */
function checkRep(name: string, kind: AnyPartKind, rep: DocumentRep<Kind>, id: DocId): void {
  assertDocument(name, kind, rep, id);
  try {
    kind.check(rep);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    throw new EngineError(error.code, `Document ${JSON.stringify(id)}, part ${name}: ${error.message}`, {
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      cause: error,
    });
  }
}

/** Before anything is written: what a manifest cannot hold must not cost the pending documents. */
function checkMetadata(metadata: Metadata | undefined): void {
  for (const [key, value] of Object.entries(metadata ?? {})) {
    if (typeof value === 'string' || Number.isFinite(value)) continue;
    throw new EngineError('INVALID_ARGUMENT', `The metadata ${JSON.stringify(key)} is ${String(value)}`, {
      hint: 'Pass strings and finite numbers. Nothing was committed, and nothing is lost: commit again.',
    });
  }
}

function filesOf(info: SegmentInfo): readonly string[] {
  return [info.documents, ...Object.values(info.parts), ...(info.deletes === null ? [] : [info.deletes])].map(
    (f) => f.file,
  );
}

function obsoleteFiles(before: Manifest, after: Manifest): readonly string[] {
  const needed = new Set(manifestFiles(after).map((file) => file.file));
  return manifestFiles(before)
    .map((file) => file.file)
    .filter((file) => !needed.has(file));
}

function byName(segments: readonly SegmentInfo[]): readonly SegmentInfo[] {
  return [...segments].sort((a, b) => Number(a.name) - Number(b.name));
}
function sortStates(states: readonly SegmentState[]): SegmentState[] {
  return [...states].sort((a, b) => Number(a.info.name) - Number(b.info.name));
}

// The one writer of a library. Documents are checked and buffered; a segment is written when the buffer is full; a commit
// makes everything since the last one durable under one manifest. What each step does is in a file of its own: the order
// of operations in queue.ts, segments in flush.ts, commits in publish.ts, merges in background-merges.ts, parts in
// build-part.ts, removal of files in garbage.ts.

import { BitSet } from '../../core/bitset.ts';
import { checkFunction, checkObject, checkString } from '../../core/check.ts';
import { EngineError } from '../../core/errors.ts';
import type { Cancellable, DocId, Document, Kind } from '../../core/types.ts';
import { liveCount } from '../commit.ts';
import type { Reps, Snapshot, Writer } from '../contract.ts';
import type { Lock } from '../directory.ts';
import { validateDocument } from '../documents/validate.ts';
import { checkPartName } from '../file-names.ts';
import type { Metadata } from '../manifest-shape.ts';
import type { PartKind } from '../part.ts';
import { checkRep } from '../part-defaults.ts';
import { BackgroundMerges, mergeStates } from './background-merges.ts';
import { DocumentBuffer, type RepsByPart } from './buffer.ts';
import type { Encode } from './build-part.ts';
import { flush } from './flush.ts';
import { Garbage } from './garbage.ts';
import { Pending, type WriterHost } from './pending.ts';
import { checkMetadata, publish } from './publish.ts';
import { WriterQueue } from './queue.ts';

export const DEFAULT_BUFFER_BYTES = 64 * 1024 * 1024;

export class LibraryWriter implements Writer {
  readonly #host: WriterHost;
  readonly #lock: Lock;
  readonly #buffer: DocumentBuffer;
  readonly #pending: Pending;
  readonly #queue = new WriterQueue();
  readonly #garbage: Garbage;
  readonly #merges: BackgroundMerges;

  constructor(host: WriterHost, lock: Lock) {
    this.#host = host;
    this.#lock = lock;
    this.#buffer = new DocumentBuffer(host.schema);
    this.#pending = new Pending(host);
    this.#garbage = new Garbage(host.directory, host.trace);
    this.#merges = new BackgroundMerges(host, this.#pending, this.#queue, this.#garbage);
  }

  get pending(): number {
    return this.#pending.changes;
  }

  add(document: Document, reps: Reps): Promise<void> {
    return this.#queue.run(async () => {
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
    return this.#queue.run(async () => {
      this.#check(document, reps);
      this.#remove(document.id);
      await this.#put(document, reps);
    });
  }

  delete(id: DocId): Promise<boolean> {
    return this.#queue.run(async () => {
      checkString('id', id);
      const was = this.#remove(id);
      if (was) this.#pending.touch();
      return was;
    });
  }

  async commit(metadata?: Metadata): Promise<Snapshot> {
    await this.#queue.runAlone(async () => {
      if (!this.#pending.isChanged && metadata === undefined) return;
      checkMetadata(metadata);
      await this.#queue.guard(async () => {
        await flush(this.#host, this.#pending, this.#buffer);
        await publish(this.#host, this.#pending, this.#garbage, metadata);
      });
      this.#pending.committed();
      if (this.#host.autoMerge) this.#merges.start();
    });
    return this.#host.snapshot();
  }

  abort(): Promise<void> {
    const operation = async () => {
      if (this.#queue.failure !== undefined) await this.#host.reload(); // the failed commit may have been published
      this.#buffer.clear();
      this.#pending.reset(this.#host);
      this.#queue.recover();
      await this.prepare();
    };
    return this.#queue.runAlone(operation, { evenFailed: true });
  }

  mergeAll(options: Cancellable = {}): Promise<void> {
    return this.#queue.runAlone(async () => {
      const pending = this.#pending;
      await this.#flush(options);
      const first = pending.states[0];
      if (first === undefined || (pending.states.length === 1 && first.deleted === undefined)) return;
      const sources = pending.states;
      const { state } = await mergeStates(this.#host, pending, sources, pending.next, options);
      pending.states = liveCount(state) > 0 ? [state] : [];
      if (pending.states.length === 0) state.segment.release();
      for (const { segment } of sources) segment.release();
      pending.isChanged = true;
    });
  }

  buildPart<Q extends Kind, D extends Kind, C>(
    name: string,
    kind: PartKind<Q, D, C>,
    encode: Encode<D>,
    options: Cancellable = {},
  ): Promise<void> {
    return this.#queue.runAlone(async () => {
      checkPartName(name);
      checkObject('kind', kind);
      checkFunction('encode', encode);
      await this.#flush(options);
      const { buildPart } = await import('./build-part.ts');
      await buildPart(this.#host, this.#pending, name, kind, encode, options);
    });
  }

  async close(): Promise<void> {
    if (this.#queue.isClosed) return;
    const operation = async () => {
      this.#queue.close();
      this.#buffer.clear();
      this.#pending.discard();
      try {
        // After a failure the newest commit on disk may be one that we do not know: then nothing is garbage for us.
        if (this.#queue.failure === undefined) await this.collectGarbage();
      } finally {
        await this.#lock.release();
        this.#host.onClose();
      }
    };
    await this.#queue.runAlone(operation, { evenFailed: true });
  }

  /** Waits for background merges; throws what made one fail. */
  settle(): Promise<void> {
    return this.#merges.settle();
  }

  /** Before the first operation: removes what an earlier writer left behind, and trains codecs that the library lacks. */
  async prepare(): Promise<void> {
    await this.collectGarbage(); // first: what a new codec is called may lie there
    if ([...this.#pending.kinds].some(([name, { codec }]) => codec !== undefined && !this.#pending.codecs.has(name))) {
      await (await import('./train-on-documents.ts')).trainMissing(this.#host, this.#pending);
    }
  }

  /** Removes files that neither the newest commit nor pending changes need. Failures are left to the next writer. */
  collectGarbage(): Promise<void> {
    return this.#garbage.collect(this.#host.current().manifest, this.#pending.files());
  }

  // ─────────────────────────────────────── documents

  #check(document: Document, reps: Reps): void {
    validateDocument(this.#host.schema, document);
    checkObject('reps', reps);
    const { kinds } = this.#pending;
    for (const [name, rep] of Object.entries(reps as RepsByPart)) {
      const kind = kinds.get(name);
      if (kind === undefined) {
        const what = `Document ${JSON.stringify(document.id)}: the library has no part ${name}`;
        const hint = `Its parts are: ${[...kinds.keys()].join(', ') || 'none'}.`;
        throw new EngineError('INVALID_DOCUMENT', what, { hint });
      }
      if (rep !== undefined) checkRep(name, kind, rep, document.id);
    }
  }

  async #put(document: Document, reps: Reps): Promise<void> {
    this.#buffer.add(document, reps as RepsByPart);
    this.#pending.touch();
    if (this.#buffer.bytes >= this.#host.bufferBytes) await this.#flush();
  }

  #flush(options: Cancellable = {}): Promise<void> {
    return this.#queue.guard(() => flush(this.#host, this.#pending, this.#buffer, options));
  }

  #find(id: DocId): { readonly index: number; readonly ord: number } | undefined {
    for (const [index, { segment, deleted }] of this.#pending.states.entries()) {
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
    const { info, segment, deleted } = this.#pending.states[found.index]!;
    // The committed set is shared with snapshots; ours is a copy, made at the first delete after each commit.
    const own = deleted !== undefined && this.#isOwn(deleted) ? deleted : (deleted?.clone() ?? new BitSet(info.size));
    own.add(found.ord);
    if (own === deleted) return true;
    const states = [...this.#pending.states];
    states[found.index] = { info, segment, deleted: own, live: undefined };
    this.#pending.states = states;
    return true;
  }

  #isOwn(deleted: BitSet): boolean {
    return !this.#host.current().states.some((state) => state.deleted === deleted);
  }
}

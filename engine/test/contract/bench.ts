// The libraries of the index contract: numbered documents with odd ids, spread over segments, and the same documents in
// a library with one segment, which cases compare with.

import {
  compareUtf8,
  type DocId,
  type DocumentRep,
  type IndexReader,
  type Kind,
  type QueryRep,
  type Ranking,
} from '@quire/engine/core';
import { Rng } from '@quire/engine/internals';
import {
  type Directory,
  type Library,
  type MemoryDirectory,
  memoryDirectory,
  openLibrary,
  type PartKind,
  type Snapshot,
} from '@quire/engine/storage';

// biome-ignore lint/suspicious/noExplicitAny: a kind with any codec
export type AnyCodec<K extends Kind> = PartKind<K, K, any>;
export type OnePart<K extends Kind> = { readonly part: AnyCodec<K> };
export type Lib<K extends Kind> = Library<OnePart<K>>;
export type Snap<K extends Kind> = Snapshot<OnePart<K>>;

const SCHEMA = { fields: { title: { stored: true } }, columns: { n: 'number', tag: 'keyword' } } as const;
const TAGS = ['red', 'green', 'blue'];
/** Ids that look alike, sort unlike UTF-16, or hold what no file name may. */
export const ODD_IDS = ['../x', 'a b', 'A', 'a', 'é', '\uffee', '😀', 'x\u0000y', '10', '9'];

/** Makes libraries of numbered documents. */
export class Bench<K extends Kind> {
  readonly #makeKind: () => AnyCodec<K>;
  readonly #document: (i: number) => DocumentRep<K> | undefined;

  constructor(makeKind: () => AnyCodec<K>, document: (i: number) => DocumentRep<K> | undefined) {
    this.#makeKind = makeKind;
    this.#document = document;
  }

  open(directory: Directory, options: { readonly autoMerge?: boolean } = {}): Promise<Lib<K>> {
    return openLibrary<OnePart<K>>(directory, { schema: SCHEMA, parts: { part: this.#makeKind() }, ...options });
  }

  add(writer: Awaited<ReturnType<Lib<K>['writer']>>, id: DocId, i: number): Promise<void> {
    return writer.add(documentOf(id, i), { part: this.#document(i) } as never);
  }
  replace(writer: Awaited<ReturnType<Lib<K>['writer']>>, id: DocId, i: number): Promise<void> {
    return writer.replace(documentOf(id, i), { part: this.#document(i) } as never);
  }

  /** Documents `from` … `to`−1 in an order that is not that of their ids, spread over segments; some deleted again. */
  async filled(
    from: number,
    to: number,
    how: { readonly segments: number; readonly deleted?: number; readonly directory?: MemoryDirectory },
  ): Promise<{ library: Lib<K>; model: Map<DocId, number> }> {
    const library = await this.open(how.directory ?? memoryDirectory());
    const writer = await library.writer();
    const model = new Map<DocId, number>();
    const order = new Rng(from + to).shuffle(Array.from({ length: to - from }, (_, i) => from + i));
    const perSegment = Math.ceil(order.length / how.segments);
    for (const [at, i] of order.entries()) {
      await this.add(writer, idOf(i), i);
      model.set(idOf(i), i);
      if ((at + 1) % perSegment === 0) await writer.commit();
    }
    const doomed = order.slice(0, Math.floor((how.deleted ?? 0) * order.length));
    for (const i of doomed) {
      await writer.delete(idOf(i));
      model.delete(idOf(i));
    }
    await writer.commit();
    await writer.close();
    return { library, model };
  }

  /** One segment with exactly the documents of the model. */
  async rebuilt(model: ReadonlyMap<DocId, number>, directory: Directory = memoryDirectory()): Promise<Lib<K>> {
    const library = await this.open(directory);
    const writer = await library.writer();
    for (const [id, i] of model) await this.add(writer, id, i);
    await writer.commit();
    await writer.close();
    return library;
  }
  /** The reader of a rebuilt library; the last one is kept, as most cases ask for it once a query. */
  async reference(model: ReadonlyMap<DocId, number>): Promise<IndexReader<K>> {
    const key = JSON.stringify([...model].sort(([a], [b]) => compareUtf8(a, b)));
    if (this.#last?.key === key) return this.#last.reader;
    const reader: IndexReader<K> = (await this.rebuilt(model)).snapshot().part('part');
    this.#last = { key, reader };
    return reader;
  }
  #last: { readonly key: string; readonly reader: IndexReader<K> } | undefined;

  /** The first k of a rebuilt library, scored exhaustively. */
  async expected(model: ReadonlyMap<DocId, number>, query: QueryRep<K>, k: number): Promise<Ranking> {
    return (await this.reference(model)).search(query as never, k, { exhaustive: true });
  }

  /** The first k of a snapshot under the statistics of its live documents alone (else the deleted would count). */
  async best(snapshot: Snap<K>, query: QueryRep<K>, k: number): Promise<Ranking> {
    const model = new Map<DocId, number>();
    for (const id of await snapshot.ids()) model.set(id, numberOf((await snapshot.get(id))!.columns?.n));
    const statistics = await (await this.reference(model)).statistics(query as never);
    return snapshot.part('part').search(query as never, k, { statistics });
  }

  async answers(snapshot: Snap<K>, queries: readonly QueryRep<K>[]): Promise<unknown> {
    const rankings = await Promise.all(queries.map((query) => snapshot.part('part').search(query as never, 50)));
    const first = (await snapshot.ids({ limit: 1 }))[0];
    return {
      rankings,
      ids: await snapshot.ids(),
      tags: await snapshot.facet('tag'),
      first: first === undefined ? undefined : await snapshot.get(first),
    };
  }
}

export function idOf(i: number): DocId {
  return i % 29 === 0 ? `😀 ${i}` : `doc/${(i * 7919) % 10007}-${i}`;
}
function documentOf(id: DocId, i: number) {
  return { id, fields: { title: `Document ${i} — “${id}”` }, columns: { n: i, tag: TAGS[i % 3]! } };
}
function numberOf(value: unknown): number {
  if (typeof value !== 'number') throw new Error(`column n holds ${String(value)}`);
  return value;
}

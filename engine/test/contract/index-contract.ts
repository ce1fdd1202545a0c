// The contract of an index kind, as one suite: a new kind calls indexContract and gets every case. Cases compare with a
// library rebuilt from a Map of the live documents, searched exhaustively under the same statistics.

import {
  compareHits,
  compareUtf8,
  type DocId,
  EngineError,
  type Filter,
  type Kind,
  type QueryRep,
  type Ranking,
} from '@quire/engine/core';
import { Rng } from '@quire/engine/internals';
import {
  type MemoryDirectory,
  memoryDirectory,
  type PartKind,
  type Snapshot,
  sumStatistics,
  verifyLibrary,
} from '@quire/engine/storage';
import { describe, expect, it } from 'vitest';
import { diskKey, recordingDirectory } from '../crash/recording-directory.ts';
import { type AnyCodec, Bench, idOf, ODD_IDS } from './bench.ts';
import type { ContractCase, ContractOptions } from './contract-options.ts';
import { readBackCases } from './read-back-cases.ts';

export function indexContract<K extends Kind>(
  name: string,
  makeKind: () => AnyCodec<K>,
  options: ContractOptions<K>,
): void {
  const seed = options.seed ?? 4711;
  const size = options.size ?? 1000;
  const bench = new Bench(makeKind, options.document);
  const { queries } = options;
  const test = (kase: ContractCase, title: string, run: () => Promise<void>) => {
    const skipped = options.skip?.find((entry) => entry.cases.includes(kase));
    if (skipped === undefined) it(title, run);
    else it.skip(`${title} (skipped: ${skipped.reason})`, run);
  };

  describe(`the index kind ${name}`, () => {
    test('add', 'finds what was added, with legal rankings at every k', async () => {
      const { library, model } = await bench.filled(0, 120, { segments: 3 });
      const snapshot = library.snapshot();
      expect(snapshot.size).toBe(model.size);
      for (const query of queries) {
        const all = await snapshot.part('part').search(query, 1000);
        expect(all.length).toBeGreaterThan(0);
        assertLegal(all, model);
        for (const k of [0, 1, 7, 120]) expect(await snapshot.part('part').search(query, k)).toEqual(all.slice(0, k));
        expect(await bench.best(snapshot, query, 1000)).toEqual(await bench.expected(model, query, 1000));
      }
      await expect(snapshot.part('part').search(queries[0]!, -1)).rejects.toThrow(/k is -1/);
      await expect(snapshot.part('part').search(queries[0]!, 1.5)).rejects.toThrow(/k is 1.5/);
      await library.close();
    });

    test('add', 'is empty when nothing was added, and stays legal when everything was deleted', async () => {
      const library = await bench.open(memoryDirectory());
      expect(await library.snapshot().part('part').search(queries[0]!, 5)).toEqual([]);
      const writer = await library.writer();
      await bench.add(writer, 'only', 0);
      await writer.commit();
      await writer.delete('only');
      const snapshot = await writer.commit();
      expect(await snapshot.part('part').search(queries[0]!, 5)).toEqual([]);
      expect([snapshot.size, snapshot.part('part').size]).toEqual([0, 0]);
      await library.close();
    });

    test('delete', 'never returns a deleted document, in buffered, flushed and committed segments alike', async () => {
      const { library, model } = await bench.filled(0, 90, { segments: 3 });
      const writer = await library.writer();
      await bench.add(writer, 'buffered', 91);
      expect(await writer.delete('buffered')).toBe(true);
      expect(await writer.delete('buffered')).toBe(false);
      for (const id of [...model.keys()].filter((_, i) => i % 3 === 0)) {
        expect(await writer.delete(id)).toBe(true);
        model.delete(id);
      }
      const snapshot = await writer.commit();
      expect(snapshot.size).toBe(model.size);
      for (const query of queries) {
        expect(await bench.best(snapshot, query, 1000)).toEqual(await bench.expected(model, query, 1000));
      }
      await library.close();
    });

    test('replace', 'finds the new representation of a replaced document and never the old one', async () => {
      const { library, model } = await bench.filled(0, 60, { segments: 2 });
      const writer = await library.writer();
      for (const id of [...model.keys()].filter((_, i) => i % 2 === 0)) {
        const i = model.get(id)! + 1000;
        await bench.replace(writer, id, i);
        model.set(id, i);
      }
      await expect(bench.add(writer, [...model.keys()][0]!, 5)).rejects.toThrow(/is there already/);
      const snapshot = await writer.commit();
      for (const query of queries) {
        expect(await bench.best(snapshot, query, 1000)).toEqual(await bench.expected(model, query, 1000));
      }
      await library.close();
    });

    test('ties', 'orders equal scores by id as UTF-8 bytes, also at the last place and across segments', async () => {
      const library = await bench.open(memoryDirectory());
      const writer = await library.writer();
      const ids = new Rng(seed).shuffle([...ODD_IDS, ...Array.from({ length: 20 }, (_, i) => `tie${i}`)]);
      for (const [i, id] of ids.entries()) {
        await writer.add({ id, fields: {} }, { part: options.document(0) } as never);
        if (i % 7 === 6) await writer.commit();
      }
      const snapshot = await writer.commit();
      const sorted = [...ids].sort(compareUtf8);
      const query = queries[0]!;
      const all = await snapshot.part('part').search(query, 100);
      if (all.length > 0) {
        expect(all.map((hit) => hit.id)).toEqual(sorted);
        for (const k of [1, 5, 13]) {
          const hits = await snapshot.part('part').search(query, k);
          expect(hits.map((hit) => hit.id)).toEqual(sorted.slice(0, k));
        }
      }
      expect(all.length).toBe(ids.length);
      await library.close();
    });

    test('filters', 'applies filters at every selectivity without losing or inventing a hit', async () => {
      const { library } = await bench.filled(0, size, { segments: 4, deleted: 0.1 });
      const snapshot = library.snapshot();
      const filters: Filter[] = [0, 1 / size, 0.001, 0.01, 0.1, 0.5, 1].map((share) => ({
        op: 'range',
        column: 'n',
        gte: 7,
        lt: 7 + Math.round(share * size),
      }));
      filters.push({ op: 'range', column: 'n', gte: 0 }, { op: 'is', column: 'tag', value: 'red' });
      filters.push({ op: 'ids', ids: await snapshot.ids({ limit: 3 }) });
      filters.push({ op: 'and', filters: [{ op: 'not', filter: filters[4]! }, filters[8]!] });
      for (const query of queries) {
        const all = await snapshot.part('part').search(query, size, { exhaustive: true });
        for (const filter of filters) {
          const passing = new Set(await snapshot.ids({ filter }));
          const expected = all.filter((hit) => passing.has(hit.id));
          for (const k of [1, 10, size]) {
            expect(await snapshot.part('part').search(query, k, { filter })).toEqual(expected.slice(0, k));
          }
        }
      }
      await library.close();
    });

    test('reopen', 'answers the same after being closed and opened', async () => {
      const directory = memoryDirectory();
      const { library } = await bench.filled(0, 150, { segments: 3, deleted: 0.2, directory });
      const before = await bench.answers(library.snapshot(), queries);
      await library.close();
      const again = await bench.open(directory);
      expect(await bench.answers(again.snapshot(), queries)).toEqual(before);
      await again.close();
      expect((await verifyLibrary(directory, { deep: true })).problems).toEqual([]);
    });

    test('snapshots', 'keeps answering from the old commit while documents come, go and merge', async () => {
      const { library, model } = await bench.filled(0, 80, { segments: 3 });
      const old = library.snapshot();
      const before = await bench.answers(old, queries);
      const writer = await library.writer();
      for (const id of [...model.keys()].slice(0, 30)) await writer.delete(id);
      for (let i = 200; i < 240; i++) await bench.add(writer, `later-${i}`, i);
      expect(await bench.answers(old, queries)).toEqual(before);
      await writer.commit();
      await writer.mergeAll();
      const newest = await writer.commit();
      expect(await bench.answers(old, queries)).toEqual(before);
      expect(await bench.answers(newest, queries)).not.toEqual(before);
      old.release();
      expect(() => old.part('part')).toThrow(EngineError);
      await library.close();
    });

    test('crash', `opens the last acknowledged commit after a crash at any operation (seed ${seed})`, async () => {
      const rng = new Rng(seed);
      const directory = recordingDirectory();
      const answers = new Map<string, unknown>([['0', undefined]]);
      const library = await bench.open(directory, { autoMerge: false });
      const writer = await library.writer();
      for (let commit = 1; commit <= 4; commit++) {
        for (let i = 0; i < 12; i++) await bench.add(writer, `c${commit}-${i}`, commit * 20 + i);
        if (commit > 1) await writer.delete(`c${commit - 1}-3`);
        if (commit === 4) await writer.mergeAll();
        const snapshot = await writer.commit();
        directory.mark(String(snapshot.generation));
        answers.set(String(snapshot.generation), await bench.answers(snapshot, queries));
        snapshot.release();
      }
      await library.close();
      const opened = new Map<string, number>(); // disk → the generation that it opens with
      for (let at = 0; at <= directory.operations.length; at++) {
        const acknowledged = Number(directory.markedBefore(at) ?? '0');
        for (const fate of ['dropped', 'kept', 'random'] as const) {
          const disk = directory.crash(at, fate, rng);
          const key = diskKey(disk);
          const known = opened.get(key);
          if (known !== undefined) {
            expect([acknowledged, acknowledged + 1]).toContain(known);
            continue;
          }
          const survivor = await bench.open(disk, { autoMerge: false });
          const snapshot = survivor.snapshot();
          expect(snapshot.generation).toBeGreaterThanOrEqual(acknowledged);
          expect(snapshot.generation).toBeLessThanOrEqual(acknowledged + 1);
          if (snapshot.generation > 0) {
            expect(await bench.answers(snapshot, queries)).toEqual(answers.get(String(snapshot.generation)));
          }
          opened.set(key, snapshot.generation);
          snapshot.release();
          await survivor.close();
        }
      }
    });

    test('determinism', 'makes the same bytes from the same operations, background merges included', async () => {
      const build = async () => {
        const directory = memoryDirectory();
        const { library } = await bench.filled(0, 220, { segments: 11, deleted: 0.15, directory });
        await library.settle();
        await library.close();
        return directory;
      };
      const [a, b] = [await build(), await build()];
      expect(digest(a)).toEqual(digest(b));
    });

    test('merge', 'merges segments into the bytes that a rebuild makes', async () => {
      const directory = memoryDirectory();
      const { library, model } = await bench.filled(0, 140, { segments: 5, deleted: 0.25, directory });
      const writer = await library.writer();
      await writer.mergeAll();
      const merged = await writer.commit();
      expect(merged.segments.length).toBe(1);
      expect(merged.segments[0]!.deleted).toBe(0);
      const rebuilt = memoryDirectory();
      const other = await bench.rebuilt(model, rebuilt);
      expect(contents(directory)).toEqual(contents(rebuilt));
      expect(await bench.answers(merged, queries)).toEqual(await bench.answers(other.snapshot(), queries));
      await library.close();
      await other.close();
    });

    test('model', `agrees with a Map through 300 random operations (seed ${seed})`, async () => {
      const rng = new Rng(seed);
      const directory = memoryDirectory();
      let library = await bench.open(directory);
      let writer = await library.writer();
      const model = new Map<DocId, number>();
      let committed = new Map<DocId, number>();
      const anId = () => (rng.below(4) === 0 ? rng.pick(ODD_IDS) : `d${rng.below(60)}`);
      for (let step = 0; step < 300; step++) {
        const action = rng.below(20);
        const id = anId();
        if (action < 9) {
          const i = rng.below(500);
          await bench.replace(writer, id, i);
          model.set(id, i);
        } else if (action < 13) {
          expect(await writer.delete(id)).toBe(model.delete(id));
        } else if (action < 14) {
          await writer.abort();
          model.clear();
          for (const [key, i] of committed) model.set(key, i);
        } else if (action < 15) {
          await writer.mergeAll();
        } else if (action < 18) {
          const snapshot = await writer.commit();
          committed = new Map(model);
          const query = rng.pick(queries);
          expect(snapshot.size).toBe(model.size);
          expect(await snapshot.ids()).toEqual([...model.keys()].sort(compareUtf8));
          const k = 1 + rng.below(80);
          expect(await bench.best(snapshot, query, k)).toEqual(await bench.expected(model, query, k));
          snapshot.release();
        } else if (action < 19) {
          await library.close();
          library = await bench.open(directory);
          writer = await library.writer();
          model.clear();
          for (const [key, i] of committed) model.set(key, i);
        }
      }
      await library.close();
      expect((await verifyLibrary(directory, { deep: true })).problems).toEqual([]);
    });

    test('statistics', 'ranks two shards with summed statistics as one library ranks everything', async () => {
      const whole = await bench.filled(0, 100, { segments: 1 });
      const shards = [await bench.filled(0, 50, { segments: 2 }), await bench.filled(50, 100, { segments: 1 })];
      for (const query of queries) {
        const readers = shards.map((shard) => shard.library.snapshot().part('part'));
        const statistics = sumStatistics(await Promise.all(readers.map((reader) => reader.statistics(query))));
        const hits = (await Promise.all(readers.map((reader) => reader.search(query, 20, { statistics })))).flat();
        const expected = await whole.library.snapshot().part('part').search(query, 20);
        expect(hits.sort(compareHits).slice(0, 20)).toEqual(expected);
      }
      for (const { library } of [whole, ...shards]) await library.close();
    });

    test('spaces', 'refuses representations of another space', async () => {
      const { library } = await bench.filled(0, 5, { segments: 1 });
      const stranger = { ...queries[0]!, space: 'another' } as QueryRep<K>;
      await expect(library.snapshot().part('part').search(stranger, 3)).rejects.toThrow(/space another/);
      const writer = await library.writer();
      const foreign = { ...options.document(0)!, space: 'another' };
      await expect(writer.add({ id: 'z', fields: {} }, { part: foreign } as never)).rejects.toThrow(/space another/);
      await library.close();
    });

    test('sync', 'answers the same without waiting, where it can', async () => {
      const { library } = await bench.filled(0, 100, { segments: 3, deleted: 0.1 });
      const reader = library.snapshot().part('part');
      expect(reader.searchSync, 'searchSync of a part in memory').toBeDefined();
      for (const query of queries) {
        for (const filter of [undefined, { op: 'is', column: 'tag', value: 'blue' } as const]) {
          expect(reader.searchSync!(query, 15, { filter })).toEqual(await reader.search(query, 15, { filter }));
        }
      }
      await library.close();
    });

    test('explain', 'explains every hit with its very score, and nothing else', async () => {
      const { library, model } = await bench.filled(0, 60, { segments: 2, deleted: 0.2 });
      const snapshot = library.snapshot();
      for (const query of queries) {
        const reader = snapshot.part('part');
        for (const hit of await reader.search(query, 10)) {
          expect((await reader.explain(query, hit.id))?.value).toBe(hit.score);
          expect(await reader.explain(query, hit.id, { filter: { op: 'ids', ids: [] } })).toBeUndefined();
        }
        expect(await reader.explain(query, 'no such document')).toBeUndefined();
        const gone = Array.from({ length: 60 }, (_, i) => idOf(i)).find((id) => !model.has(id))!;
        expect(await reader.explain(query, gone)).toBeUndefined();
      }
      await library.close();
    });

    test('pruning', 'gives ids, scores and ties of exhaustive search at every k', async () => {
      const { library } = await bench.filled(0, size, { segments: 3, deleted: 0.05 });
      const reader = library.snapshot().part('part');
      for (const query of queries) {
        for (const k of [1, 3, 10, 100]) {
          expect(await reader.search(query, k)).toEqual(await reader.search(query, k, { exhaustive: true }));
        }
      }
      const aborted = AbortSignal.abort();
      await expect(reader.search(queries[0]!, 3, { signal: aborted })).rejects.toThrow(/cancelled/);
      await library.close();
    });

    test('builds', 'is built beside a live library and switched in with one commit', async () => {
      const directory = memoryDirectory();
      const { library, model } = await bench.filled(0, 70, { segments: 3, deleted: 0.1, directory });
      const old = library.snapshot();
      const before = await bench.answers(old, queries);
      const writer = await library.writer();
      await writer.buildPart('second', makeKind(), async (ids) =>
        ids.map((id) => options.document(model.get(id)! + 300)),
      );
      expect(Object.keys(library.parts)).toEqual(['part']);
      const snapshot = await writer.commit();
      expect(Object.keys(library.parts)).toEqual(['part', 'second']);
      expect(await bench.answers(old, queries)).toEqual(before);
      const moved = new Map([...model].map(([id, i]) => [id, i + 300]));
      for (const query of queries) {
        const statistics = await (await bench.reference(moved)).statistics(query);
        const found = await (snapshot as unknown as Snapshot<{ second: PartKind<K> }>)
          .part('second' as never as 'second')
          .search(query as never, 100, { statistics });
        expect(found).toEqual(await bench.expected(moved, query, 100));
      }
      await library.close();
      await expect(bench.open(directory).then((l) => l.writer())).rejects.toThrow(/opened without/);
    });

    readBackCases(test, bench, options);
  });
}

function assertLegal(ranking: Ranking, model: ReadonlyMap<DocId, number>): void {
  expect([...ranking].sort(compareHits)).toEqual(ranking);
  expect(new Set(ranking.map((hit) => hit.id)).size).toBe(ranking.length);
  for (const { id } of ranking) expect(model.has(id), id).toBe(true);
}

function digest(directory: MemoryDirectory): readonly string[] {
  return [...directory.files()].map(
    ([file, bytes]) => `${file}: ${Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('')}`,
  );
}

/** Contents of all files but the manifest, which numbers generations; names without their numbers. */
function contents(directory: MemoryDirectory): readonly string[] {
  return digest(directory)
    .filter((line) => !line.startsWith('manifest'))
    .map((line) => line.replace(/^\d+/, ''))
    .sort();
}

// What every database of the store has to do: keep and fold records, order lists, answer by name, name damage, and run one
// writer at a time. A new database passes this suite.

import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { count, seed } from '../../engine/test/support/env.ts';
import { foldRecords, isRejected, readRecord, type SourceRecord, titleHash } from '../src/papers/index.ts';
import { checkStore, type NewRow, type Store } from '../src/store/index.ts';

export interface StoreMaker {
  /** A new, empty store, and another one on the same database. */
  make(): Promise<{ readonly store: Store; readonly again: () => Promise<Store>; readonly remove: () => void }>;
}

const newRow = (source: string, fields: Record<string, unknown>): NewRow => {
  const record = readRecord(source, fields);
  if (isRejected(record)) throw new Error(record.reason);
  return { raw: JSON.stringify(fields), record };
};
const allWorks = async (from: Store) => from.works(await from.keysAfter('', 10_000));

/** Few values for each field, so that rows meet in every way. */
const rows = fc.array(
  fc
    .record({
      source: fc.constantFrom('s', 't'),
      id: fc.constantFrom('1', '2', '2503.00001'),
      title: fc.constantFrom('Alpha', 'ALPHA!', 'Beta', 'Gamma'),
      authors: fc.constantFrom([], ['Ada B'], ['Cy D']),
      doi: fc.constantFrom(undefined, '10.1000/1', '10.1000/2'),
      upvotes: fc.constantFrom(0, 7),
    })
    .map(({ source, ...fields }) => newRow(source, fields)),
  { maxLength: 10 },
);

export function storeContract(name: string, maker: StoreMaker): void {
  describe(`a store in ${name}`, () => {
    let store: Store;
    let again: () => Promise<Store>;
    let remove: () => void;
    beforeEach(async () => {
      ({ store, again, remove } = await maker.make());
    });
    afterEach(async () => {
      await store.close();
      remove();
    });

    it('keeps rows as received and finds their works by every name', async () => {
      const row = newRow('conf', { id: "x/1 'ö'", title: 'A Title', authors: ['Ada B'], doi: '10.1000/1', more: [1] });
      await store.importRows([row]);
      expect((await store.records(0, 10)).map(({ raw }) => raw)).toEqual([row.raw]);
      expect(await store.worksBySourceId("x/1 'ö'")).toEqual(['doi:10.1000/1']);
      expect(await store.worksByIdentity('doi:10.1000/1')).toEqual(['doi:10.1000/1']);
      const title = titleHash(newRow('q', { title: 'a  TITLE!' }).record);
      expect(await store.worksByTitle(title)).toEqual(['doi:10.1000/1']);
      expect((await store.work('doi:10.1000/1'))?.title).toBe('A Title');
      expect(await store.hasWork('doi:10.1000/2')).toBe(false);
    });

    it('tells ids apart whatever characters they hold', async () => {
      const ids = [
        'nul',
        'nul\0',
        'nul\0a',
        '\u0001',
        '\u00011;',
        '\ud800',
        '\t',
        '.',
        '%00',
        '\\u0000',
        '["\\ud800"]',
      ];
      const odd = ids.map((id) => newRow('odd', { id, title: 'The Same Title' }));
      expect(await store.importRows(odd)).toMatchObject({ added: ids.length });
      expect(await store.importRows(odd)).toMatchObject({ unchanged: ids.length });
      for (const id of ids) expect(await store.worksBySourceId(id), JSON.stringify(id)).toHaveLength(1);
      expect((await checkStore(store)).problems).toEqual([]);
    });

    it('orders lists by the bytes of keys, undated papers last', async () => {
      const day = (id: string, published?: string, upvotes = 0, comments = 0) =>
        newRow('a', { id, title: id, upvotes, comments, ...(published && { published }) });
      await store.importRows([
        day('u', '2025-03-01'),
        day('x', '2025-03-03', 1),
        day('y', '2025-03-03', 5),
        day('z', '2025-03-03', 1, 2),
        day('w', '2025-04'),
        day('none'),
        day('Ä', '2025'),
      ]);
      const newest = (await store.newestDay()) ?? 0;
      expect((await store.ofDay(newest, 0, 10)).works.map(({ title }) => title)).toEqual(['y', 'z', 'x']);
      expect(await store.daysAround(newest)).toEqual({ previous: newest - 2 });
      expect(await store.countOfDay(newest)).toBe(3);
      const dated = (await store.newest(0, 10)).works.map(({ title }) => title);
      expect([dated[0], dated.slice(-2)]).toEqual(['w', ['Ä', 'none']]);
      const keys = await store.keysAfter('', 100);
      expect(keys).toEqual([...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
    });

    it('gives whole numbers as numbers, up to the largest that a double holds', async () => {
      await store.importRows([newRow('a', { id: '1', title: 'A', upvotes: Number.MAX_SAFE_INTEGER })]);
      expect((await allWorks(store))[0]?.upvotes).toBe(Number.MAX_SAFE_INTEGER);
      expect(await store.countRecords()).toEqual([{ source: 'a', records: 1 }]);
    });

    it('keeps the progress of files and its own name when it is opened again', async () => {
      const progress = { file: 'f', source: 's', path: '/p', lines: 3, rejected: 0, finished: true };
      await store.importRows([newRow('s', { id: '1', title: 'A' })], progress);
      const [works, identity, last] = [await allWorks(store), await store.identity(), await store.lastChange()];
      await store.close();
      store = await again();
      expect([await allWorks(store), await store.identity(), await store.lastChange()]).toEqual([
        works,
        identity,
        last,
      ]);
      expect(await store.progress('f', 's')).toEqual(progress);
      expect(await store.progress('g', 's')).toBeUndefined();
    });

    it('numbers changes without gaps while two processes write, and loses none', async () => {
      const other = await again();
      const batch = (to: Store, from: number) =>
        to.importRows(Array.from({ length: 20 }, (_, i) => newRow('w', { id: `${from + i}`, title: `T${from + i}` })));
      await Promise.all([batch(store, 0), batch(store, 20)]);
      await batch(other, 40);
      await batch(store, 60);
      await other.close();
      const changes = await store.changesAfter(0, 1_000);
      expect(changes.map(({ number }) => number)).toEqual(Array.from({ length: 80 }, (_, i) => i + 1));
      expect([await store.countWorks(), (await checkStore(store)).problems]).toEqual([80, []]);
    });

    it('answers reads that come during a transaction with the state before it or after it', async () => {
      const many = Array.from({ length: 200 }, (_, i) => newRow('m', { id: `${i}`, title: `M${i}` }));
      const importing = store.importRows(many);
      const seen = await Promise.all(Array.from({ length: 20 }, () => store.countWorks()));
      await importing;
      expect(seen.filter((works) => works !== 0 && works !== 200)).toEqual([]);
      expect(await store.countWorks()).toBe(200);
    });

    it('keeps nothing of a batch that fails, and goes on', async () => {
      const bad = { ...newRow('a', { id: '2', title: 'B' }), raw: undefined as never as string }; // the column takes no NULL
      await expect(store.importRows([newRow('a', { id: '1', title: 'A' }), bad])).rejects.toThrow();
      expect([await store.countWorks(), await store.lastChange()]).toEqual([0, 0]);
      await store.importRows([newRow('a', { id: '1', title: 'A' })]);
      expect(await store.countWorks()).toBe(1);
    });

    it.each([
      ['a record', "UPDATE records SET raw = replace(raw, 'Alpha', 'Alpja') WHERE id = 'a'", 'records', '1'],
      ['the votes of a work', "UPDATE works SET upvotes = 3 WHERE key = 'doi:10.1000/a'", 'works', 'doi:10.1000/a'],
      ['the list of members', 'DELETE FROM members WHERE record = 1', 'works', 'doi:10.1000/a'],
    ])('names damage in %s and gives the others', async (_, statement, table, key) => {
      await store.importRows([
        newRow('s', { id: 'a', title: 'Alpha', doi: '10.1000/a', published: '2025-03-03' }),
        newRow('s', { id: 'b', title: 'Beta', doi: '10.1000/b', published: '2025-03-03' }),
      ]);
      await store.database.exec(statement);
      const day = await store.ofDay(20_150, 0, 10);
      expect([day.works.map(({ title }) => title), day.damaged]).toMatchObject([['Beta'], [{ table, key }]]);
      await expect(store.work('doi:10.1000/a')).rejects.toMatchObject({ code: 'CORRUPT' });
      expect(await store.health.now()).toMatchObject({ state: 'damaged' });
      expect((await checkStore(store)).problems.length).toBeGreaterThan(0);
    });

    it('finds rows that are missing', async () => {
      await store.importRows([newRow('a', { id: '1', title: 'A' }), newRow('a', { id: '2', title: 'B' })]);
      await store.database.exec('DELETE FROM identities WHERE record = 1');
      await store.database.exec('DELETE FROM changes WHERE number = 1');
      const { problems } = await checkStore(store);
      expect(problems.join(' ')).toMatch(/identity of record 1/);
    });

    it('equals the fold of all records after any imports and removals', async () => {
      const run = async (batches: readonly (readonly NewRow[])[], removed: readonly number[]) => {
        const own = await maker.make();
        const truth = new Map<string, SourceRecord>();
        const slot = (record: SourceRecord) => JSON.stringify([record.source, record.id, titleHash(record)]);
        for (const batch of batches) {
          await own.store.importRows(batch);
          for (const { record } of batch) truth.set(slot(record), record);
          expect(await allWorks(own.store)).toEqual(foldRecords(truth.values()));
        }
        for (const index of removed) {
          const record = [...truth.values()][index % Math.max(1, truth.size)];
          if (record === undefined) continue;
          expect(await own.store.removeRecord(record.source, record.id, titleHash(record))).toBe(true);
          truth.delete(slot(record));
          expect(await allWorks(own.store)).toEqual(foldRecords(truth.values()));
        }
        expect((await checkStore(own.store)).problems).toEqual([]);
        await own.store.close();
        own.remove();
      };
      const input = fc.asyncProperty(fc.array(rows, { maxLength: 4 }), fc.array(fc.nat(20), { maxLength: 4 }), run);
      await fc.assert(input, { seed: seed('imports and removals'), numRuns: count(20, 500) });
    }, 300_000);
  });
}

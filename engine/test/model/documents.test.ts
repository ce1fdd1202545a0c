// Random documents, filters, facets and sorts against plain arrays: what columns answer must be what anyone would
// compute by hand, in any number of segments, with deletes.

import { type ColumnValue, compareUtf8, type Document, type Filter, type Schema } from '@quire/engine/core';
import { Rng } from '@quire/engine/internals';
import { memoryDirectory, openLibrary, type Snapshot } from '@quire/engine/storage';
import { describe, expect, it } from 'vitest';
import { count, seed } from '../support/env.ts';

const SCHEMA = {
  fields: { title: { stored: true }, body: { stored: true }, hidden: {} },
  columns: { word: 'keyword', words: 'keywords', n: 'number', ok: 'boolean', __proto: 'keyword' },
} as const satisfies Schema;
const WORDS = ['', 'a', 'ab', 'abc', 'b', 'é', '漢', '😀', '\uffee', '\ud800', 'z'.repeat(300)];
const NUMBERS = [0, 1, -1, 1.5, 1e300, -1e-300, 7, 8, 9];

function randomDocument(rng: Rng, id: string): Document {
  const maybe = <T>(value: T) => (rng.below(4) === 0 ? undefined : value);
  const columns: Record<string, ColumnValue | undefined> = {
    word: maybe(rng.pick(WORDS)),
    words: maybe(Array.from({ length: rng.below(4) }, () => rng.pick(WORDS))),
    n: maybe(rng.pick(NUMBERS)),
    ok: maybe(rng.below(2) === 0),
  };
  const fields: Record<string, string | undefined> = { title: maybe(rng.pick(WORDS)), body: maybe(`body of ${id}`) };
  return { id, fields: defined(fields), columns: defined(columns) };
}

function defined<T>(record: Readonly<Record<string, T | undefined>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter((entry): entry is [string, T] => entry[1] !== undefined));
}

function randomFilter(rng: Rng, depth: number, ids: readonly string[]): Filter {
  const several = () => Array.from({ length: rng.below(3) }, () => randomFilter(rng, depth - 1, ids));
  const bound = <T>(pick: () => T) =>
    defined({
      gte: rng.below(2) ? pick() : undefined,
      lt: rng.below(2) ? pick() : undefined,
      gt: rng.below(4) ? undefined : pick(),
      lte: rng.below(4) ? undefined : pick(),
    });
  const leaves: readonly (() => Filter)[] = [
    () => ({ op: 'is', column: 'word', value: rng.pick([...WORDS, 'absent']) }),
    () => ({ op: 'is', column: 'words', value: rng.pick(WORDS) }),
    () => ({ op: 'is', column: 'n', value: rng.pick(NUMBERS) }),
    () => ({ op: 'is', column: 'ok', value: rng.below(2) === 0 }),
    () => ({ op: 'in', column: rng.pick(['word', 'words']), values: [rng.pick(WORDS), rng.pick(WORDS)] }),
    () => ({ op: 'range', column: rng.pick(['word', 'words']), ...bound(() => rng.pick(WORDS)) }),
    () => ({ op: 'range', column: 'n', ...bound(() => rng.pick(NUMBERS)) }),
    () => ({ op: 'prefix', column: rng.pick(['word', 'words']), prefix: rng.pick(['', 'a', 'ab', '😀', 'q']) }),
    () => ({ op: 'exists', column: rng.pick(['word', 'words', 'n', 'ok']) }),
    () => ({ op: 'ids', ids: [rng.pick(ids), rng.pick(ids), 'absent'] }),
  ];
  if (depth === 0 || rng.below(3) === 0) return rng.pick(leaves)();
  const choice = rng.below(3);
  if (choice === 2) return { op: 'not', filter: randomFilter(rng, depth - 1, ids) };
  return { op: choice === 0 ? 'and' : 'or', filters: several() };
}

/** The filter by its definition, one document at a time. */
function passes(filter: Filter, document: Document): boolean {
  const value = 'column' in filter ? document.columns?.[filter.column] : undefined;
  const values: readonly (string | number | boolean)[] =
    value === undefined ? [] : Array.isArray(value) ? value : [value as string];
  switch (filter.op) {
    case 'and':
      return filter.filters.every((f) => passes(f, document));
    case 'or':
      return filter.filters.some((f) => passes(f, document));
    case 'not':
      return !passes(filter.filter, document);
    case 'is':
      return values.includes(filter.value);
    case 'in':
      return values.some((v) => filter.values.includes(v));
    case 'exists':
      return value !== undefined;
    case 'ids':
      return filter.ids.includes(document.id);
    case 'prefix':
      return values.some((v) => String(v).startsWith(filter.prefix));
    case 'range':
      return values.some(
        (v) =>
          (filter.gte === undefined || compare(v, filter.gte) >= 0) &&
          (filter.gt === undefined || compare(v, filter.gt) > 0) &&
          (filter.lte === undefined || compare(v, filter.lte) <= 0) &&
          (filter.lt === undefined || compare(v, filter.lt) < 0),
      );
    default:
      return filter satisfies never;
  }
}

function compare(a: ColumnValue, b: ColumnValue): number {
  return typeof a === 'string' && typeof b === 'string' ? compareUtf8(a, b) : Number(a) - Number(b);
}

/** As it comes back: sets sorted, hidden fields gone. */
function stored(document: Document): Document {
  const columns = { ...document.columns };
  if (columns.words !== undefined) columns.words = [...new Set(columns.words as readonly string[])].sort(compareUtf8);
  return { ...document, columns };
}

async function someLibrary(rng: Rng, size: number): Promise<{ snapshot: Snapshot; documents: readonly Document[] }> {
  const library = await openLibrary(memoryDirectory(), { schema: SCHEMA, parts: {} });
  const writer = await library.writer();
  const documents = new Map<string, Document>();
  for (let i = 0; i < size; i++) {
    const id = rng.below(5) === 0 ? `${rng.pick(WORDS.slice(1))}${i % 7}` : `id ${rng.below(size)}`;
    const document = randomDocument(rng, id);
    await writer.replace(document, {});
    documents.set(id, document);
    if (rng.below(12) === 0 && (await writer.delete(`id ${i}`))) documents.delete(`id ${i}`);
    if (rng.below(40) === 0) await writer.commit();
  }
  const snapshot = await writer.commit();
  return { snapshot, documents: [...documents.values()].sort((a, b) => compareUtf8(a.id, b.id)) };
}

describe('documents and columns', () => {
  it('answer filters, facets, sorts and look-ups as plain arrays do', async () => {
    const rng = new Rng(seed('documents'));
    for (let round = 0; round < count(6, 60); round++) {
      const { snapshot, documents } = await someLibrary(rng, 40 + rng.below(200));
      const ids = documents.map((document) => document.id);
      expect(snapshot.size).toBe(documents.length);
      expect(await snapshot.ids()).toEqual(ids);
      for (const document of documents) expect(await snapshot.get(document.id)).toEqual(stored(document));
      expect(await snapshot.get('absent')).toBeUndefined();
      for (let i = 0; i < 40; i++) {
        const filter = randomFilter(rng, 3, ids);
        const expected = documents.filter((document) => passes(filter, document));
        const what = JSON.stringify(filter);
        expect(await snapshot.count(filter), what).toBe(expected.length);
        const after = rng.pick(ids);
        const page = expected
          .map((d) => d.id)
          .filter((id) => compareUtf8(id, after) > 0)
          .slice(0, 5);
        expect(await snapshot.ids({ filter, after, limit: 5 }), what).toEqual(page);
        for (const column of ['word', 'words', 'n', 'ok']) {
          expect(await snapshot.facet(column, { filter }), what).toEqual(facetOf(expected.map(stored), column));
        }
        for (const column of ['word', 'n', 'ok']) {
          const descending = rng.below(2) === 0;
          const sorted = sortedBy(expected, column, descending);
          expect(await snapshot.sorted(column, { filter, descending }), what).toEqual(sorted);
          expect(await snapshot.sorted(column, { filter, descending, offset: 3, limit: 4 }), what).toEqual(
            sorted.slice(3, 7),
          );
        }
      }
    }
  });

  it.each<[string, Filter, RegExp]>([
    ['an unknown column', { op: 'exists', column: 'year' }, /no column "year"/],
    ['an inherited name', { op: 'exists', column: 'toString' }, /no column "toString"/],
    [
      'a number compared with a string',
      { op: 'is', column: 'n', value: '7' },
      /Column n \(number\) is compared with "7"/,
    ],
    ['a range over booleans', { op: 'range', column: 'ok', gte: 0 }, /range does not apply/],
    ['a prefix of a number', { op: 'prefix', column: 'n', prefix: '1' }, /prefix does not apply/],
    [
      'a filter nested too deeply',
      Array.from({ length: 100 }).reduce<Filter>((filter) => ({ op: 'not', filter }), { op: 'ids', ids: [] }),
      /deeper than 64/,
    ],
  ])('refuse %s', async (_what, filter, message) => {
    const { snapshot } = await someLibrary(new Rng(1), 10);
    await expect(snapshot.count(filter)).rejects.toThrow(message);
    await expect(snapshot.count(filter)).rejects.toMatchObject({ code: 'INVALID_QUERY' });
  });

  it.each<[string, unknown, RegExp]>([
    ['an empty id', { id: '', fields: {} }, /id of length 0/],
    ['an unknown field', { id: 'x', fields: { abstract: 'a' } }, /no field "abstract"/],
    ['a field that is no string', { id: 'x', fields: { title: 3 } }, /field title is 3, not a string/],
    ['an unknown column', { id: 'x', fields: {}, columns: { year: 3 } }, /no column "year"/],
    [
      'a string in a number column',
      { id: 'x', fields: {}, columns: { n: '3' } },
      /column n \(number\) cannot hold "3"/,
    ],
    ['a NaN', { id: 'x', fields: {}, columns: { n: Number.NaN } }, /cannot hold/],
    ['a number in a set of strings', { id: 'x', fields: {}, columns: { words: [1] } }, /column words \(keywords\)/],
  ])('refuse a document with %s, and keep what was pending', async (_what, document, message) => {
    const library = await openLibrary(memoryDirectory(), { schema: SCHEMA, parts: {} });
    const writer = await library.writer();
    await writer.add({ id: 'good', fields: {} }, {});
    await expect(writer.add(document as Document, {})).rejects.toThrow(message);
    await expect(writer.add(document as Document, {})).rejects.toMatchObject({ code: 'INVALID_DOCUMENT' });
    expect((await writer.commit()).size).toBe(1);
  });

  it('tell ids apart that only differ in lone surrogates or normal form', async () => {
    const ids = ['\ud800', '\ud801', '\udc00', '\ufffd', 'é', 'e\u0301', '\ufeffa', 'a'];
    const library = await openLibrary(memoryDirectory(), { schema: SCHEMA, parts: {} });
    const writer = await library.writer();
    for (const id of ids) await writer.add({ id, fields: { title: `title of ${JSON.stringify(id)}` } }, {});
    const snapshot = await writer.commit();
    for (const id of ids) expect((await snapshot.get(id))?.fields.title).toBe(`title of ${JSON.stringify(id)}`);
    expect(await snapshot.ids()).toEqual([...ids].sort(compareUtf8));
  });
});

function facetOf(documents: readonly Document[], column: string) {
  const counts = new Map<ColumnValue, number>();
  for (const document of documents) {
    const value = document.columns?.[column];
    for (const one of Array.isArray(value) ? value : value === undefined ? [] : [value]) {
      counts.set(one as ColumnValue, (counts.get(one as ColumnValue) ?? 0) + 1);
    }
  }
  return [...counts]
    .map(([value, n]) => ({ value, count: n }))
    .sort((a, b) => b.count - a.count || compare(a.value, b.value));
}

function sortedBy(documents: readonly Document[], column: string, descending: boolean): readonly string[] {
  const key = (document: Document) => document.columns?.[column];
  const present = documents.filter((document) => key(document) !== undefined);
  const order = (a: Document, b: Document) =>
    (descending ? -1 : 1) * compare(key(a)!, key(b)!) || compareUtf8(a.id, b.id);
  return [...present.sort(order), ...documents.filter((document) => key(document) === undefined)].map((d) => d.id);
}

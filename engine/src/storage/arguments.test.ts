// What callers without types may pass: every value is refused with an EngineError that shows it.

import { type DenseRep, EngineError, plainFingerprint, type TraceEvent } from '@quire/engine/core';
import { flat, inverted } from '@quire/engine/indexes';
import { Heap } from '@quire/engine/kernels';
import { describe, expect, it } from 'vitest';
import { document, SPACE } from '../../test/support/inverted.ts';
import { shown } from '../core/check.ts';
import { openLibrary } from './library.ts';
import { memoryDirectory } from './memory.ts';

const schema = {
  fields: { title: {}, abstract: {} },
  columns: { year: 'number', venue: 'keyword', open: 'boolean' },
} as const;
const parts = { vectors: flat({ space: 'test', dim: 2 }) };
const vector = (...vec: number[]): DenseRep => ({
  kind: 'dense',
  space: 'test',
  fingerprint: plainFingerprint('test', 'document'),
  vec: Float32Array.from(vec),
});

const named = ([bad, message]: readonly [unknown, string]) => [shown(bad), bad, message] as const;

async function refusal(run: () => Promise<unknown>): Promise<{ code: string; message: string }> {
  const error = await run().then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(EngineError);
  return error as EngineError;
}

describe('a document that is none', () => {
  const cases: readonly (readonly [bad: unknown, message: string])[] = [
    [null, 'A document is null'],
    ['a', 'A document is "a"'],
    [{ fields: {} }, 'A document has an id undefined'],
    [{ id: 7n, fields: {} }, 'A document has an id 7n'],
    [{ id: 'a' }, 'Document "a": fields is undefined'],
    [{ id: 'a', fields: null }, 'Document "a": fields is null'],
    [{ id: 'a', fields: { title: null } }, 'field title is null'],
    [{ id: 'a', fields: { title: 3 } }, 'field title is 3'],
    [{ id: 'a', fields: {}, columns: null }, 'Document "a": columns is null'],
    [{ id: 'a', fields: {}, columns: { year: 2024n } }, 'column year (number) cannot hold 2024n'],
    [{ id: 'a', fields: {}, columns: { year: Number.NaN } }, 'column year (number) cannot hold NaN'],
    [{ id: 'a', fields: {}, columns: { year: Number.POSITIVE_INFINITY } }, 'column year (number) cannot hold Infinity'],
    [{ id: 'a', fields: {}, columns: { venue: null } }, 'column venue (keyword) cannot hold null'],
  ];
  it.each(cases.map(named))('%s is refused by add and replace alike', async (_name, bad, message) => {
    const library = await openLibrary(memoryDirectory(), { schema, parts });
    const writer = await library.writer();
    for (const how of ['add', 'replace'] as const) {
      const error = await refusal(() => writer[how](bad as never, {}));
      expect([error.code, error.message]).toEqual(['INVALID_DOCUMENT', expect.stringContaining(message)]);
    }
    expect(writer.pending).toBe(0);
    expect((await refusal(() => writer.add({ id: 'a', fields: {} }, null as never))).message).toBe('reps is null');
    expect((await refusal(() => writer.delete(undefined as never))).message).toBe('id is undefined');
    await library.close();
  });
});

describe('a filter that is none', () => {
  const cases: readonly (readonly [bad: unknown, message: string])[] = [
    [null, 'A filter is null'],
    ['open', 'A filter is "open"'],
    [[], 'A filter is []'],
    [{ op: 'regex', column: 'venue', pattern: 'x' }, 'A filter has the op "regex"'],
    [{}, 'A filter has the op undefined'],
    [{ op: 'and' }, 'The filter and has filters = undefined, not a list'],
    [{ op: 'or', filters: [null] }, 'A filter is null'],
    [{ op: 'not' }, 'A filter is undefined'],
    [{ op: 'is', value: 3 }, 'The filter is has column = undefined'],
    [{ op: 'is', column: 'year', value: 3n }, 'The filter is compares with 3n'],
    [{ op: 'is', column: 'year', value: Number.NaN }, 'The filter is compares with NaN'],
    [{ op: 'in', column: 'year', values: 3 }, 'The filter in has values = 3, not a list'],
    [{ op: 'range', column: 'year', gte: null }, 'The filter range (gte) compares with null'],
    [{ op: 'prefix', column: 'venue' }, 'The filter prefix compares with undefined'],
    [{ op: 'ids', ids: [3] }, 'The filter ids holds 3'],
  ];
  it.each(cases.map(named))('%s is refused in every call, in an empty library too', async (_name, bad, message) => {
    const library = await openLibrary(memoryDirectory(), { schema, parts });
    const filter = bad as never;
    for (const isEmpty of [true, false]) {
      if (!isEmpty) {
        const writer = await library.writer();
        await writer.add({ id: 'a', fields: {}, columns: { year: 1 } }, { vectors: vector(1, 2) });
        await writer.commit();
      }
      const snapshot = library.snapshot();
      const reader = snapshot.part('vectors');
      for (const run of [
        () => snapshot.count(filter),
        () => snapshot.ids({ filter }),
        () => snapshot.facet('venue', { filter }),
        () => snapshot.sorted('year', { filter }),
        () => reader.search(vector(1, 2), 3, { filter }),
        () => reader.score(vector(1, 2), ['a'], { filter }),
        () => reader.explain(vector(1, 2), 'a', { filter }),
      ]) {
        const error = await refusal(run);
        expect([error.code, error.message]).toEqual(['INVALID_QUERY', expect.stringContaining(message)]);
      }
      expect((await refusal(() => snapshot.get(null as never))).message).toBe('id is null');
      expect((await refusal(() => reader.score(vector(1, 2), [3 as never]))).message).toBe('ids[0] is 3');
      snapshot.release();
    }
    await library.close();
  });
});

describe('a batch with bad vectors', () => {
  it('keeps the 5,000 others, and the bad ones are refused at once by their id', async () => {
    const library = await openLibrary(memoryDirectory(), { schema, parts });
    const writer = await library.writer();
    const refused: string[] = [];
    for (let i = 0; i < 5000; i++) {
      const bad = [vector(1, Number.NaN), vector(1, 2, 3), { ...vector(1, 2), fingerprint: 'another model' }][i - 4321];
      const add = writer.add({ id: `paper-${i}`, fields: {} }, { vectors: bad ?? vector(i, 1) });
      await add.catch((error: EngineError) => refused.push(`${error.code} ${error.message.slice(0, 21)}`));
    }
    expect(refused).toEqual([
      'INVALID_ARGUMENT Document "paper-4321"',
      'INVALID_ARGUMENT Document "paper-4322"',
      'ENCODER_MISMATCH Document "paper-4323"',
    ]);
    const snapshot = await writer.commit();
    expect(snapshot.size).toBe(4997);
    expect((await snapshot.part('vectors').search(vector(1, 0), 1))[0]?.id).toBe('paper-4999');
    await library.close();
  });
});

describe('a representation of the wrong shape', () => {
  const terms = document({ title: 'one two' });
  const stream = terms.fields.get('title')!;
  const tokens = (change: object) => ({ ...terms, fields: new Map([['title', { ...stream, ...change }]]) });
  const cases: readonly (readonly [part: 'terms' | 'vectors', bad: unknown, message: string])[] = [
    ['vectors', { ...vector(1, 2), vec: undefined }, 'The vector is undefined'],
    ['vectors', { ...vector(1, 2), vec: [1, 2] }, 'The vector is [1, 2]'],
    ['vectors', { ...vector(1, 2), vec: BigInt64Array.of(1n, 2n) }, 'The vector is a BigInt64Array'],
    ['terms', { ...terms, fields: {} }, 'fields is {}'],
    ['terms', { ...terms, fields: new Map([['title', null]]) }, 'Field "title" has no stream of tokens'],
    ['terms', tokens({ length: 3 }), 'Field "title" has no stream of tokens'],
    ['terms', tokens({ positions: [0, 1] }), 'Field "title" has no stream of tokens'],
    ['terms', tokens({ terms: ['one', 2] }), 'Field "title" has the term 2'],
    ['terms', tokens({ positions: Uint32Array.of(5, 4) }), 'Field "title" has position 4 after 5'],
  ];
  it('is refused when it is added, and costs no other document', async () => {
    const both = { ...parts, terms: inverted({ space: SPACE, fields: { title: 1 } }) };
    const library = await openLibrary(memoryDirectory(), { schema, parts: both });
    const writer = await library.writer();
    await writer.add({ id: 'good', fields: {} }, { vectors: vector(1, 2), terms });
    for (const [part, bad, message] of cases) {
      for (const how of ['add', 'replace'] as const) {
        const error = await refusal(() => writer[how]({ id: 'bad', fields: {} }, { [part]: bad as never }));
        expect(error.message).toContain(`Document "bad", part ${part}: ${message}`);
      }
    }
    const snapshot = await writer.commit();
    expect(await snapshot.ids()).toEqual(['good']);
    const query = { ...vector(1, 2), vec: [1, 2] } as never;
    expect((await refusal(() => snapshot.part('vectors').search(query, 1))).message).toBe('The query vector is [1, 2]');
    await library.close();
  });
});

describe('a library opened again', () => {
  it('takes its fields and columns in any order', async () => {
    const directory = memoryDirectory();
    const library = await openLibrary(directory, { schema, parts });
    await (await library.writer()).commit({ change: 1 });
    await library.close();
    const other = {
      columns: { venue: 'keyword', open: 'boolean', year: 'number' },
      fields: { abstract: {}, title: { stored: false } },
    } as const;
    const again = await openLibrary(directory, { schema: other, parts });
    expect(again.snapshot().metadata).toEqual({ change: 1 });
    await again.close();
    const wrong = openLibrary(directory, { schema: { ...other, fields: { title: {} } }, parts });
    await expect(wrong).rejects.toMatchObject({ code: 'SCHEMA_MISMATCH' });
  });
});

describe('a part that opens without kernels', () => {
  it('reports it as a trace event with the part and its file', async () => {
    const directory = memoryDirectory();
    const heap = new Heap({ arenaBytes: 65536 }); // one page, which one segment of postings exceeds
    const open = (events: TraceEvent[]) =>
      openLibrary(directory, {
        schema,
        parts: { terms: inverted({ space: SPACE, fields: { title: 1 }, heap }) },
        trace: (event) => events.push(event),
      });
    const library = await open([]);
    const writer = await library.writer();
    const words = Array.from({ length: 400 }, (_, w) => `w${w}`).join(' ');
    for (let i = 0; i < 500; i++) await writer.add({ id: `d${i}`, fields: {} }, { terms: document({ title: words }) });
    await writer.commit();
    await library.close();
    const events: TraceEvent[] = [];
    const again = await open(events);
    expect(events).toEqual([
      expect.objectContaining({
        name: 'inverted.no-kernel',
        facts: { part: 'terms', file: expect.stringMatching(/^\d{8}\.terms\.part$/) },
      }),
    ]);
    await again.close();
  });
});

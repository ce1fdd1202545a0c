// Arguments of the wrong type at every entry of a library, its readers and its kinds: refused before anything is read or
// written.

import {
  type DenseRep,
  EngineError,
  type IndexReader,
  type Kind,
  type LexicalQuery,
  plainFingerprint,
  type QueryRep,
  type TermsQuery,
} from '@quire/engine/core';
import { termsEncoder } from '@quire/engine/encoders';
import { binary, flat, inverted, ivf } from '@quire/engine/indexes';
import { retrieve } from '@quire/engine/retrieval';
import { english } from '@quire/engine/text';
import { describe, expect, it } from 'vitest';
import { document, SPACE } from '../../test/support/inverted.ts';
import { openLibrary } from './library.ts';
import { memoryDirectory } from './memory.ts';

const schema = { fields: { title: {} }, columns: {} } as const;
const parts = { vectors: flat({ space: 'test', dim: 2 }) };
const vector = (...vec: number[]): DenseRep => ({
  kind: 'dense',
  space: 'test',
  fingerprint: plainFingerprint('test', 'document'),
  vec: Float32Array.from(vec),
});
const termsQuery = (query: LexicalQuery): TermsQuery => ({
  kind: 'terms',
  side: 'query',
  space: SPACE,
  fingerprint: plainFingerprint(SPACE, 'query'),
  query,
});

async function refusal(run: () => Promise<unknown>): Promise<{ code: string; message: string }> {
  const error = await run().then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(EngineError);
  return error as EngineError;
}

describe('an argument of the wrong type', () => {
  const library = () =>
    openLibrary(memoryDirectory(), {
      schema,
      parts: { ...parts, terms: inverted({ space: SPACE, fields: { title: 1 } }) },
    });
  const query = (query: unknown) => termsQuery(query as LexicalQuery);

  it.each([
    ['options', null, 'options is null'],
    ['no schema', {}, 'schema is undefined'],
    ['no fields', { schema: {} }, 'schema.fields is undefined'],
    [
      'a type of columns',
      { schema: { fields: {}, columns: { day: 'date' } }, parts },
      'Column "day" has the type "date"',
    ],
    ['a part', { schema, parts: { a: null } }, 'parts.a is null'],
    ['bufferBytes', { schema, parts, bufferBytes: Number.NaN }, 'bufferBytes is NaN'],
  ])('openLibrary refuses: %s', async (_name, options, message) => {
    const error = await refusal(() => openLibrary(memoryDirectory(), options as never));
    expect([error.code, error.message]).toEqual(['INVALID_ARGUMENT', message]);
  });

  it('an optional part may be undefined', async () => {
    const open = await openLibrary(memoryDirectory(), { schema, parts: { ...parts, dense: undefined } });
    expect(Object.keys(open.parts)).toEqual(['vectors']);
    await open.close();
  });

  it.each([
    ['no options', undefined, 'options is undefined'],
    ['no space', { dim: 2 }, 'space is undefined'],
    ['a format', { space: 'test', dim: 2, vectors: 'f8' }, 'vectors is "f8"'],
    ['a dimension', { space: 'test', dim: 65_537 }, 'dim is 65537'],
  ])('every dense kind refuses: %s', (_name, options, message) => {
    for (const kind of [flat, binary, ivf]) expect(() => kind(options as never)).toThrow(message);
  });

  it('readers refuse ids, options and statistics', async () => {
    const open = await library();
    const snapshot = open.snapshot();
    const wanted = termsQuery({ type: 'term', term: 'one' });
    const refuses = async <K extends Kind>(reader: IndexReader<K>, query: QueryRep<K>) => {
      for (const [run, message] of [
        [() => reader.gather('abc' as never), 'ids is "abc"'],
        [() => reader.gather([3] as never), 'ids[0] is 3'],
        [() => reader.score(query, null as never), 'ids is null'],
        [async () => reader.scoreSync?.(query, null as never) ?? reader.score(query, null as never), 'ids is null'],
        [() => reader.explain(query, undefined as never), 'id is undefined'],
        [() => reader.search(query, 1, null as never), 'options is null'],
        [() => reader.search(query, 1, { statistics: {} as never }), 'statistics.get is undefined'],
      ] as const) {
        const error = await refusal(run);
        expect([error.code, error.message]).toEqual(['INVALID_ARGUMENT', message]);
      }
    };
    await refuses(snapshot.part('vectors'), vector(1, 2));
    await refuses(snapshot.part('terms'), wanted);
    expect((await refusal(() => snapshot.ids({ after: 3 as never }))).message).toBe('after is 3');
    await open.close();
  });

  it('a tree that is no lexical query is INVALID_QUERY', async () => {
    const open = await library();
    const writer = await open.writer();
    await writer.add({ id: 'a', fields: {} }, { terms: document({ title: 'one' }) });
    const terms = (await writer.commit()).part('terms');
    for (const [tree, message] of [
      [null, 'A query node is null'],
      [{ type: 'term', term: 5 }, 'The text of a term is 5'],
      [{ type: 'and' }, 'The clauses of an `and` are undefined'],
      [{ type: 'or', clauses: [null] }, 'A query node is null'],
      [{ type: 'or', clauses: [{ type: 'not' }] }, 'A query node is undefined'],
      [{ type: 'phrase' }, 'A phrase has the terms undefined'],
      [{ type: 'phrase', terms: [1, 2] }, 'The text of a phrase is 1'],
      [{ type: 'prefix' }, 'The text of a prefix is undefined'],
      [{ type: 'boost', boost: 1 }, 'A query node is undefined'],
    ] as const) {
      const error = await refusal(() => terms.search(query(tree), 1));
      expect([error.code, error.message]).toEqual(['INVALID_QUERY', message]);
    }
    await open.close();
  });

  it('buildPart and retrievers refuse theirs', async () => {
    const open = await library();
    const writer = await open.writer();
    expect((await refusal(() => writer.buildPart('x', null as never, async () => []))).message).toBe('kind is null');
    expect((await refusal(() => writer.buildPart('x', parts.vectors, null as never))).message).toBe('encode is null');
    const encoder = termsEncoder(english(), { fields: ['title'] });
    const retriever = retrieve(encoder, open.snapshot().part('terms'), 3);
    expect((await refusal(() => retriever.run(null as never))).message).toBe('query is null');
    expect((await refusal(() => retriever.run({} as never))).message).toBe('query.text is undefined');
    expect(() => retrieve(null as never, open.snapshot().part('terms'), 3)).toThrow('encoder is null');
    expect(() => retrieve(encoder, null as never, 3)).toThrow('source is null');
    await open.close();
  });
});

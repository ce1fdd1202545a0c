// Wrong arguments at the entries of the engine: an EngineError that names the value, never a TypeError from inside.

import { termsEncoder } from '@quire/engine/encoders';
import {
  atLeast,
  concatenate,
  cut,
  explain,
  filter,
  fuse,
  parseQuery,
  part,
  partScorer,
  querySyntax,
  type Retriever,
  rerank,
  retrieve,
  rm3,
  type Scorer,
} from '@quire/engine/retrieval';
import { english } from '@quire/engine/text';
import { describe, expect, it } from 'vitest';
import { fixed, query, ranking } from '../test/support/toy-retrieval.ts';
import { type Collection, type CollectionOptions, openCollection } from './collection.ts';
import { shown } from './core/check.ts';
import { memoryDirectory } from './storage/memory.ts';

const VALUES: readonly unknown[] = [null, 0, -1, 1.5, Number.NaN, 3n, 'text', true, [], {}, Symbol('s'), () => 1];
const options = { fields: { t: 1 }, columns: { year: 'number' } } as const;
const found = fixed('found', ranking(['a', 1]));
const terms = termsEncoder(english(), { fields: ['t'] });
/** A scorer that gives `scores` whatever it is asked. */
const scorer = (scores: unknown): Scorer => ({ name: 'scorer', score: async () => scores as number[] });

/** One for all cases: what is refused changes nothing. */
let made: Promise<Collection> | undefined;
const collection = () => {
  made ??= openCollection(memoryDirectory(), options);
  return made;
};
const opened = (change: object) => openCollection(memoryDirectory(), { ...options, ...change } as CollectionOptions);

type Entry = readonly [name: string, run: (value: never) => unknown];
const ENTRIES: readonly Entry[] = [
  ['openCollection: directory', (value) => openCollection(value, options)],
  ['openCollection: options', (value) => openCollection(memoryDirectory(), value)],
  ['openCollection: fields', (fields) => opened({ fields })],
  ['openCollection: weight', (t) => opened({ fields: { t } })],
  ['openCollection: columns', (columns) => opened({ columns })],
  ['openCollection: type of a column', (year) => opened({ columns: { year } })],
  ['openCollection: analyzer', (analyzer) => opened({ analyzer })],
  ['openCollection: dense', (dense) => opened({ dense })],
  ['add: documents', async (value) => (await collection()).add(value)],
  ['add: document', async (value) => (await collection()).add([value])],
  ['add: id', async (id) => (await collection()).add([{ id, fields: {} }])],
  ['add: fields', async (fields) => (await collection()).add([{ id: 'x', fields }])],
  ['add: text', async (t) => (await collection()).add([{ id: 'x', fields: { t } }])],
  ['add: columns', async (columns) => (await collection()).add([{ id: 'x', fields: {}, columns }])],
  ['add: value of a column', async (year) => (await collection()).add([{ id: 'x', fields: {}, columns: { year } }])],
  ['add: options', async (value) => (await collection()).add([{ id: 'x', fields: {} }], value)],
  ['delete: ids', async (value) => (await collection()).delete(value)],
  ['delete: id', async (value) => (await collection()).delete([value])],
  ['get: id', async (value) => (await collection()).get(value)],
  ['search: text', async (value) => (await collection()).search(value)],
  ['search: options', async (value) => (await collection()).search('word', value)],
  ['search: k', async (k) => (await collection()).search('word', { k })],
  ['search: filter', async (value) => (await collection()).search('word', { filter: value })],
  ['search: operator', async (op) => (await collection()).search('word', { filter: { op } as never })],
  ['buildDense: dense', async (value) => (await collection()).buildDense(value)],
  ['buildDense: encoder', async (encoder) => (await collection()).buildDense({ encoder, index: {} as never })],
  ['termsEncoder: analyzer', (value) => termsEncoder(value, { fields: ['t'] })],
  ['termsEncoder: options', (value) => termsEncoder(english(), value)],
  ['termsEncoder: fields', (fields) => termsEncoder(english(), { fields })],
  ['encodeQueries: texts', (value) => terms.encodeQueries(value)],
  ['encodeQueries: text', (value) => terms.encodeQueries([value])],
  ['encodeDocuments: documents', (value) => terms.encodeDocuments(value)],
  ['encodeDocuments: document', (value) => terms.encodeDocuments([value])],
  ['encodeDocuments: field', (t) => terms.encodeDocuments([{ t }])],
  ['retrieve: encoder', (value) => retrieve(value, {} as never, 1)],
  ['retrieve: source', (value) => retrieve(terms, value, 1)],
  ['retrieve: k', (value) => retrieve(terms, {} as never, value)],
  ['partScorer: encoder', (value) => partScorer(value, {} as never)],
  ['part: library', (value) => part(value, 'x' as never)],
  ['cut: retriever', (value) => cut(value, 1)],
  ['cut: k', (value) => cut(found, value)],
  ['filter: retriever', (value) => filter(value, { op: 'exists', column: 'year' })],
  ['fuse: options', (value) => fuse(value, found)],
  ['fuse: by', (by) => fuse({ by }, found)],
  ['fuse: weights', (weights) => fuse({ by: 'rrf', weights }, found)],
  ['fuse: weight', (value) => fuse({ by: 'rrf', weights: [value] }, found)],
  ['fuse: k0', (k0) => fuse({ by: 'rrf', k0 }, found)],
  ['fuse: retriever', (value) => fuse({ by: 'rrf' }, value)],
  ['rerank: retriever', (value) => rerank(value, scorer([]), 1)],
  ['rerank: scorer', (value) => rerank(found, value, 1)],
  ['rerank: depth', (value) => rerank(found, scorer([]), value)],
  ['rerank: options', (value) => rerank(found, scorer([]), 1, value)],
  ['rerank: score', (value) => rerank(found, scorer([value]), 1).run(query('x'))],
  ['rerank: scores', (value) => rerank(found, scorer(value), 1).run(query('x'))],
  ['rm3: options', (value) => rm3(terms, {} as never, value)],
  ['explain: retriever', (value) => explain(value as Retriever)],
  ['explain: top', (value) => explain(found, value)],
  ['concatenate: retriever', (value) => concatenate(value)],
  ['atLeast: floor', (value) => atLeast(found, value)],
  ['parseQuery: source', (value) => parseQuery(value, english())],
  ['parseQuery: analyzer', (value) => parseQuery('x', value)],
  ['querySyntax: encoder', (value) => querySyntax(value)],
];

describe('a wrong argument', () => {
  it.each(ENTRIES)('is an EngineError or legal, whatever it is: %s', async (_name, run) => {
    for (const value of VALUES) {
      const error = await Promise.resolve()
        .then(() => run(value as never))
        .then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
      if (error !== undefined)
        expect(error, shown(value)).toMatchObject({ name: 'EngineError', code: expect.any(String) });
    }
  });
});

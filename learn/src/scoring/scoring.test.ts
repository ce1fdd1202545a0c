import { type DenseRep, plainFingerprints } from '@quire/engine/core';
import { describe, expect, it } from 'vitest';
import type { TrainingWork } from '../data/works.ts';
import { sideOf } from '../split.ts';
import { bm25Run, fusedRun } from './runs.ts';
import { disjointQueries, type Task, titleToAbstract } from './task.ts';
import { codesRun, cutTo, type DenseEncoder, encodeTask, exactRun } from './vectors.ts';

const works: TrainingWork[] = Array.from({ length: 600 }, (_, i) => ({
  key: `arxiv:${i}`,
  title: `Title ${i}`,
  abstract: i % 10 === 0 ? '' : `Abstract ${i % 7 === 0 ? 'twin' : i}`,
  textSource: 'conferences',
  year: 2024,
}));

describe('title → abstract', () => {
  it('contains works of its side with an abstract, without titles, and no training work', () => {
    for (const side of ['dev', 'test'] as const) {
      const task = titleToAbstract(works, side, { documents: 1000, queries: 1000 });
      const expected = works.filter(({ key, abstract }) => sideOf(key) === side && abstract !== '');
      expect(new Set(task.documents.map(({ id }) => id))).toEqual(new Set(expected.map(({ key }) => key)));
      expect(task.documents.every(({ title }) => title === '')).toBe(true);
      expect(task.queries.size).toBe(expected.length);
    }
  });

  it('takes the given number of works, the same ones for any order of the file', () => {
    const size = { documents: 20, queries: 5 };
    const task = titleToAbstract(works, 'test', size);
    expect([task.documents.length, task.queries.size]).toEqual([20, 5]);
    expect(titleToAbstract([...works].reverse(), 'test', size)).toEqual(task);
  });

  it('counts every paper with the same abstract as relevant', () => {
    const task = titleToAbstract(works, 'test', { documents: 1000, queries: 1000 });
    const twins = task.documents.filter(({ text }) => text === 'Abstract twin').map(({ id }) => id);
    expect(twins.length).toBeGreaterThan(1);
    expect([...task.qrels.get(twins[0]!)!.keys()].sort()).toEqual([...twins].sort());
  });
});

describe('queries for tuning', () => {
  it('share no relevant document with the reported queries', () => {
    const qrels = new Map([
      ['a', new Map([['d1', 1]])],
      [
        'b',
        new Map([
          ['d2', 1],
          ['d3', 0],
        ]),
      ],
      [
        'c',
        new Map([
          ['d4', 1],
          ['d5', 1],
        ]),
      ],
    ]);
    const reported = new Map([
      [
        'x',
        new Map([
          ['d1', 1],
          ['d2', 0],
        ]),
      ],
      [
        'y',
        new Map([
          ['d3', 1],
          ['d5', 2],
        ]),
      ],
    ]);
    expect([...disjointQueries(qrels, reported).keys()]).toEqual(['b']);
  });
});

describe('runs', () => {
  const task: Task = {
    name: 'toy',
    measure: 'nDCG@10',
    documents: [
      { id: 'cats', title: 'Cats', text: 'cats purr and cats sleep' },
      { id: 'dogs', title: '', text: 'dogs bark at cats' },
      { id: 'fish', title: '', text: 'fish swim' },
    ],
    queries: new Map([['q', 'cats']]),
    qrels: new Map([['q', new Map([['cats', 1]])]]),
  };
  /** A unit vector chosen by the first letter of the text. */
  const fingerprints = plainFingerprints('toy');
  const rep = (text: string, side: 'query' | 'document'): DenseRep => ({
    kind: 'dense',
    space: 'toy',
    fingerprint: fingerprints[side],
    vec: axis(text),
  });
  const encoder: DenseEncoder = {
    name: 'toy',
    queryKind: 'dense',
    documentKind: 'dense',
    space: 'toy',
    fingerprints,
    dim: 2,
    encodeQueries: async (texts) => texts.map((text) => rep(text, 'query')),
    encodeDocuments: async (documents) => documents.map(({ text = '' }) => rep(text, 'document')),
  };
  function axis(text: string): Float32Array {
    const angle = text.startsWith('c') ? 0 : text.startsWith('d') ? 0.5 : 1;
    return Float32Array.of(1 - angle, angle);
  }

  it('of BM25 find the documents with the word, best first', async () => {
    const hits = (await bm25Run(task, 10)).get('q')!;
    expect(hits.map(({ id }) => id)).toEqual(['cats', 'dogs']);
    expect(hits[0]!.score).toBeGreaterThan(hits[1]!.score);
  });

  it('of an encoder rank every document by inner product, ties by id', async () => {
    expect(exactRun(await encodeTask(task, encoder), 2).get('q')).toEqual([
      { id: 'cats', score: 1 },
      { id: 'dogs', score: 0.5 },
    ]);
  });

  it('fused with weight 0 and 1 are one list or the other', async () => {
    const [bm25, dense] = [await bm25Run(task, 10), exactRun(await encodeTask(task, encoder), 10)];
    expect(
      fusedRun(bm25, dense, 0)
        .get('q')!
        .map(({ id }) => id),
    ).toEqual(['cats', 'dogs']);
    expect(
      fusedRun(bm25, dense, 1)
        .get('q')!
        .map(({ id }) => id),
    ).toEqual(['cats', 'dogs', 'fish']);
  });

  it('of fewer columns compare vectors of unit length, and those of sign codes rescore', async () => {
    const vectors = await encodeTask(task, encoder);
    const cut = cutTo(vectors, 1);
    expect(cut.documents.map(({ vec }) => [...vec])).toEqual([[1], [1], [0]]); // the zero vector stays
    expect(
      exactRun(cut, 3)
        .get('q')!
        .map(({ score }) => score),
    ).toEqual([1, 1, 0]);
    const codes = (await codesRun(vectors, 3)).get('q')!;
    expect(codes.map(({ id }) => id)).toEqual(
      exactRun(vectors, 3)
        .get('q')!
        .map(({ id }) => id),
    );
  });
});

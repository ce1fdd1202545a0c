import { Rng } from '@quire/engine/internals';
import { describe, expect, it } from 'vitest';
import { bm25Lists, minedLists } from './mined-lists.ts';
import { nearest } from './nearest.ts';
import { candidates, drawNegatives } from './negatives.ts';
import { judgedTexts, parsePairs, titlePairs } from './pairs.ts';

const list = (scores: readonly number[]) => ({
  ords: Uint32Array.from(scores.keys()),
  scores: Float64Array.from(scores),
});
const DOCUMENTS = ['a', 'b', 'c', 'd', 'b'];

describe('the candidates of a query', () => {
  it('leave out its relevant documents and their copies', () => {
    expect([...candidates(list([5, 4, 3, 2, 1]), [1], DOCUMENTS, 10)]).toEqual([0, 2, 3]);
  });
  it('leave out the best ones, which may be unjudged answers', () => {
    expect([...candidates(list([5, 4, 3, 2, 1]), [1], DOCUMENTS, 2, { skipTop: 1 })]).toEqual([2, 3]);
  });
  it('leave out what scores above a share of the relevant document', () => {
    expect([...candidates(list([5, 4, 3.9, 2, 1]), [1], DOCUMENTS, 10, { margin: 0.95 })]).toEqual([3]);
    // A relevant document that was not found gives no limit.
    expect([...candidates(list([5, 4, 3.9]), [3], DOCUMENTS, 10, { margin: 0.95 })]).toEqual([0, 1, 2]);
  });
  it('are as many as asked for', () => {
    expect([...candidates(list([5, 4, 3, 2, 1]), [], DOCUMENTS, 2)]).toEqual([0, 1]);
  });
});

describe('exact search in a matrix', () => {
  it('equals brute force, ties by smaller number', () => {
    const documents = Float32Array.of(1, 0, 0, 1, 1, 0, 0.5, 0.5);
    const [found] = nearest(Float32Array.of(1, 0), documents, 2, 3);
    expect([...found!.ords]).toEqual([0, 2, 3]);
    expect([...found!.scores]).toEqual([1, 1, 0.5]);
  });
});

describe('drawing negatives', () => {
  const judged = { documents: Array.from({ length: 50 }, (_, i) => `text ${i}`), relevant: [[3], [4, 5]] };
  it('mixes sources by their shares, and never draws an answer', () => {
    const sources = [
      { share: 3, lists: [Uint32Array.of(10, 11), Uint32Array.of(12)] },
      { share: 1, lists: 'all' as const },
    ];
    const drawn = drawNegatives(1, 4000, sources, judged, new Rng(2));
    const mined = drawn.filter((d) => d === 12).length;
    expect(mined / drawn.length).toBeGreaterThan(0.7);
    expect(mined / drawn.length).toBeLessThan(0.82);
    expect(drawn.some((d) => d === 4 || d === 5)).toBe(false);
    expect(drawNegatives(1, 40, sources, judged, new Rng(2))).toEqual(drawn.slice(0, 40));
  });
  it('takes a document at random where a list is empty', () => {
    const drawn = drawNegatives(
      0,
      200,
      [{ share: 1, lists: [Uint32Array.of(), Uint32Array.of()] }],
      judged,
      new Rng(1),
    );
    expect(new Set(drawn).size).toBeGreaterThan(20);
    expect(drawn).not.toContain(3);
  });
});

describe('lists from retrievers', () => {
  const judged = judgedTexts(
    titlePairs([
      {
        key: 'a',
        title: 'sparse retrieval',
        abstract: 'inverted lists for sparse retrieval',
        textSource: 'x',
        year: 1,
      },
      { key: 'b', title: 'dense retrieval', abstract: 'vectors for dense retrieval', textSource: 'x', year: 1 },
      { key: 'c', title: 'cooking rice', abstract: 'boil rice in water', textSource: 'x', year: 1 },
    ]),
  );
  it('come from BM25', async () => {
    const lists = await bm25Lists(judged, { depth: 5 });
    expect(lists.map((own) => [...own])).toEqual([[1], [0], []]);
  });
  it('come from the model', () => {
    const vectors = {
      queries: Float32Array.of(1, 0, 0, 1, 1, 1),
      documents: Float32Array.of(1, 0, 0.9, 0, 0, 1),
      dim: 2,
    };
    expect(minedLists(judged, vectors, { depth: 1 }).map((own) => [...own])).toEqual([[1], [2], [0]]);
  });
});

describe('pairs', () => {
  it('of a file become documents and queries without copies', () => {
    const lines = [
      { query: 'q', positive: 'p' },
      { query: 'q', positive: 'r' },
      { query: 's', positive: 'p' },
    ];
    const { documents, queries, relevant } = judgedTexts(
      parsePairs(lines.map((line) => JSON.stringify(line)).join('\n'), 'pairs.jsonl'),
    );
    expect({ documents, queries, relevant }).toEqual({
      documents: ['p', 'r'],
      queries: ['q', 's'],
      relevant: [[0, 1], [0]],
    });
  });
  it.each([
    ['', 'pairs.jsonl holds no pairs'],
    ['\n\n', 'pairs.jsonl holds no pairs'],
    ['{"query": "q"}', 'Line 1 of pairs.jsonl has no "query" and "positive"'],
    ['{"query": "q", "positive": "p"}\n{"query', 'Line 2 of pairs.jsonl is not JSON'],
    ['{"query": "q", "positive": ""}', 'Line 1'],
    ['null', 'Line 1'],
  ])('%j is refused', (content, message) => {
    expect(() => parsePairs(content, 'pairs.jsonl')).toThrow(message);
  });
  it('of a collection without titles are trained on, without any text they are refused', () => {
    const task = {
      name: 'set',
      measure: 'nDCG@10' as const,
      documents: [{ id: 'd', title: '', text: 'a text' }],
      queries: new Map([['q', 'a query']]),
      qrels: new Map([['q', new Map([['d', 1]])]]),
    };
    expect(judgedTexts(task).documents).toEqual(['a text']);
    expect(() => judgedTexts({ ...task, documents: [{ id: 'd', title: '', text: '' }] })).toThrow(
      'set has no document with a text',
    );
    expect(() => judgedTexts({ ...task, documents: [] })).toThrow('set has no documents');
    expect(() => judgedTexts({ ...task, qrels: new Map([['q', new Map([['other', 1]])]]) })).toThrow(
      'no query with a relevant document (1 are judged)',
    );
  });
});

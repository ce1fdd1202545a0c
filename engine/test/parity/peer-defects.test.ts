// Defects of other engines, each with a test that this engine does not have it. The numbers are those of the list of
// defects. Without 5 (margins of mined hard negatives) and 15 (growing centroids of PLAID): the engine has no such function
// yet. 12 (a quantised encoder compared with float vectors) is in encoders/static.test.ts, which has its own int8 vectors.

import {
  type Document,
  type Encoder,
  type IndexReader,
  plainFingerprint,
  plainFingerprints,
  type Ranking,
  type TraceEvent,
} from '@quire/engine/core';
import { termsEncoder } from '@quire/engine/encoders';
import { evaluate, removeQueryDocuments, runQueries } from '@quire/engine/evaluation';
import { binary, flat, inverted, ivf } from '@quire/engine/indexes';
import { Rng } from '@quire/engine/internals';
import { fuse, fuseRankings, part, rerank, retrieve, rm3 } from '@quire/engine/retrieval';
import { memoryDirectory, openLibrary } from '@quire/engine/storage';
import { english } from '@quire/engine/text';
import { describe, expect, it } from 'vitest';
import { fixed, query, ranking } from '../support/toy-retrieval.ts';

const DIM = 32;
const SPACE = 'words by their letters';
const terms = termsEncoder(english(), { fields: ['text'] });

/** A random direction for each word, seeded by its letters; a text is the mean of its words. */
const letters: Encoder<'dense'> = {
  name: 'letters',
  queryKind: 'dense',
  documentKind: 'dense',
  space: SPACE,
  fingerprints: plainFingerprints(SPACE),
  encodeQueries: async (texts) => texts.map(letterVector),
  encodeDocuments: async (documents) => documents.map(({ text }) => letterVector(text ?? '')),
};

function letterVector(text: string) {
  const vec = new Float32Array(DIM);
  for (const word of text.split(' ')) {
    const rng = new Rng([...word].reduce((seed, letter) => Math.imul(seed, 31) + letter.charCodeAt(0), 7));
    for (let d = 0; d < DIM; d++) vec[d]! += rng.float() - 0.5;
  }
  const length = Math.sqrt(vec.reduce((sum, x) => sum + x * x, 0));
  return {
    kind: 'dense',
    space: SPACE,
    fingerprint: plainFingerprint(SPACE, 'document'),
    vec: vec.map((x) => x / length),
  } as const;
}

const WORDS = 'dense sparse late early token vector code graph list query paper index rank score norm tree'.split(' ');

function corpus(size: number): readonly Document[] {
  const rng = new Rng(20_261);
  return Array.from({ length: size }, (_, i) => ({
    id: `d${String(i).padStart(3, '0')}`,
    fields: { text: Array.from({ length: 3 + rng.below(9) }, () => rng.pick(WORDS)).join(' ') },
    columns: { shelf: i % 100 },
  }));
}

/** A library with a lexical part and one part of each dense kind, committed every `perSegment` documents. */
async function libraryOf(documents: readonly Document[], perSegment = documents.length) {
  const library = await openLibrary(memoryDirectory(), {
    schema: { fields: { text: { stored: true } }, columns: { shelf: 'number' } },
    parts: {
      lexical: inverted({ space: terms.space, fields: { text: 1 } }),
      flat: flat({ space: SPACE, dim: DIM }),
      binary: binary({ space: SPACE, dim: DIM, rescore: 10 }),
      ivf: ivf({ space: SPACE, dim: DIM, rescore: 10, probes: 1 }),
    },
    autoMerge: false,
  });
  const writer = await library.writer();
  for (const [i, document] of documents.entries()) {
    const [lexical] = await terms.encodeDocuments([document.fields]);
    const [dense] = await letters.encodeDocuments([document.fields]);
    await writer.add(document, { lexical: lexical!, flat: dense!, binary: dense!, ivf: dense! });
    if ((i + 1) % perSegment === 0) await writer.commit();
  }
  await writer.commit();
  await writer.close();
  return library;
}

const ids = (hits: Ranking) => hits.map((hit) => hit.id);

describe('1: BM25 is the published formula', () => {
  it('no δ anywhere: the weight of a term by hand, over one document and over two', async () => {
    const library = await libraryOf([
      { id: 'a', fields: { text: 'graph graph tree' } },
      { id: 'b', fields: { text: 'list' } },
    ]);
    const [hit] = await retrieve(terms, part(library, 'lexical'), 9).run(query('graph'));
    const idf = Math.fround(Math.log(1 + (2 - 1 + 0.5) / (1 + 0.5)));
    const tf = 2 / (2 + 0.9 * (1 - 0.4 + (0.4 * 3) / 2)); // k1 .9, b .4, length 3 of on average 2
    expect(hit!.score).toBeCloseTo(idf * tf, 6);
  });
});

describe('2: scores are normalised once, and a weight of 0 is a weight', () => {
  const [lexical, dense] = [ranking(['a', 8], ['b', 4], ['c', 0]), ranking(['c', 0.9], ['a', 0.1])];

  it('leaves out a list of weight 0, in any position', () => {
    expect(fuseRankings([lexical, dense], { by: 'minmax', weights: [1, 0] })).toEqual(
      fuseRankings([lexical], { by: 'minmax' }),
    );
    expect(ids(fuseRankings([lexical, dense], { by: 'minmax', weights: [0, 1] }))).toEqual(['c', 'a']);
  });

  it('normalises a score over its own list, and does not normalise the sums again', () => {
    const hits = fuseRankings([lexical, dense], { by: 'minmax', weights: [0.25, 0.25] });
    expect(Object.fromEntries(hits.map((hit) => [hit.id, hit.score]))).toEqual({ a: 0.25, b: 0.125, c: 0.25 });
  });
});

describe('3 and 4: re-ranking scores are used as they are', () => {
  const first = fixed('first', ranking(['a', 3], ['b', 2], ['c', 1]));
  const scorer = (...scores: readonly number[]) => ({ name: 'logits', score: async () => scores });

  it('one logit a document stays that logit: nothing turns it into 1.0', async () => {
    const hits = await rerank(first, scorer(-4.25, 7.5, 0.125), 3).run(query('x'));
    expect(hits).toEqual(ranking(['b', 7.5], ['c', 0.125], ['a', -4.25]));
  });

  it('scores that are equal in half precision stay different', async () => {
    const hits = await rerank(first, scorer(0.9991, 0.9992, 0.9993), 3).run(query('x'));
    expect(ids(hits)).toEqual(['c', 'b', 'a']);
    expect(new Set(hits.map((hit) => hit.score)).size).toBe(3);
  });
});

describe('6: segments that are not merged are scored like the rest', () => {
  it('a filter and the split into segments change no score', async () => {
    const documents = corpus(300);
    const [whole, split] = [await libraryOf(documents), await libraryOf(documents, 70)];
    expect(split.snapshot().segments.length).toBeGreaterThan(3);
    const all = await retrieve(terms, part(whole, 'lexical'), 300).run(query('late vector'));
    const filter = { op: 'range', column: 'shelf', lt: 7 } as const;
    const some = await retrieve(terms, part(split, 'lexical'), 300).run(query('late vector'), { filter });
    expect(some.length).toBeGreaterThan(3);
    expect(some).toEqual(all.filter((hit) => Number(hit.id.slice(1)) % 100 < 7));
  });
});

describe('7: a query that is a document of the corpus', () => {
  const qrels = new Map([['d1', new Map([['d2', 1]])]]);
  const retriever = fixed('first', ranking(['d1', 9], ['d2', 5], ['d3', 1]));

  it('is removed from its own ranking on request only', async () => {
    const queries = new Map([['d1', 'text']]);
    const left = await runQueries(retriever, queries, { removeQuery: true });
    const kept = await runQueries(retriever, queries);
    const rr = (run: typeof left) => evaluate(run, qrels, { measures: ['recip_rank'] }).mean.recip_rank;
    expect([rr(left), rr(kept), rr(removeQueryDocuments(kept))]).toEqual([1, 0.5, 1]);
  });
});

describe('8: a re-ranker that fails', () => {
  const first = fixed('first', ranking(['a', 3], ['b', 2]));
  const broken = { name: 'broken', score: () => Promise.reject(new Error('no model')) };

  it('is an error or, as an option, an event; zeros never replace scores', async () => {
    await expect(rerank(first, broken, 2).run(query('x'))).rejects.toThrow('no model');
    const events: TraceEvent[] = [];
    const trace = (event: TraceEvent) => events.push(event);
    const hits = await rerank(first, broken, 2, { onFailure: 'keep' }).run(query('x'), { trace });
    expect(hits).toEqual(ranking(['a', 3], ['b', 2]));
    expect(events.map((event) => event.name)).toContain('rerank.failed');
  });
});

describe('9: filters that leave little', () => {
  it.each(['flat', 'binary', 'ivf'] as const)('%s finds every document that passes, down to one', async (name) => {
    const documents = corpus(400);
    const library = await libraryOf(documents, 250);
    const reader = library.snapshot().part(name) as IndexReader<'dense'>;
    const [vector] = await letters.encodeQueries(['dense vector']);
    for (const shelf of [0, 17, 99]) {
      const filter = { op: 'is', column: 'shelf', value: shelf } as const;
      const passing = documents.filter(({ columns }) => columns?.shelf === shelf).map(({ id }) => id);
      expect(ids(await reader.search(vector!, 10, { filter })).sort()).toEqual(passing);
      const one = { op: 'ids', ids: [passing[1]!] } as const;
      expect(ids(await reader.search(vector!, 10, { filter: one }))).toEqual([passing[1]]);
    }
  });
});

describe('10: ranks are fused over the whole library', () => {
  it('for any split of its documents into segments', async () => {
    const documents = corpus(240);
    const answers = await Promise.all(
      [240, 100, 31].map(async (perSegment) => {
        const library = await libraryOf(documents, perSegment);
        const lists = [
          retrieve(terms, part(library, 'lexical'), 50),
          retrieve(letters, part(library, 'flat'), 50),
        ] as const;
        return fuse({ by: 'rrf' }, ...lists).run(query('late vector'));
      }),
    );
    expect(answers[0]!.length).toBeGreaterThan(50);
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[2]).toEqual(answers[0]);
  });
});

describe('11: reciprocal rank fusion is the published one', () => {
  it.each([
    [{ by: 'rrf' }, 1 / 61],
    [{ by: 'rrf', k0: 2 }, 1 / 3],
    [{ by: 'rrf', weights: [3] }, 3 / 61],
  ] as const)('%j gives the first document %d: ranks from 1, weight over (k0 + rank)', (options, score) => {
    expect(fuseRankings([ranking(['a', 5], ['b', 4])], options)[0]).toEqual({ id: 'a', score });
  });
});

describe('13: passages are not documents', () => {
  const twice = ranking(['d1', 3], ['d1', 2], ['d2', 1]);

  it('a ranking with a document twice is neither measured nor fused', () => {
    const qrels = new Map([['q', new Map([['d1', 1]])]]);
    expect(() => evaluate(new Map([['q', twice]]), qrels)).toThrow(/more than once/);
    expect(() => fuseRankings([twice], { by: 'rrf' })).toThrow(/3 hits of 2 documents/);
  });
});

describe('14: RM3 on a very small library', () => {
  it.each([0, 1, 2, 5])(
    'of %i documents ranks like the plain query: each term is in too many documents',
    async (size) => {
      const library = await libraryOf(corpus(size));
      const snapshot = library.snapshot();
      const plain = await retrieve(terms, part(library, 'lexical'), 10).run(query('dense list query'), { snapshot });
      const expanded = await rm3(terms, part(library, 'lexical'), { k: 10 }).run(query('dense list query'), {
        snapshot,
      });
      expect(ids(expanded)).toEqual(ids(plain));
      expect(expanded.every((hit) => Number.isFinite(hit.score))).toBe(true);
      snapshot.release();
    },
  );
});

describe('16: a library opened twice', () => {
  it('has one writer at a time, and the second one sees what the first committed', async () => {
    const directory = memoryDirectory();
    const open = () => openLibrary(directory, { schema: { fields: { text: {} }, columns: {} }, parts: {} });
    const [first, second] = [await open(), await open()];
    const writer = await first.writer();
    await expect(second.writer()).rejects.toMatchObject({ code: 'LOCKED' });
    await writer.add({ id: 'a', fields: {} }, {});
    await writer.commit();
    await writer.close();
    const next = await second.writer();
    await next.add({ id: 'b', fields: {} }, {});
    const after = await next.commit();
    await next.close();
    expect(await after.ids()).toEqual(['a', 'b']);
  });
});

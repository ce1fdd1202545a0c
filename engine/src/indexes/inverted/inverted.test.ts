// The inverted index against its definitions: hand-checked scores, the readable twin, misuse.

import { describe, expect, it } from 'vitest';
import { count, seed } from '../../../test/support/env.ts';
import { inputOf } from '../../../test/support/input.ts';
import { document, MemorySections, query, Segments, write } from '../../../test/support/inverted.ts';
import { BitSet } from '../../core/bitset.ts';
import { Rng } from '../../core/rng.ts';
import type { LexicalQuery, Ord } from '../../core/types.ts';
import { Heap } from '../../kernels/index.ts';
import { encodeLength, inverted } from './index.ts';
import { decodedLengths } from './norms.ts';

const body = { body: 1 };
const term = (word: string): LexicalQuery => ({ type: 'term', term: word });
const or = (...clauses: LexicalQuery[]): LexicalQuery => ({ type: 'or', clauses });
const and = (...clauses: LexicalQuery[]): LexicalQuery => ({ type: 'and', clauses });
const not = (clause: LexicalQuery): LexicalQuery => ({ type: 'not', clause });
const phrase = (...terms: string[]): LexicalQuery => ({ type: 'phrase', terms });
const boost = (value: number, query: LexicalQuery): LexicalQuery => ({ type: 'boost', boost: value, query });
const field = (name: string, query: LexicalQuery): LexicalQuery => ({ type: 'field', field: name, query });

describe('field lengths in a byte', () => {
  it.each([
    [0, 0],
    [23, 23],
    [39, 39],
    [41, 40],
    [45, 44],
    [57, 56],
    [100, 96],
    [150, 144],
    [161, 152],
    [333, 312],
    [512, 504],
    [1000, 984],
    [12345, 12312],
  ])('stores %i as %i', (length, stored) => {
    expect(decodedLengths()[encodeLength(length)]).toBe(stored);
  });
  it('never gives a longer field a smaller byte', () => {
    for (let length = 1; length < 70000; length++) {
      expect(encodeLength(length)).toBeGreaterThanOrEqual(encodeLength(length - 1));
    }
    expect(encodeLength(2 ** 31 - 1)).toBe(255);
  });
});

describe('scores', () => {
  const kind = inverted({ space: 'test-words', fields: body });

  it('equal the three-document example that is published for k1 .9, b .4', async () => {
    const index = await Segments.of(kind, [
      { body: 'here some text here some more text city' },
      { body: 'more text' },
      { body: 'here test' },
    ]);
    expect(await index.search(term('test'), 10)).toEqual([{ doc: 2, score: expect.closeTo(0.5702, 4) }]);
    expect(await index.search(term('more'), 10)).toEqual([
      { doc: 1, score: expect.closeTo(0.2733, 4) },
      { doc: 0, score: expect.closeTo(0.208, 4) },
    ]);
  });

  it('equal a run worked out by hand, to the last bit that Lucene gives', async () => {
    // N = 3, df = 2: idf ln 1.6 = 0.4700. Lengths 4, 4, 2 (mean 10/3): k1 (1 − b + 1.2 b) = 0.972.
    const index = await Segments.of(kind, [{ body: 'a a b c' }, { body: 'a d e f' }, { body: 'b c' }]);
    expect(await index.search(term('a'), 10)).toEqual([
      { doc: 0, score: Math.fround(0.31628776) },
      { doc: 1, score: Math.fround(0.23833857) },
    ]);
  });

  it('leave documents without a token out of N, and count a repeated query word twice', async () => {
    const with5 = await Segments.of(kind, [{ body: 'a b' }, { body: '' }, undefined, {}, { body: 'b' }]);
    const with2 = await Segments.of(kind, [{ body: 'a b' }, { body: 'b' }]);
    expect(with5.statistics(term('a'))).toEqual(with2.statistics(term('a')));
    const once = (await with2.search(term('a'), 1))[0]!.score;
    expect((await with2.search(or(term('a'), term('a')), 1))[0]!.score).toBe(2 * once);
    expect((await with2.search(boost(2, term('a')), 1))[0]!.score).toBe(2 * once);
  });

  it('do not lengthen a field by tokens that share a position', async () => {
    const index = await Segments.of(kind, [{ body: 'a|b|c d' }, { body: 'a d' }]);
    const hits = await index.search(term('a'), 2);
    expect(hits[0]!.score).toBe(hits[1]!.score);
    expect(index.statistics(term('a')).get('length/body')).toBe(6);
  });

  it('weigh fields, and sum a term over them', async () => {
    const two = inverted({ space: 'test-words', fields: { title: 3, body: 1 } });
    const index = await Segments.of(two, [{ title: 'a', body: 'a b' }, { title: 'b', body: 'a' }, { title: 'c' }]);
    const [title] = await index.search(field('title', term('a')), 1);
    const [body] = await index.search(field('body', term('a')), 3).then((hits) => hits.filter((hit) => hit.doc === 0));
    const [both] = await index.search(term('a'), 1);
    expect(both).toEqual({ doc: 0, score: expect.closeTo(3 * title!.score + body!.score, 6) });
  });

  it('match a phrase only where its words stand side by side, and count each place', async () => {
    const index = await Segments.of(kind, [
      { body: 'a b a b' },
      { body: 'a c b' },
      { body: 'b a' },
      { body: 'a _ b' },
      { body: 'a b c d' },
    ]);
    expect((await index.search(phrase('a', 'b'), 9)).map((hit) => hit.doc)).toEqual([0, 4]);
    const gap: LexicalQuery = { type: 'phrase', terms: ['a', 'b'], positions: [3, 5] };
    expect((await index.search(gap, 9)).map((hit) => hit.doc).sort()).toEqual([1, 3]);
    expect((await index.search(phrase('b', 'a', 'b'), 9)).map((hit) => hit.doc)).toEqual([0]);
    const { details, facts } = (await index.parts[0]!.explain(
      query(phrase('a', 'b')),
      0 as Ord,
      index.scope(phrase('a', 'b'), 0),
    ))!;
    expect(facts).toMatchObject({ phrase: 'a b', field: 'body', tf: 2, N: 5, length: 4 });
    expect(details.length).toBe(3);
  });
});

describe('queries that mean little', () => {
  const kind = inverted({ space: 'test-words', fields: { title: 1, body: 1 } });
  const bare = inverted({ space: 'test-words', fields: body, positions: false });
  const documents = [{ title: 'a', body: 'b c' }, { body: 'a' }];

  it.each<[string, LexicalQuery]>([
    ['an empty or', or()],
    ['an empty and', and()],
    ['an and with an empty clause', and(term('a'), or())],
    ['a term that is not there', term('zebra')],
    ['an and with a term that is not there', and(term('a'), term('zebra'))],
    ['a phrase with a term that is not there', phrase('b', 'zebra')],
    ['a prefix of nothing', { type: 'prefix', prefix: 'zz' }],
  ])('%s finds nothing', async (_, tree) => {
    const index = await Segments.of(kind, documents);
    for (const exhaustive of [true, false]) expect(await index.search(tree, 10, { exhaustive })).toEqual([]);
  });

  it.each<[string, LexicalQuery, RegExp]>([
    ['a lone not', not(term('a')), /stands alone/],
    ['an or of nots', or(not(term('a')), not(term('b'))), /stands alone/],
    ['a not of a not', and(term('a'), not(not(term('b')))), /stands alone/],
    ['an unknown field', field('abstract', term('a')), /no field "abstract"/],
    ['an empty phrase', phrase(), /no terms/],
    [
      'a phrase with too few positions',
      { type: 'phrase', terms: ['a', 'b'], positions: [0] },
      /2 terms and 1 positions/,
    ],
    ['a negative boost', boost(-1, term('a')), /boost is -1/],
    ['an infinite boost', boost(Number.POSITIVE_INFINITY, term('a')), /boost is Infinity/],
    ['a boost that is infinite in float32', boost(1e300, term('a')), /multiply to Infinity/],
    ['boosts that multiply beyond float32', boost(1e30, boost(1e30, term('a'))), /multiply to Infinity/],
    ['an empty prefix', { type: 'prefix', prefix: '' }, /no text/],
    ['a limit of 0', { type: 'prefix', prefix: 'a', limit: 0 }, /limit is 0/],
    ['a fuzzy distance of 3', { type: 'fuzzy', term: 'a', distance: 3 as 2 }, /distance is 3/],
    ['an unknown node', { type: 'regex' } as unknown as LexicalQuery, /Unknown query node "regex"/],
    ['nesting without end', Array.from({ length: 300 }).reduce<LexicalQuery>((q) => or(q), term('a')), /deep/],
  ])('%s is refused', async (_, tree, message) => {
    const index = await Segments.of(kind, documents);
    const refused = index.parts[0]!.search(query(tree), 1, index.scope(term('a'), 0));
    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.toMatchObject({ code: 'INVALID_QUERY' });
  });

  it('a phrase in an index without positions is refused, a single word is not', async () => {
    const index = await Segments.of(bare, [{ body: 'a b' }]);
    expect(await index.search(phrase('a'), 1)).toHaveLength(1);
    await expect(index.search(phrase('a', 'b'), 1)).rejects.toThrow(/needs positions/);
  });

  it('another space is refused, for queries and for documents', async () => {
    const index = await Segments.of(kind, documents);
    const foreign = query(term('a'), 'other');
    await expect(index.parts[0]!.search(foreign, 1, index.scope(term('a'), 0))).rejects.toMatchObject({
      code: 'ENCODER_MISMATCH',
    });
    const rep = () => document({ body: 'a' }, 'other');
    await expect(kind.write(inputOf(1, rep), new MemorySections())).rejects.toMatchObject({
      code: 'ENCODER_MISMATCH',
    });
    await expect(Segments.of(kind, [{ abstract: 'a' }])).rejects.toMatchObject({ code: 'INVALID_DOCUMENT' });
  });

  it.each([
    [{ fields: {} }, /has 0 fields/],
    [{ fields: { body: 0 } }, /weight 0/],
    [{ fields: body, k1: -1 }, /k1 is -1/],
    [{ fields: body, b: 1.5 }, /b is 1.5/],
  ])('options %j are refused', (options, message) => {
    expect(() => inverted({ space: 'test-words', ...options })).toThrow(message);
  });

  it('k of 0 finds nothing, and k beyond the matches finds them all', async () => {
    const index = await Segments.of(kind, documents);
    expect(await index.search(term('a'), 0)).toEqual([]);
    expect(await index.search(term('a'), 100000)).toHaveLength(2);
  });

  it('a closed segment says so', async () => {
    const index = await Segments.of(kind, documents);
    index.parts[0]!.close();
    await expect(index.search(term('a'), 1)).rejects.toMatchObject({ code: 'CLOSED' });
  });
});

describe('prefix and fuzzy', () => {
  const kind = inverted({ space: 'test-words', fields: body });
  const prefix = (text: string): LexicalQuery => ({ type: 'prefix', prefix: text });
  const fuzzy = (text: string, distance: 1 | 2 = 2): LexicalQuery => ({ type: 'fuzzy', term: text, distance });

  it.each<[string, LexicalQuery, string[]]>([
    ['a prefix', prefix('graph'), ['graph', 'graphs', 'grapheme']],
    ['one edit', fuzzy('graph', 1), ['graph', 'graphs', 'grpah', 'grape']],
    ['two edits', fuzzy('graph', 2), ['graph', 'graphs', 'grpah', 'grape', 'grasp']],
    [
      'an edit of the first letter',
      { ...fuzzy('graph', 1), exact: 0 } as LexicalQuery,
      ['graph', 'graphs', 'grpah', 'grape', 'zraph'],
    ],
  ])('%s matches the words it should', async (_, tree, expected) => {
    const words = ['graph', 'graphs', 'grapheme', 'grpah', 'grape', 'grasp', 'zraph', 'other'];
    const index = await Segments.of(
      kind,
      words.map((word) => ({ body: word })),
    );
    const found = (await index.search(tree, 100)).map((hit) => words[hit.doc]!);
    expect(found.sort()).toEqual([...expected].sort());
  });

  it('exact ≥ prefix ≥ fuzzy in documents of one length, whatever the frequencies and document frequencies', async () => {
    for (let seed = 1; seed <= 30; seed++) {
      const rng = new Rng(seed);
      const words = ['index', 'indexes', 'indexing', 'indes', 'imdex', 'ndex', 'idnex', 'filler', 'index2'];
      const line = () => Array.from({ length: 8 }, () => words[Math.floor(words.length * rng.float() ** 2)]!);
      const lines = Array.from({ length: 5 + rng.below(300) }, line);
      const index = await Segments.of(
        kind,
        lines.map((line) => ({ body: line.join(' ') })),
      );
      const scores = async (tree: LexicalQuery) =>
        new Map((await index.search(tree, 1000)).map((hit) => [hit.doc, hit.score]));
      const [exact, begins, near] = [
        await scores(term('index')),
        await scores(prefix('index')),
        await scores(fuzzy('index')),
      ];
      const onlyOf = (all: Map<number, number>, but: Map<number, number>) => [...all].filter(([doc]) => !but.has(doc));
      const least = Math.min(...exact.values(), Number.POSITIVE_INFINITY);
      const prefixes = onlyOf(begins, exact).map(([, score]) => score);
      const nearest = onlyOf(near, exact).map(([, score]) => score);
      expect(Math.max(...prefixes, 0)).toBeLessThanOrEqual(least);
      expect(Math.max(...nearest, 0)).toBeLessThanOrEqual(Math.min(...prefixes, least));
      for (const [doc, score] of exact) {
        expect(begins.get(doc)).toBe(score);
        expect(near.get(doc)).toBe(score);
      }
      for (const [doc, score] of near) if (begins.has(doc)) expect(score).toBeLessThanOrEqual(begins.get(doc)!);
    }
  });

  it('a limit keeps the commonest of all segments together', async () => {
    const segments = [
      [{ body: 'ab' }, { body: 'ac' }, { body: 'ac' }],
      [{ body: 'ab' }, { body: 'ab' }, { body: 'ad' }],
    ];
    const index = await Segments.of(kind, ...segments);
    const best: LexicalQuery = { type: 'prefix', prefix: 'a', limit: 1 };
    expect((await index.search(best, 10)).map((hit) => hit.doc)).toEqual([0, 3, 4]);
  });
});

describe('segments', () => {
  const fields = { body: 1, title: 2 };
  it('do not matter to rankings, however the documents are split', async () => {
    const rng = new Rng(7);
    const documents = randomDocuments(rng, 600);
    const kind = inverted({ space: 'test-words', fields });
    const whole = await Segments.of(kind, documents);
    const split = await Segments.of(
      kind,
      documents.slice(0, 1),
      documents.slice(1, 150),
      documents.slice(150, 150),
      documents.slice(150),
    );
    for (let i = 0; i < 150; i++) {
      const tree = i % 5 === 0 ? expansion(rng) : randomQuery(rng);
      expect(await split.search(tree, 50), JSON.stringify(tree)).toEqual(await whole.search(tree, 50));
    }
  });

  it('merge into the bytes of a fresh write, deleted documents and their statistics gone', async () => {
    const rng = new Rng(11);
    for (const positions of [true, false]) {
      const kind = inverted({ space: 'test-words', fields, positions });
      const documents = randomDocuments(rng, 900);
      const kept = documents.map(() => rng.below(4) !== 0);
      const segmentOf = documents.map(() => rng.below(3));
      const newOrd = (d: number) => kept.slice(0, d).filter(Boolean).length;
      const sources = await Promise.all(
        [0, 1, 2].map(async (s) => {
          const mine = documents.map((_, d) => d).filter((d) => segmentOf[d] === s);
          const sections = await write(
            kind,
            mine.map((d) => documents[d]),
          );
          const ords = Int32Array.from(mine, (d) => (kept[d] ? newOrd(d) : -1));
          return { part: await kind.open(sections), sections, ords };
        }),
      );
      const size = kept.filter(Boolean).length;
      const merged = new MemorySections();
      await kind.merge(sources, size, merged);
      const fresh = await write(
        kind,
        documents.filter((_, d) => kept[d]),
      );
      expect([...merged.sections.keys()]).toEqual([...fresh.sections.keys()]);
      for (const [name, bytes] of fresh.sections) expect(merged.sections.get(name), name).toEqual(bytes);
    }
  });

  it('answer the same where bytes can only be read by waiting', async () => {
    const kind = inverted({ space: 'test-words', fields });
    const documents = randomDocuments(new Rng(5), 300);
    const whole = await Segments.of(kind, documents);
    const slow = new MemorySections({ sync: false });
    for (const [name, bytes] of (await write(kind, documents)).sections) slow.sections.set(name, bytes);
    const part = await kind.open(slow);
    expect(part.searchSync).toBeUndefined();
    const tree = phrase('w0', 'w0');
    const { ords } = await part.search(query(tree), 20, whole.scope(tree, 0));
    expect([...ords]).toEqual((await whole.search(tree, 20)).map((hit) => hit.doc));
    expect(ords.length).toBeGreaterThan(0);
  });
});

function expansion(rng: Rng): LexicalQuery {
  return or(
    term('w1'),
    { type: 'prefix', prefix: `w${rng.below(6)}`, limit: 1 + rng.below(4) },
    {
      type: 'fuzzy',
      term: `w${rng.below(70)}`,
      distance: 1,
      limit: 1 + rng.below(9),
    },
  );
}

/** Skewed word frequencies, some documents empty or absent, lengths from 0 to a few hundred. */
function randomDocuments(rng: Rng, size: number, words = 60) {
  const word = () => `w${Math.floor(words * rng.float() ** 3)}`;
  return Array.from({ length: size }, () => {
    if (rng.below(40) === 0) return undefined;
    const length = rng.below(20) === 0 ? rng.below(rng.below(50) === 0 ? 3000 : 400) : rng.below(12);
    return {
      body: Array.from({ length }, word).join(' '),
      title: Array.from({ length: rng.below(4) }, word).join(' '),
    };
  });
}

function randomQuery(rng: Rng, words = 60, depth = 0): LexicalQuery {
  const word = () => `w${Math.floor((words + 3) * rng.float() ** 2)}`;
  const deeper = () => randomQuery(rng, words, depth + 1);
  const several = () => Array.from({ length: 1 + rng.below(5) }, deeper);
  switch (rng.below(depth > 2 ? 2 : 9)) {
    case 0:
    case 1:
      return term(word());
    case 2:
      return boost(rng.pick([0, 0.5, 1, 3, 1e-9, 1e9]), deeper());
    case 3:
      return field(rng.pick(['body', 'title']), deeper());
    case 4:
      return phrase(...Array.from({ length: 1 + rng.below(3) }, word));
    case 5:
      return and(...several());
    case 6:
      return or(...several(), not(term(word())));
    case 7:
      return and(...several(), not(deeper()));
    default:
      return or(...several());
  }
}
const flatQuery = (rng: Rng, words: number): LexicalQuery => {
  const some = Array.from({ length: 1 + rng.below(7) }, () => term(`w${Math.floor(words * rng.float() ** 2)}`));
  return rng.below(4) === 0 ? and(...some.slice(0, 3)) : or(...some);
};

it('answers without kernels what is too large for the scratch memory of a full arena', async () => {
  const heap = new Heap({ arenaBytes: 2 * 65536 });
  const documents = Array.from({ length: 6000 }, (_, i) => ({ body: `a${i % 7} b${i % 3} c` }));
  const index = await Segments.of(inverted({ space: 'test-words', fields: body, heap }), documents);
  const plain = await Segments.of(inverted({ space: 'test-words', fields: body, kernels: 'none' }), documents);
  const region = heap.alloc(heap.largestRegion - heap.allocatedBytes - 1024);
  expect(heap.residentBytes).toBe(2 * 65536); // in the same arena as the postings
  const tree = or(term('a1'), { type: 'prefix', prefix: 'b' }, term('c'));
  expect(await index.search(tree, 6000)).toEqual(await plain.search(tree, 6000));
  expect(await index.search(tree, 3)).toEqual(await plain.search(tree, 3));
  region.free();
});

describe('a part whose sections contradict each other', () => {
  const kind = inverted({ space: 'test-words', fields: body });
  const damaged = async (section: string, change: (bytes: Uint8Array) => Uint8Array) => {
    const sections = await write(kind, [{ body: 'a b' }, { body: 'a c' }, { body: 'd' }]);
    sections.sections.set(section, change(sections.sections.get(section)!));
    return sections;
  };

  it.each([
    ['the lengths of fewer documents', 'norms.0', /norms.0 has 2 bytes for 3 documents/],
    ['an index of fewer terms', 'index.0', /4 terms in an index of 2 bytes/],
    ['a shorter dictionary', 'terms.0', /its index says/],
  ])('is refused when opened: %s', async (_what, section, message) => {
    const opened = kind.open(await damaged(section, (bytes) => bytes.slice(0, -1)));
    await expect(opened).rejects.toMatchObject({ code: 'CORRUPT', message });
  });

  it('is refused when opened with other fields', async () => {
    const other = inverted({ space: 'test-words', fields: { title: 1 } });
    await expect(other.open(await damaged('header', (bytes) => bytes))).rejects.toMatchObject({ code: 'CORRUPT' });
  });

  it.each(['auto', 'none'] as const)('is refused when a list leads out of the part (kernels: %s)', async (kernels) => {
    const kind = inverted({ space: 'test-words', fields: body, kernels });
    const sections = await write(
      kind,
      Array.from({ length: 200 }, () => ({ body: 'a' })),
    );
    const postings = sections.sections.get('postings.0')!;
    postings.set([0, 0, 0, 0x40, 20, 20], 4); // the first block lies a gibibyte on, in 20 bits a number
    const segment = await kind.open(sections);
    const scope = { statistics: segment.statisticsSync!(query(term('a'))), floor: 0, exhaustive: false };
    await expect(segment.search(query(term('a')), 5, scope)).rejects.toMatchObject({ code: 'CORRUPT' });
    await expect(segment.explain(query(term('a')), 3 as Ord, scope)).rejects.toMatchObject({ code: 'CORRUPT' });
    const source = { part: segment, sections, ords: Int32Array.from({ length: 200 }, (_, ord) => ord) };
    await expect(kind.merge([source], 200, new MemorySections())).rejects.toMatchObject({ code: 'CORRUPT' });
    segment.close();
  });

  it('is refused when a document is said to hold a term more often than there are positions', async () => {
    const sections = await write(kind, [{ body: 'a a a b' }]);
    const postings = sections.sections.get('postings.0')!;
    expect([...postings.subarray(0, 2)]).toEqual([0, 1]); // document 0, tf 1 + 2
    postings[1] = 100;
    const segment = await kind.open(sections);
    const tree = phrase('a', 'b');
    const scope = { statistics: segment.statisticsSync!(query(tree)), floor: 0, exhaustive: false };
    await expect(segment.search(query(tree), 5, scope)).rejects.toMatchObject({ code: 'CORRUPT' });
    const source = { part: segment, sections, ords: Int32Array.of(0) };
    await expect(kind.merge([source], 1, new MemorySections())).rejects.toMatchObject({ code: 'CORRUPT' });
  });

  it('is refused when a list is read that cannot lie where the dictionary says', async () => {
    const part = await kind.open(await damaged('postings.0', () => new Uint8Array(1)));
    const found = part.statistics(query(term('d')));
    await expect(found).rejects.toMatchObject({ code: 'CORRUPT', message: /Term "d": 1 documents/ });
  });
});

describe('pruned search', () => {
  const base = seed('pruned search');
  for (let i = 1; i <= count(12, 120); i++) {
    const seed = base + i;
    it(`finds what scoring every match finds, bit for bit (seed ${seed})`, async () => {
      const rng = new Rng(seed);
      const fields = { body: 1, title: rng.pick([1, 2.5]) };
      const words = rng.pick([60, 60, 2000]);
      const documents = randomDocuments(rng, rng.pick([5, 130, 700, 3000, 12000]), words);
      const kind = inverted({ space: 'test-words', fields });
      const twin = inverted({ space: 'test-words', fields, kernels: 'none' });
      const index = await Segments.of(kind, documents);
      const plain = await Segments.of(twin, documents);
      for (let i = 0; i < 60; i++) {
        const tree = i % 2 === 0 ? flatQuery(rng, words) : randomQuery(rng, words);
        const single = i % 4 === 0 ? field('body', tree) : tree;
        const k = rng.pick([1, 3, 10, 100, 1000]);
        const accept = [rng.below(3) === 0 ? randomSet(rng, documents.length) : undefined];
        const expected = await plain.search(single, k, { accept });
        const label = JSON.stringify(single);
        expect(await index.search(single, k, { accept, exhaustive: true }), label).toEqual(expected);
        expect(await index.search(single, k, { accept }), label).toEqual(expected);
        const floor = expected[rng.below(expected.length + 1)]?.score ?? 1;
        const above = expected.filter((hit) => hit.score >= floor);
        const found = await index.search(single, k, { accept, floor });
        expect(
          found.filter((hit) => hit.score >= floor),
          label,
        ).toEqual(above);
      }
    });
  }
});

function randomSet(rng: Rng, size: number): BitSet {
  const set = new BitSet(size);
  const share = rng.pick([0.01, 0.3, 0.9]);
  for (let i = 0; i < size; i++) if (rng.float() < share) set.add(i);
  return set;
}

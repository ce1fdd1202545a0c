// The fast way to the terms that leaves stand for against its readable twin; the limit on all of them together.

import { describe, expect, it } from 'vitest';
import { count, seed } from '../../../test/support/env.ts';
import { query, Segments, SPACE, write } from '../../../test/support/inverted.ts';
import { compareBytes } from '../../core/byte-strings.ts';
import { editDistance } from '../../core/edit-distance.ts';
import { DEFAULT_QUERY_BUDGET } from '../../core/query-budget.ts';
import { Rng } from '../../core/rng.ts';
import type { Explanation, LexicalQuery, Ord, TraceEvent } from '../../core/types.ts';
import { encodeUtf8 } from '../../core/utf8.ts';
import { Dictionary, DictionaryWriter } from './dictionary.ts';
import { candidates, expandAll } from './expand.ts';
import { expandByRule, isCandidate } from './expand-reference.ts';
import { inverted } from './inverted.ts';
import { decodePoints, NearTerms, pointsOf } from './near-terms.ts';
import type { ExpandLeaf } from './plan.ts';

/** Few letters, so that much is near; of one to four bytes, and halves of a pair. */
const LETTERS = ['a', 'b', 'ab', 'é', '日', '😀', '\ud83d', '\ude00'];
const text = (rng: Rng, most: number) =>
  Array.from({ length: rng.below(most + 1) }, () => rng.pick(LETTERS.slice(0, rng.pick([2, 4, 8])))).join('');

describe('NearTerms', () => {
  const start = seed('near terms');
  it(`finds the words that the edit distance says, with it, in any order of terms (seed ${start})`, () => {
    const rng = new Rng(start);
    for (let round = 0; round < count(60, 2000); round++) {
      const words = Array.from({ length: 1 + rng.below(12) }, () => ({
        points: pointsOf(text(rng, 7)),
        distance: rng.below(4),
        exact: rng.below(4),
      }));
      const terms = Array.from({ length: 60 }, () => text(rng, 8));
      if (round % 2 === 0) terms.sort();
      const near = new NearTerms(words);
      for (const term of terms) {
        const points = pointsOf(term);
        const expected = words.flatMap(({ points: own, distance, exact }, i) => {
          const agrees = own.slice(0, exact).every((point, at) => points[at] === point);
          const edits = editDistance(own, points, distance);
          return agrees && edits <= distance ? [[i, edits]] : [];
        });
        const read = Uint32Array.from(points);
        const found = near.near(read, read.length).map((i) => [i, near.distance(i, read, read.length)]);
        expect(found, JSON.stringify({ words, term, round })).toEqual(expected);
      }
    }
  });

  it('reads the code points of a dictionary’s bytes', () => {
    const out = new Uint32Array(64);
    const decode = (bytes: Uint8Array) => decodePoints(bytes, bytes.length, out);
    for (const word of ['', 'plain', 'naïve', '日本', '😀x', '\ud800', 'a\udc00b']) {
      expect([...out.subarray(0, decode(encodeUtf8(word)))]).toEqual(pointsOf(word));
    }
  });

  it.each([28, 29, 30, 31, 32, 33, 300])('takes a word of %i code points', (length) => {
    const word = pointsOf('ab'.repeat(length).slice(0, length));
    const near = new NearTerms([
      { points: word, distance: 2, exact: 1 },
      { points: [1, 2], distance: 1, exact: 0 },
    ]);
    const swap = [...word.slice(0, -3), word.at(-2)!, word.at(-3)!, word.at(-1)!];
    const terms = [
      word,
      [...word, 1],
      [...word, 1, 1],
      [...word, 1, 1, 1],
      swap,
      [7, ...word.slice(1)],
      word.slice(0, -2),
      [1],
    ];
    const found = terms.map((term) => {
      const read = Uint32Array.from(term);
      return near.near(read, read.length).map((i) => [i, near.distance(i, read, read.length)]);
    });
    expect(found).toEqual([[[0, 0]], [[0, 1]], [[0, 2]], [], [[0, 1]], [], [[0, 2]], [[1, 1]]]);
  });
});

function leaf(rng: Rng): ExpandLeaf {
  const type = rng.pick(['prefix', 'fuzzy'] as const);
  const word = text(rng, 4) || 'a';
  const [distance, exact] = type === 'prefix' ? [0, [...word].length] : [1 + rng.below(2), rng.below(3)];
  return { type, field: rng.below(2), text: word, distance, exact, limit: 1 + rng.below(12), boost: rng.pick([1, 2]) };
}

describe('expansion', () => {
  const start = seed('expansion');
  it(`finds and weighs what the rule says, whatever the limits (seed ${start})`, () => {
    const rng = new Rng(start);
    const plainest = (one: ExpandLeaf) => !/[\ud800-\udbff]$/.test(one.text); // half of a pair begins no whole one
    for (let round = 0; round < count(60, 2000); round++) {
      const terms = [...new Set(Array.from({ length: 80 }, () => text(rng, 6)))];
      const dictionary = dictionaryOf(terms);
      const leaves = Array.from({ length: 1 + rng.below(8) }, () => leaf(rng)).filter(plainest);
      const found = new Map(Array.from(candidates(leaves, dictionary), ({ term, df }) => [term, df]));
      const expected = terms.filter((term) => leaves.some((one) => isCandidate(one, term)));
      expect([...found.keys()].sort(), JSON.stringify(leaves)).toEqual(expected.sort());

      const statistics = new Map(terms.map((term) => [`df/${rng.below(2)}/${term}`, rng.below(5)]));
      const field = (number: number) => ({ dfPrefix: `df/${number}/`, docs: 10 });
      for (const most of [0, 1, 3, 10, 1000]) {
        const all = expandAll(leaves, statistics, field, most);
        expect(all, JSON.stringify({ leaves, most })).toEqual(expandByRule(leaves, statistics, field, most));
        const kept = new Set(
          [...all].flatMap(([{ boost: _, ...one }, { expansions }]) =>
            expansions.map(({ term }) => JSON.stringify([one, term])),
          ),
        );
        expect(kept.size).toBeLessThanOrEqual(most);
      }
    }
  });
});

function dictionaryOf(terms: readonly string[]): Dictionary {
  const sorted = terms.map((term) => encodeUtf8(term)).sort(compareBytes);
  const writer = new DictionaryWriter();
  for (const term of sorted) writer.add(term, { df: 1, occurrences: 1, postingsBytes: 0, positionsBytes: 0 });
  const { terms: bytes, index } = writer.finish();
  return new Dictionary(bytes.slice(), index.slice(), sorted.length);
}

describe('a prefix or fuzzy leaf', () => {
  const start = seed('expansion of documents');
  it(`finds every document that holds the word or an expansion, with the best one’s score (seed ${start})`, async () => {
    const rng = new Rng(start);
    const kind = inverted({ space: SPACE, fields: { body: 1 }, budget: { expanding: 100 } });
    const word = () => `w${'abc'[rng.below(3)]}${rng.below(40)}`;
    for (let round = 0; round < count(15, 300); round++) {
      const bodies = Array.from({ length: 1 + rng.below(900) }, () => Array.from({ length: rng.below(9) }, word));
      const index = await Segments.of(
        kind,
        bodies.map((body) => ({ body: body.join(' ') })),
      );
      const text = rng.pick(['w', 'wa', 'wb1', word()]);
      const limit = 1 + rng.below(70);
      const asked: LexicalQuery =
        rng.below(2) === 0
          ? { type: 'prefix', prefix: text, limit }
          : { type: 'fuzzy', term: text, distance: 1, limit };
      const tree: LexicalQuery = { type: 'or', clauses: [asked, { type: 'term', term: 'nowhere' }] }; // the kernels’ way
      const statistics = index.statistics(tree);
      const leaf: ExpandLeaf = {
        type: asked.type as 'prefix' | 'fuzzy',
        field: 0,
        text,
        distance: asked.type === 'prefix' ? 0 : 1,
        exact: asked.type === 'prefix' ? text.length : 1,
        limit,
        boost: 1,
      };
      const docs = statistics.get('docs/body')!;
      const { expansions } = expandByRule([leaf], statistics, () => ({ dfPrefix: 'df/body/', docs }), 1000).get(leaf)!;
      const terms = new Set([text, ...expansions.map(({ term }) => term)]);
      const expected = bodies.flatMap((body, doc) => (body.some((term) => terms.has(term)) ? [doc] : []));
      const found = await index.search(tree, 1000);
      expect(await index.search(tree, 1000, { exhaustive: true }), JSON.stringify(tree)).toEqual(found);
      expect(
        found.map(({ doc }) => doc).sort((a, b) => a - b),
        JSON.stringify(tree),
      ).toEqual(expected);
      for (const { doc, score } of found) {
        const why = await index.parts[0]!.explain(query(tree), doc as Ord, index.scope(tree, 0));
        expect(why!.value).toBe(score);
        const held = expansions.filter(({ term }) => bodies[doc]!.includes(term));
        const best = held.reduce((a, b) => (b.weight > a.weight ? b : a), held[0]!);
        expect(why!.details[0]!.facts!.term).toBe(bodies[doc]!.includes(text) ? text : best.term);
      }
    }
  });
});

describe('a query of hundreds of fuzzy words', () => {
  const most = DEFAULT_QUERY_BUDGET.expansions;
  const kind = inverted({ space: SPACE, fields: { body: 1 }, budget: { expanding: 1000 } });
  // Every word w00 … w99 with 30 neighbours of its own: each document holds one of these 3,100 terms and a filler.
  const words = Array.from({ length: 100 }, (_, i) => `w${String(i).padStart(2, '0')}`);
  const bodies = words.flatMap((word) => [word, ...Array.from({ length: 30 }, (_, n) => `${word}${letters(n)}`)]);
  const documents = bodies.map((body) => ({ body: `${body} filler` }));
  const fuzzy = (term: string): LexicalQuery => ({ type: 'fuzzy', term, distance: 1, exact: 3 });
  const tree: LexicalQuery = { type: 'or', clauses: words.map(fuzzy) };

  it('stands for no more terms than the limit, shared evenly, and says so', async () => {
    const [part] = (await Segments.of(kind, documents)).parts;
    const index = await Segments.of(kind, documents);
    const events: TraceEvent[] = [];
    const scope = { ...index.scope(tree, 0), trace: (event: TraceEvent) => void events.push(event) };
    const { ords } = await part!.search(query(tree), 10_000, scope);
    const perWord = Math.floor(most / words.length);
    expect(perWord).toBeLessThan(30);
    expect(ords).toHaveLength(words.length * (1 + perWord));
    expect(events).toEqual([
      {
        name: 'inverted.expansions',
        message: expect.any(String),
        facts: { leaves: 100, found: 3000, kept: words.length * perWord, limit: most },
      },
      { name: 'query.budget', message: expect.any(String), facts: { what: 'expansions', limit: most, found: 3000 } },
    ]);
  });

  it('has the same rankings however the documents are split', async () => {
    const whole = await Segments.of(kind, documents);
    const split = await Segments.of(kind, documents.slice(0, 1), documents.slice(1, 1700), documents.slice(1700));
    const expected = await whole.search(tree, 5000);
    expect(await split.search(tree, 5000)).toEqual(expected);
    expect(await whole.search(tree, 5000, { exhaustive: true })).toEqual(expected);
  });

  it('still puts exact above prefix above fuzzy, word by word', async () => {
    const index = await Segments.of(kind, documents);
    const prefixes: LexicalQuery = {
      type: 'or',
      clauses: words.map((word): LexicalQuery => ({ type: 'prefix', prefix: word })),
    };
    const scores = async (asked: LexicalQuery) =>
      new Map((await index.search(asked, 5000)).map(({ doc, score }) => [doc, score]));
    const [near, begins] = [await scores(tree), await scores(prefixes)];
    expect(Math.min(...near.values())).toBeGreaterThan(0);
    for (const [doc, score] of near) {
      const isExact = documents[doc]!.body.startsWith('w') && documents[doc]!.body.length === 'w00 filler'.length;
      if (isExact) expect(score).toBe(Math.max(...near.values()));
      else if (begins.has(doc)) expect(score).toBeLessThanOrEqual(begins.get(doc)!);
    }
  });

  it('explains a hit with how many candidates were left out', async () => {
    const index = await Segments.of(kind, documents);
    const found = await index.search(tree, 5000);
    const last = found.at(-1)!.doc as Ord;
    const why = await index.parts[0]!.explain(query(tree), last, index.scope(tree, 0));
    const leaf = [...leaves(why!)].find(({ facts }) => facts?.fuzzy !== undefined);
    expect(leaf?.facts).toMatchObject({ candidates: 30, expansions: Math.floor(most / words.length) });
  });

  it('says nothing where nothing was left out', async () => {
    const one = await kind.open(await write(kind, [{ body: 'ab ac' }]));
    const events: TraceEvent[] = [];
    const asked = query({ type: 'fuzzy', term: 'ab', distance: 1 });
    const statistics = one.statisticsSync!(asked);
    const trace = (event: TraceEvent) => void events.push(event);
    await one.search(asked, 5, { statistics, floor: 0, exhaustive: false, trace });
    expect(events).toEqual([]);
  });
});

function letters(n: number): string {
  return String.fromCharCode(n < 26 ? 97 + n : 0x3b1 + n);
}

function* leaves(why: Explanation): Generator<Explanation> {
  yield why;
  for (const detail of why.details) yield* leaves(detail);
}

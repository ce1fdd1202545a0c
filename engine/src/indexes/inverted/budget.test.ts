// The budget of a query: what is left out, what never is, and that both the trace and the ranking show it.

import { describe, expect, it } from 'vitest';
import { query, Segments, SPACE } from '../../../test/support/inverted.ts';
import { EngineError } from '../../core/errors.ts';
import type { QueryBudget } from '../../core/query-budget.ts';
import type { LexicalQuery, TraceEvent } from '../../core/types.ts';
import { inverted } from './inverted.ts';

const word = (term: string): LexicalQuery => ({ type: 'term', term });
const not = (clause: LexicalQuery): LexicalQuery => ({ type: 'not', clause });
const or = (...clauses: LexicalQuery[]): LexicalQuery => ({ type: 'or', clauses });
const and = (...clauses: LexicalQuery[]): LexicalQuery => ({ type: 'and', clauses });
const prefix = (text: string): LexicalQuery => ({ type: 'prefix', prefix: text });

/** Document i holds the word wi and the words that it shares with others. */
const DOCUMENTS = Array.from({ length: 12 }, (_, i) => ({
  title: `w${i}`,
  body: `common ${i % 2 === 0 ? 'even' : 'odd'} b${i} b${i}x`,
}));

async function ask(asked: LexicalQuery, budget: Partial<QueryBudget>, split = false) {
  const kind = inverted({ space: SPACE, fields: { title: 2, body: 1 }, budget });
  const index = split
    ? await Segments.of(kind, DOCUMENTS.slice(0, 5), DOCUMENTS.slice(5, 6), DOCUMENTS.slice(6))
    : await Segments.of(kind, DOCUMENTS);
  const events: TraceEvent[] = [];
  const trace = (event: TraceEvent) => void events.push(event);
  const tree = query(asked); // one query and one sum of statistics for all segments, as a library searches
  const statistics = index.statistics(asked);
  const hits: { doc: number; score: number }[] = [];
  let base = 0;
  for (const [i, part] of index.parts.entries()) {
    const scope = { ...index.scope(asked, i, { statistics }), trace };
    const { ords, scores } = await part.search(tree, 20, scope);
    for (const [h, ord] of ords.entries()) hits.push({ doc: base + ord, score: scores[h]! });
    base += index.sizes[i]!;
  }
  hits.sort((a, b) => b.score - a.score || a.doc - b.doc);
  return {
    docs: hits.map(({ doc }) => doc).sort((a, b) => a - b),
    hits,
    cuts: events.filter(({ name }) => name === 'query.budget').map(({ facts }) => facts),
  };
}

describe('the budget of a query', () => {
  const words = (n: number) => Array.from({ length: n }, (_, i) => word(`w${i}`));

  it('searches everything and says nothing within its limits', async () => {
    const found = await ask(or(...words(12)), { terms: 12 });
    expect(found.docs).toHaveLength(12);
    expect(found.cuts).toEqual([]);
  });

  it('leaves out the last of too many optional words', async () => {
    const found = await ask(or(...words(12)), { terms: 3 });
    expect(found.docs).toEqual([0, 1, 2]);
    expect(found.cuts).toEqual([{ what: 'terms', limit: 3, found: 12 }]);
  });

  it('counts a repeated word once, and the words of a phrase one by one', async () => {
    const found = await ask(or(word('w1'), word('w1'), { type: 'phrase', terms: ['common', 'odd'] }, word('w2')), {
      terms: 3,
    });
    expect(found.docs).toEqual([1, 3, 5, 7, 9, 11]);
    expect(found.cuts).toEqual([{ what: 'terms', limit: 3, found: 4 }]);
  });

  it('keeps what is required and what is excluded', async () => {
    const asked = and(word('common'), or(...words(12)), not(word('w1')));
    const found = await ask(asked, { terms: 4 });
    expect(found.docs).toEqual([0, 2]); // beside common and w1 two more words fit
  });

  it('refuses more required or excluded words than it has', async () => {
    await expect(ask(and(...words(5)), { terms: 4 })).rejects.toThrow(EngineError);
    await expect(ask(or(word('common'), ...words(5).map(not)), { terms: 4 })).rejects.toThrow(
      'requires or excludes 5 words',
    );
    await expect(ask(or(word('common'), not(prefix('w1')), not(prefix('b'))), { expanding: 24 })).rejects.toThrow(
      'excludes 40 units of prefix and fuzzy words',
    );
  });

  it('searches prefixes beyond the limit as they are spelled, excluded ones never', async () => {
    const found = await ask(or(prefix('b1'), prefix('w1'), not(prefix('b0'))), { expanding: 32 });
    expect(found.docs).toEqual([1, 10, 11]);
    expect(found.cuts).toEqual([{ what: 'expanding', limit: 32, found: 48 }]);
  });

  it('counts a prefix by its share of the dictionary, and a fuzzy word too', async () => {
    const fuzzy = (term: string, exact = 1): LexicalQuery => ({ type: 'fuzzy', term, distance: 1, exact });
    const unitsOf = async (...clauses: LexicalQuery[]) => (await ask(or(...clauses), { expanding: 1 })).cuts[0]?.found;
    expect(await unitsOf(prefix('w'))).toBe(24);
    expect(await unitsOf(prefix('w1'), prefix('w1'), prefix('b1x'))).toBe(18);
    expect(await unitsOf(prefix('b10x'), prefix('b11x'))).toBe(2);
    expect(await unitsOf(fuzzy('w1'), fuzzy('w2', 0), word('w3'))).toBe(24);
    expect(await unitsOf(prefix('b10x'))).toBeUndefined();
  });

  it('leaves out the most frequent words first, and keeps one', async () => {
    const found = await ask(or(word('common'), word('even'), word('w3')), { postings: 10 });
    expect(found.docs).toEqual([0, 2, 3, 4, 6, 8, 10]);
    expect(found.cuts).toEqual([{ what: 'postings', limit: 10, found: 19 }]);
    expect((await ask(or(word('common'), word('even')), { postings: 1 })).docs).toEqual([0, 2, 4, 6, 8, 10]);
    expect((await ask(word('common'), { postings: 1 })).docs).toHaveLength(12);
  });

  it('gives a query that expands words fewer postings, half of them at most', async () => {
    const asked = or(prefix('b1'), word('common'), word('even'), word('w3'));
    const limitOf = async (expanding: number) =>
      (await ask(asked, { postings: 10, expanding })).cuts.find((cut) => cut?.what === 'postings')?.limit;
    expect(await limitOf(160)).toBe(9); // 16 of 160 units
    expect(await limitOf(16)).toBe(5);
  });

  it('cuts in the same place however the documents are split', async () => {
    for (const asked of [or(word('common'), word('even'), word('w3')), or(prefix('b'), prefix('w'), word('odd'))]) {
      for (const budget of [{ postings: 10 }, { terms: 2 }, { expanding: 1 }, { expansions: 3 }]) {
        const [whole, split] = [await ask(asked, budget), await ask(asked, budget, true)];
        expect(split.hits).toEqual(whole.hits);
        expect(split.cuts).toEqual(whole.cuts);
      }
    }
  });

  it('refuses a limit that is no number of things', () => {
    for (const terms of [0, 1.5, Number.NaN, -1]) {
      expect(() => inverted({ space: SPACE, fields: { body: 1 }, budget: { terms } })).toThrow('budget.terms');
    }
  });

  it('explains a hit with the clauses that were searched', async () => {
    const kind = inverted({ space: SPACE, fields: { body: 1 }, budget: { postings: 6 } });
    const index = await Segments.of(
      kind,
      DOCUMENTS.map(({ body }) => ({ body })),
    );
    const asked = or(word('common'), word('b2'));
    const [hit] = await index.search(asked, 5);
    const why = await index.parts[0]!.explain(query(asked), hit!.doc as never, index.scope(asked, 0));
    expect(why?.value).toBe(hit!.score);
  });
});

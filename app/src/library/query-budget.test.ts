// What a query may cost: the limits are told, and ordinary use does not reach them.

import { describe, expect, it } from 'vitest';
import { libraryOf } from '../../test/library.ts';
import { PAPERS } from '../../test/papers.ts';
import { paperAnalyzer } from './analyzer.ts';
import { readQuery } from './query.ts';
import { budgetNote, INDEX_BUDGET, QUERY_BUDGET, unknownNotes } from './query-budget.ts';

const library = libraryOf(PAPERS);
const search = (query: string) => library().services.search(query);
/** Different words that no stemmer changes. */
const numbered = (count: number) =>
  Array.from({ length: count }, (_, i) => `q${String(i).padStart(4, '0')}k`).join(' ');

describe('the budget of a query', () => {
  it('searches an abstract of 300 words with all its terms, without a note of a limit', async () => {
    const abstract = numbered(300);
    const { text, words, notes } = readQuery(abstract, paperAnalyzer());
    expect(text).toBe(abstract);
    expect(words.words.size).toBe(300);
    expect(words.words.size).toBeLessThan(INDEX_BUDGET.terms);
    expect(notes).toEqual([]);
    const known = 'We compress the index of a search engine and queries stay fast. '.repeat(27);
    expect((await search(known)).notes).toEqual([]);
  });

  it('reads 512 words and says so', () => {
    const { words, notes, text } = readQuery(numbered(550), paperAnalyzer());
    expect(words.words.size).toBe(QUERY_BUDGET.words);
    expect(text.split(' ')).toHaveLength(QUERY_BUDGET.words);
    expect(notes).toEqual(['Only the first 512 words were searched.']);
    expect(readQuery(numbered(512), paperAnalyzer()).notes).toEqual([]);
  });

  it('reads 4,000 characters and says so, also of one word of 5 MB', async () => {
    const { text, notes } = readQuery('x'.repeat(5_000_000), paperAnalyzer());
    expect(text).toHaveLength(QUERY_BUDGET.characters);
    expect(notes).toEqual(['Only the first 4000 characters of the query were read.']);
    expect((await search('x'.repeat(5_000_000))).notes).toContain(notes[0]);
  });

  it('names a few unknown words and counts the others', async () => {
    const { notes } = await search(numbered(40));
    expect(notes.filter((note) => note.startsWith('No paper has “'))).toHaveLength(5);
    expect(notes).toContain('No paper has 35 other words of the query.');
    expect(unknownNotes(['absent'])).toEqual(['No paper has “absent”.']);
  });

  it('does not say of a short word that words spelled like it were searched', async () => {
    expect((await search('retrieval zq')).notes).toEqual(['No paper has “zq”.']);
  });

  it('says once that only some misspelled words were corrected', async () => {
    const { replaced, notes } = await search('walrusses retrievall negativs dicussed');
    expect(replaced.map(({ typed }) => typed)).toContain('walrusses');
    expect(notes).toContain('No paper has “dicussed”.');
    expect(notes.filter((note) => /^Only \d words that no paper has/.test(note))).toHaveLength(1);
  });

  it.each(['terms', 'expanding', 'expansions', 'postings'])('has a sentence for the limit of %s', (what) => {
    expect(budgetNote({ name: 'query.budget', facts: { what, limit: 1_024, found: 2_000 } })).toMatch(/^\S.*\.$/);
    expect(budgetNote({ name: 'retrieve.no-text' })).toBeUndefined();
  });
});

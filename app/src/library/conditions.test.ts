// Conditions alone: every paper that fulfils them, newest first, page by page, whatever else stands beside them.
import { describe, expect, it } from 'vitest';
import { libraryOf } from '../../test/library.ts';
import { PAPERS } from '../../test/papers.ts';

const MORE = [
  { id: 'w1', title: 'Earlier in Its Year', published: '2019', venue: 'A Venue', keywords: ['cs.CL'] },
  { id: 'w2', title: 'Later in Its Year', published: '2019-11', venue: 'A Venue', keywords: ['cs.CL', 'cs.IR'] },
  { id: 'w3', title: 'On a Day of That Month', published: '2019-11-02', abstract: 'Surveys.', venue: 'A Venue' },
  { id: 'w4', title: 'year:1066', published: '2018' },
  { id: 'w5', title: 'The Battle', published: '1066' },
];

const library = libraryOf(PAPERS, MORE);

const titles = async (query: string, options = {}) =>
  (await library().services.search(query, options)).hits.map(({ work }) => work.title);

describe('conditions alone', () => {
  it.each([
    ['year:2019', ['On a Day of That Month', 'Later in Its Year', 'Earlier in Its Year']],
    ['cat:cs.CL year:2019', ['Later in Its Year', 'Earlier in Its Year']],
    ['cat:cs.IR', ['Small Indexes for Big Questions', 'Dense Retrieval without Tears', 'Later in Its Year']],
    ['venue:"A Venue" -cat:cs.CL', ['On a Day of That Month']],
    ['year:2019 -survey', ['Later in Its Year', 'Earlier in Its Year']],
    ['year:2019 the', ['On a Day of That Month', 'Later in Its Year', 'Earlier in Its Year']],
    ['year:2024 year:2019', []],
    ['year:1999', []],
    ['before:2019-11 year:2019', []],
    ['year:2019-11', ['On a Day of That Month', 'Later in Its Year']],
    ['after:2019-10 before:2020', ['On a Day of That Month', 'Later in Its Year']],
    ['before:2019-11-03 after:2018', ['On a Day of That Month']],
    ['before:2020 cat:cs.CL', ['Later in Its Year', 'Earlier in Its Year']],
    ['year:<=2019 -year:2019', ['year:1066', 'The Battle']],
  ])('%j finds what fulfils them, the newest first', async (query, expected) => {
    const page = await library().services.search(query);
    expect(page.hits.map(({ work }) => work.title)).toEqual(expected);
    expect(new Set(page.hits.map(({ reason }) => reason))).toEqual(new Set(expected.length === 0 ? [] : ['condition']));
    expect([page.total, page.more, page.notes]).toEqual([expected.length, false, []]);
    for (const mode of ['lexical', 'dense'] as const) expect(await titles(query, { mode })).toEqual(expected);
  });

  it('gives every paper of a source exactly once, page by page, undated last', async () => {
    const whole = await titles('source:papers', { limit: 100 });
    expect(whole).toHaveLength(11);
    expect(whole.at(-1)).toBe('No Authors and No Date');
    const paged: string[] = [];
    for (let offset = 0; offset < 11; offset += 3) {
      const page = await library().services.search('source:papers', { offset, limit: 3 });
      expect([page.total, page.offset, page.limit]).toEqual([11, offset, 3]);
      paged.push(...page.hits.map(({ work }) => work.title));
    }
    expect(paged).toEqual(whole);
  });

  it('only narrows where there is a word, and gives way to a paper that is called so', async () => {
    const narrowed = await library().services.search('year:2019 surveys');
    expect(narrowed.hits[0]).toMatchObject({ reason: 'text', work: { title: 'On a Day of That Month' } });
    const named = await library().services.search('year:1066');
    expect(named.hits.map(({ reason, work }) => [reason, work.title])).toEqual([['title', 'year:1066']]);
  });
});

// What stands beside the hits of a search: counts, orders, spelling, near queries, help.
import { describe, expect, it } from 'vitest';
import { libraryOf } from '../../test/library.ts';
import { PAPERS } from '../../test/papers.ts';

const MORE = [
  {
    id: 'n1',
    title: 'Retrieval in Caves',
    abstract: 'Retrieval.',
    published: '2020',
    venue: 'A Venue',
    organization: 'Lab One',
    upvotes: 4,
    keywords: ['cave maps'],
  },
  {
    id: 'n2',
    title: 'Retrieval in Woods',
    abstract: 'Retrieval.',
    published: '2021',
    venue: 'B Venue',
    organization: 'Lab Two',
    upvotes: 9,
    keywords: ['cave maps'],
  },
];
const library = libraryOf(PAPERS, MORE);
const search = (query: string, options = {}) => library().services.search(query, options);

describe('an answer', () => {
  it('counts the papers that hold every word, and each value is a query that finds as many', async () => {
    const { facets } = await search('retrieval', { facets: true });
    expect(facets).toMatchObject({ papers: 4, kind: 'every-word', isPart: false });
    const organisations = facets?.groups.find(({ name }) => name === 'organisation')?.values;
    expect(organisations?.map(({ value, papers }) => [value, papers])).toEqual([
      ['Lab One', 1],
      ['Lab Two', 1],
    ]);
    for (const { values } of facets?.groups ?? []) {
      for (const { query, papers } of values) {
        const narrowed = await search(query, { facets: true, mode: 'lexical' });
        expect([query, narrowed.facets?.papers]).toEqual([query, papers]);
      }
    }
    expect((await search('retrieval')).facets).toBeUndefined();
  });

  it('counts all papers that fulfil conditions, however many are shown', async () => {
    const { facets, hits } = await search('source:papers', { facets: true, limit: 2 });
    expect(hits).toHaveLength(2);
    expect(facets).toMatchObject({ papers: 11, kind: 'all' });
    const years = facets?.groups.find(({ name }) => name === 'year')?.values.map(({ value }) => value);
    expect(years).toEqual(['2025', '2024', '2023', '2022', '2021']);
  });

  it('is ordered by votes or date over the papers that hold every word', async () => {
    const byVotes = await search('retrieval', { sort: 'votes', limit: 2 });
    expect(byVotes.hits.map(({ work }) => work.sources[0]?.id)).toEqual(['n2', 'n1']);
    expect([byVotes.total, byVotes.sort]).toEqual([4, 'votes']);
    const byDate = (await search('retrieval', { sort: 'date' })).hits.map(({ work }) => work.year);
    expect(byDate).toEqual([2025, 2025, 2021, 2020]);
    await expect(search('x', { sort: 'size' })).rejects.toThrow('sort is "size"');
  });

  it('gives each condition with the query without it', async () => {
    const { conditions } = await search('year:2020.. retrieval venue:"A Venue"');
    expect(conditions).toEqual([
      { text: 'year:2020..', without: 'retrieval venue:"A Venue"' },
      { text: 'venue:"A Venue"', without: 'year:2020.. retrieval' },
    ]);
  });

  it('gives near queries from what its hits share, none that was asked', async () => {
    const { related } = await search('retrieval', { facets: true });
    expect(related).toContain('cave maps');
    expect((await search('cave maps retrieval', { facets: true })).related).not.toContain('cave maps');
  });

  it('finds a word that is still being typed', async () => {
    const { hits } = await search('small ind', { typing: true, mode: 'lexical' });
    expect(hits[0]?.work.title).toBe('Small Indexes for Big Questions');
    expect((await search('walr', { typing: true })).replaced).toEqual([]);
  });

  it('uses the lists of the reader who asks', async () => {
    const lists = {
      saved: async () => ['arxiv:2503.00003'],
      collection: async (name: string) => (name === 'read' ? ['arxiv:2503.00004'] : undefined),
    };
    const found = async (query: string) => (await search(query, { lists })).hits.map(({ work }) => work.key);
    expect(await found('is:saved dense')).toEqual(['arxiv:2503.00003']);
    expect(await found('in:read')).toEqual(['arxiv:2503.00004']);
    expect(await found('dense retrieval -is:saved')).not.toContain('arxiv:2503.00003');
    expect((await search('in:nothing', { lists })).notes).toContain('You have no collection “nothing”.');
  });
});

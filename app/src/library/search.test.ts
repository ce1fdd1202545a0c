// The search order, on papers made so that a search by score alone would get it wrong.
import { describe, expect, it } from 'vitest';
import { unless } from '../../../engine/test/support/skip.ts';
import { libraryOf } from '../../test/library.ts';
import { PAPERS } from '../../test/papers.ts';
import type { SearchPage } from '../services/index.ts';
import { loadModel } from './model.ts';

const whenModel = unless(loadModel() === undefined ? 'no model in models/' : undefined);

const library = libraryOf(PAPERS);

const search = (query: string, options = {}) => library().services.search(query, options);
const first = ({ hits }: SearchPage) => (hits[0] === undefined ? undefined : [hits[0].reason, hits[0].work.key]);

describe('the search order', () => {
  it.each([
    ['2503.99999', '2503.99999'],
    ['https://doi.org/10.1000/nothing', '10.1000/nothing'],
    ['arXiv:2503.99999v2', '2503.99999'],
    ['https://example.org/retrieval', 'https://example.org/retrieval'],
    ['id:2503.99999', '2503.99999'],
  ])('says of the identifier %j that this paper is not here, and searches nothing else', async (text, add) => {
    const { hits, missing, notes } = await search(text);
    expect([hits, missing?.add, notes]).toEqual([[], add, []]);
  });

  it('reads a quoted name in a field as that field, without a word about its prefix', async () => {
    const found = await search('au:"Ada Example"');
    expect(found.hits[0]?.work.key).toBe('arxiv:2503.00001');
    expect(found.notes).toEqual([]);
    expect((await search('ti:"small indexes" year:2025')).notes).toEqual([]);
  });

  it.each([
    ['2503.00001', 'id', 'arxiv:2503.00001'],
    ['arXiv:2503.00003v4', 'id', 'arxiv:2503.00003'],
    ['https://arxiv.org/pdf/2503.00004', 'id', 'arxiv:2503.00004'],
    ['https://doi.org/10.1000/doi', 'id', 'doi:10.1000/doi'],
    ['arxiv:2503.00005', 'id', 'arxiv:2503.00005'],
    ['small indexes for big questions', 'title', 'arxiv:2503.00001'],
    ['"Small indexes for big questions"', 'title', 'arxiv:2503.00001'],
    ['Small Indexes for Big Questions (extended)', 'title', 'arxiv:2503.00001'],
    ['Godel, α-equivalence and "quotes"', 'title', 'doi:10.1000/doi'],
    ['"studies dense retrieval"', 'phrase', 'arxiv:2503.00004'],
    ['“dense retrieval” negatives', 'phrase', 'arxiv:2503.00004'],
    ['Ada Example', 'author', 'arxiv:2503.00001'],
    ['example, ada', 'author', 'arxiv:2503.00001'],
    ['Jose Nandu', 'author', 'doi:10.1000/doi'],
    ['au:third', 'author', 'arxiv:2503.00002'],
    ['walruses', 'text', undefined],
  ])('puts %s first as %s', async (query, reason, key) => {
    const hit = first(await search(query));
    expect(hit?.[0]).toBe(reason);
    if (key !== undefined) expect(hit?.[1]).toBe(key);
  });

  it('finds every paper of an id that stands for several', async () => {
    const { hits } = await search('conf/7');
    expect(
      hits
        .slice(0, 2)
        .map(({ reason, work }) => [reason, work.title])
        .sort(),
    ).toEqual([
      ['id', 'First of Two under One Id'],
      ['id', 'Second of Two under One Id'],
    ]);
    for (const title of ['First of Two under One Id', 'Second of Two under One Id']) {
      expect((await search(title)).hits[0]?.work.title).toBe(title);
    }
  });

  it('does not take words of two authors for one name', async () => {
    const { hits } = await search('Example Third');
    expect(hits.filter(({ reason }) => reason === 'author')).toEqual([]);
  });

  it('folds two versions into one hit', async () => {
    const { hits } = await search('compress', { mode: 'lexical' });
    expect(hits.map(({ work }) => work.key)).toEqual(['arxiv:2503.00001']);
  });

  it('searches words spelled like one that no paper has, and says so', async () => {
    const page = await search('walrusses');
    expect(page.hits.length).toBeGreaterThan(0);
    expect(page.replaced).toEqual([{ typed: 'walrusses', instead: ['walruses'] }]);
    const exact = await search('walrusses', { exact: true });
    expect([exact.replaced, exact.notes]).toEqual([[], ['No paper has “walrusses”.']]);
  });

  it('searches the words of a phrase that no paper holds, and says so', async () => {
    const page = await search('"retrieval dense"');
    expect(page.hits.map(({ reason }) => reason)).not.toContain('phrase');
    expect(page.hits.length).toBeGreaterThan(0);
    expect(page.notes.join()).toMatch(/No paper holds “retrieval dense”/);
  });

  it.each(['-retrieval', '-"dense retrieval" -index'])(
    'says of %j, where no word is wanted, what is missing',
    async (query) => {
      const { hits, notes } = await search(query);
      expect(hits).toEqual([]);
      expect(notes).toEqual(['Nothing fulfils all of that. A query needs at least one word that is not excluded.']);
    },
  );

  it('says that papers with any of the words follow only where some do', async () => {
    const some = await search('+retrieval +absentword');
    expect(some.hits.length).toBeGreaterThan(0);
    expect(some.notes).toContain('Nothing fulfils all of that; papers with any of the words follow.');
    const none = await search('+absentword +missingword');
    expect(none.hits).toEqual([]);
    expect(none.notes).toContain('Nothing fulfils all of that.');
  });

  it('filters by year, category and exclusion', async () => {
    expect((await search('year:2025 dense', { mode: 'lexical' })).hits.map(({ work }) => work.year)).toEqual([
      2025, 2025,
    ]);
    expect((await search('dense cat:cs.IR')).hits.map(({ work }) => work.categories)).toSatisfy((all: string[][]) =>
      all.every((categories) => categories.includes('cs.IR')),
    );
    expect((await search('dense -grass')).hits.map(({ work }) => work.key)).toEqual(['arxiv:2503.00004']);
  });

  whenModel.it('labels hits by meaning alone, and gives none for what means nothing', async () => {
    const page = await search('enormous sea animals with tusks', { mode: 'dense' });
    expect(page.pipeline).toBe('dense');
    for (const { work, reason } of page.hits) {
      const text = `${work.title} ${work.abstract}`;
      if (!/\b(?:enormous|sea|animals?|with|tusks?)\b/i.test(text)) expect(reason).toBe('meaning');
    }
    const mixed = await search('dense retrieval negatives');
    expect(mixed.pipeline).toBe('hybrid');
    expect(mixed.hits.find(({ work }) => work.key === 'arxiv:2503.00004')?.reason).toBe('text');
    for (const query of ['xyzzyq', 'the of and']) expect((await search(query)).hits).toEqual([]);
  });

  it('marks the words in the best sentence, accents and TeX aside', async () => {
    const [hit] = (await search('naive cafe')).hits;
    const { text, marks } = hit!.sentence!;
    expect(marks.map(([start, end]) => text.slice(start, end))).toEqual(['naïve', 'café']);
    const [other] = (await search('queries fast')).hits;
    expect(other!.sentence!.text).toBe('Queries stay fast.');
  });

  it('pages without gaps or repeats', async () => {
    const all = (await search('small dense walruses', { limit: 100 })).hits.map(({ work }) => work.key);
    const paged: string[] = [];
    for (let offset = 0; offset < all.length; offset += 2) {
      paged.push(...(await search('small dense walruses', { offset, limit: 2 })).hits.map(({ work }) => work.key));
    }
    expect(paged).toEqual(all);
  });

  it.each([
    '',
    '   ',
    '"',
    '""',
    '(',
    'AND OR NOT',
    '-',
    '+',
    '*',
    '~2',
    ':',
    'year:',
    'ti:',
    '\\',
    '$\\alpha',
    '\u0000',
    '\ud800',
    '🦭',
    '検索',
    "'; DROP TABLE works;--",
    'a'.repeat(50_000),
    '" '.repeat(5_000),
    'the of and',
  ])('takes %.20j for a query', async (query) => {
    const page = await search(query);
    expect(page.hits.length).toBeLessThanOrEqual(20);
    expect(page.query).toBe(query);
  });
});

describe('the other services', () => {
  it('shows a paper under every name, and the others of the same name', async () => {
    const { services } = library();
    expect((await services.paper('conf/7'))?.others).toHaveLength(1);
    expect(await services.paper('nothing')).toBeUndefined();
    expect((await services.paper('x'))?.work.title).toBe('No Authors and No Date');
  });

  it('knows what is similar without the paper itself', async () => {
    const similar = (await library().services.similar('2503.00003', { limit: 3 }))?.hits;
    expect(similar?.map(({ work }) => work.key)).toContain('arxiv:2503.00004');
    expect(similar?.map(({ work }) => work.key)).not.toContain('arxiv:2503.00003');
    expect(await library().services.similar('nothing')).toBeUndefined();
  });

  it('lists days and counts', async () => {
    const { services } = library();
    expect(await services.newestDay()).toBe('2025-03-18');
    expect(await services.papersOfDay('2025-03-17')).toMatchObject({
      previous: '2025-03-16',
      next: '2025-03-18',
      total: 2,
    });
    expect(await services.status()).toMatchObject({ records: 12, works: 11, indexed: 11, sample: false });
  });
});

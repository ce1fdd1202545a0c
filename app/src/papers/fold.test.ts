// The fold: which records are one work and which are not, independent of order and history.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seed } from '../../../engine/test/support/env.ts';
import { foldRecords, groupRecords, identityOf } from './fold.ts';
import { isRejected, readRecord, type SourceRecord } from './record.ts';
import { titleHash, type Work } from './work.ts';

const row = (source: string, fields: Record<string, unknown>): SourceRecord => {
  const record = readRecord(source, fields);
  if (isRejected(record)) throw new Error(record.reason);
  return record;
};
/** Which records are together, without looking at keys. */
const groups = (works: readonly Work[]) =>
  works.map(({ sources }) => sources.map(({ source, id }) => `${source}:${id}`).sort()).sort();

describe('foldRecords', () => {
  it('joins equal arXiv ids whatever the version and the title', () => {
    const works = foldRecords([
      row('a', { id: '2503.00001v1', title: 'First name' }),
      row('b', { id: 'x', url: 'https://arxiv.org/pdf/2503.00001v3', title: 'Second name' }),
    ]);
    expect(works).toHaveLength(1);
    expect(works[0]?.key).toBe('arxiv:2503.00001');
  });

  it('joins equal DOIs whatever their case', () => {
    const works = foldRecords([
      row('a', { id: '1', title: 'A', doi: '10.1000/ABC' }),
      row('b', { id: '2', title: 'B', doi: 'https://doi.org/10.1000/abc' }),
    ]);
    expect(works.map(({ key }) => key)).toEqual(['doi:10.1000/abc']);
  });

  it('joins equal titles by the same first author, accents and TeX aside', () => {
    const works = foldRecords([
      row('a', { id: '1', title: 'On $\\alpha$-Stability', authors: ['José Ruiz', 'X Y'] }),
      row('b', { id: '2', title: 'On α-stability.', authors: ['Ruiz, Jose'] }),
      row('c', { id: '3', title: 'On α-stability', authors: ['Someone Else'] }),
    ]);
    expect(groups(works)).toEqual([['a:1', 'b:2'], ['c:3']]);
  });

  it('joins equal titles whose authors are the same in another order, and takes them apart again', () => {
    const listed = row('a', { id: '1', title: 'AnyThing: One Model', authors: ['Cy D', 'Ada B', 'Gil H'] });
    const shuffled = row('b', { id: '2', title: 'AnyThing: one model', authors: ['Ada B', 'Gil H', 'Cy D'] });
    const longer = row('c', { id: '3', title: 'AnyThing: One Model', authors: ['Eve F', 'Ada B', 'Cy D', 'Gil H'] });
    const other = row('d', { id: '4', title: 'AnyThing: One Model', authors: ['Someone Else', 'Another Hand'] });
    expect(groups(foldRecords([listed, shuffled, longer, other]))).toEqual([['a:1', 'b:2', 'c:3'], ['d:4']]);
    expect(groups(foldRecords([listed, other]))).toEqual([['a:1'], ['d:4']]);
    expect(foldRecords([listed])[0]?.key).not.toBe(foldRecords([shuffled])[0]?.key);
  });

  it('does not join equal titles without authors: not known is not equal', () => {
    expect(
      foldRecords([row('a', { id: '1', title: 'Preface' }), row('b', { id: '2', title: 'Preface' })]),
    ).toHaveLength(2);
  });

  it('never joins records of one source id with different titles, not even over a shared DOI', () => {
    const works = foldRecords([
      row('conf', { id: 'cvpr2016/1', title: 'Dynamic Nets', authors: ['Ada B'], doi: '10.1000/1' }),
      row('conf', { id: 'cvpr2016/1', title: 'Novel Viewpoints', authors: ['Cy D'], doi: '10.1000/1' }),
      row('other', { id: 'o1', title: 'Dynamic Nets', authors: ['Ada B'] }),
    ]);
    expect(groups(works)).toEqual([['conf:cvpr2016/1'], ['conf:cvpr2016/1', 'other:o1']]);
    expect(new Set(works.map(({ key }) => key)).size).toBe(2);
  });

  it('keeps a key when records of less weight join', () => {
    const strong = row('arxiv', { id: '2503.00001', title: 'A', authors: ['Ada B'] });
    const weak = row('conf', { id: 'c/1', title: 'A', authors: ['Ada B'] });
    expect(foldRecords([strong, weak])[0]?.key).toBe(foldRecords([strong])[0]?.key);
  });

  it('takes text and its licence from one record, numbers from the largest, the day from the first list', () => {
    const [work] = foldRecords([
      row('hf-daily', {
        id: '2503.00001',
        title: 'T!',
        abstract: 'hf text',
        daily: '2025-03-21',
        upvotes: 9,
        comments: 1,
      }),
      row('arxiv', {
        id: '2503.00001',
        title: 'T',
        abstract: 'arxiv text',
        published: '2025-03-18',
        keywords: ['cs.IR', 'math.CO'],
      }),
      row('conferences', {
        id: 'x/1',
        arxivId: '2503.00001',
        title: 'T',
        published: '2025',
        venue: 'ICLR 2025',
        upvotes: 3,
        keywords: ['ranking'],
      }),
    ]);
    expect(work).toMatchObject({
      title: 'T',
      abstract: 'arxiv text',
      textSource: 'arxiv',
      published: { date: '2025-03-18', precision: 'day' },
      day: '2025-03-21',
      year: 2025,
      venue: 'ICLR 2025',
      upvotes: 9,
      comments: 1,
      categories: ['cs.IR', 'math.CO'],
      keywords: ['ranking'],
    }); // prettier-ignore
  });

  it('gives no day to a work whose date is only a year or a month', () => {
    for (const published of ['2025', '2025-03']) {
      const [work] = foldRecords([row('a', { id: '1', title: 'A', published })]);
      expect([work?.day, work?.year]).toEqual([undefined, 2025]);
    }
  });
});

/**
 * Few values for each field, so that identifiers, titles and ids meet in every combination. No two have the same
 * source, id and title: the store keeps one record of each.
 */
const records = fc.uniqueArray(
  fc
    .record({
      source: fc.constantFrom('s', 't'),
      id: fc.constantFrom('', '1', '2', '2503.00001', '2503.00002v2'),
      title: fc.constantFrom('Alpha', 'ALPHA!', 'Beta', 'Gamma', '???'),
      authors: fc.constantFrom([], ['Ada B'], ['B, Ada'], ['Cy D']),
      doi: fc.constantFrom(undefined, '10.1000/1', '10.1000/2'),
      abstract: fc.constantFrom('', 'text'),
    })
    .map(({ source, ...fields }) => row(source, fields)),
  { maxLength: 12, selector: (record) => JSON.stringify([record.source, record.id, titleHash(record)]) },
);
const options = { seed: seed('the fold'), numRuns: 600 };

describe('the fold as a function of the set of records', () => {
  it('does not depend on the order of records', () => {
    fc.assert(
      fc.property(
        records.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))),
        ([list, shuffled]) => {
          expect(foldRecords(shuffled)).toEqual(foldRecords(list));
        },
      ),
      options,
    );
  });

  it('gives every work a key of its own and every record exactly one work', () => {
    fc.assert(
      fc.property(records, (list) => {
        const works = foldRecords(list);
        expect(new Set(works.map(({ key }) => key)).size).toBe(works.length);
        expect(works.flatMap(({ sources }) => sources)).toHaveLength(list.length);
      }),
      options,
    );
  });

  it('holds no two titles under one source id in any work', () => {
    fc.assert(
      fc.property(records, (list) => {
        for (const { members } of groupRecords(list, identityOf)) {
          const named = members.map(identityOf).filter(({ slot }) => slot !== '');
          const titles = new Set(named.map(({ slot, title }) => `${slot}\n${title}`));
          expect(titles.size).toBe(new Set(named.map(({ slot }) => slot)).size);
        }
      }),
      options,
    );
  });
});

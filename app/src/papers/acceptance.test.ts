// Which rows are accepted. The largest real records pass; a row that breaks a rule is rejected with the field and the
// bound.
import { describe, expect, it } from 'vitest';
import { ACCEPTED, acceptRecord } from './acceptance.ts';
import { isRejected, readRecord } from './record.ts';

const NOW = Date.parse('2026-11-28T23:30:00Z');
const reasonOf = (row: unknown, now = NOW) => {
  const record = acceptRecord('test', row, now);
  return isRejected(record) ? record.reason : undefined;
};
const names = (count: number, length = 20) => Array.from({ length: count }, (_, i) => `${i} `.padEnd(length, 'n'));

describe('acceptRecord', () => {
  it.each([
    [{ title: 'A', published: '2026-11-30' }], // two days ahead
    [{ title: 'A', published: '2026' }],
    [{ title: 'A', published: '2026-11', daily: '2026-11-29' }],
    [{ title: 'A', upvotes: 0, comments: 0, citations: 269_257, authorCount: 15_025 }],
    [{ title: 'A', authors: names(15_025) }],
    [{ title: 'A', authors: [names(2_000).join(', ')] }], // one string with many names
    [{ title: 'A', authors: ['n'.repeat(1_000), ''], keywords: [' '] }],
    [{ title: '?' }],
    [{ title: 'の' }],
    [{ title: '\u0301e' }],
    [{ title: '🙂' }],
    [{ title: 'T'.repeat(ACCEPTED.titleCharacters), abstract: 'a'.repeat(ACCEPTED.abstractCharacters) }],
  ])('takes %.60j', (row) => {
    expect(reasonOf(row)).toBeUndefined();
  });

  it.each([
    [{ title: 'A', published: '2026-12-01' }, '"published" is 2026-12-01, more than 2 days after today (2026-11-28)'],
    [{ title: 'A', published: '2026-12' }, '"published" is 2026-12, more than 2 days after today (2026-11-28)'],
    [{ title: 'A', published: 2027 }, '"published" is 2027, more than 2 days after today (2026-11-28)'],
    [{ title: 'A', daily: '2027-01-01' }, '"daily" is 2027-01-01, more than 2 days after today (2026-11-28)'],
    [{ title: 'A', upvotes: -1 }, '"upvotes" is -1, not a whole number of at least 0'],
    [{ title: 'A', comments: 1.5 }, '"comments" is 1.5, not a whole number of at least 0'],
    [{ title: 'A', citations: -3 }, '"citations" is -3, not a whole number of at least 0'],
    [{ title: 'A', authorCount: 2 ** 53 }, '"authorCount" is 9007199254740992, not a whole number of at least 0'],
    [{ title: '\u200b\u00ad\ufeff' }, '"title" has no visible character'],
    [{ title: '\u3164\u2800\u115f' }, '"title" has no visible character'],
    [{ title: '\u0301' }, '"title" has no visible character'],
    [{ title: '\u0007\u0008' }, '"title" has no visible character'],
    [{ title: 'A', authors: ['Ada', '\u200b'] }, 'author 2 has no visible character'],
    [{ title: 'A', authors: ['Ada', 'x'.repeat(1_001)] }, 'author 2 has 1001 characters, at most 1000'],
    [{ title: 'A', authors: names(20_000, 60) }, 'the names of "authors" have 1200000 characters, at most 1000000'],
    [{ title: 'T'.repeat(2_001) }, '"title" has 2001 characters, at most 2000'],
    [{ title: 'A', abstract: 'a'.repeat(100_001) }, '"abstract" has 100001 characters, at most 100000'],
    [{ title: 'A', keywords: names(1_001) }, '"keywords" has 1001 items, at most 1000'],
    [{ title: 'A', keywords: ['k'.repeat(1_001)] }, 'an item of "keywords" has 1001 characters, at most 1000'],
    [{ title: 'A', awards: names(101) }, '"awards" has 101 items, at most 100'],
    [{ title: 'A', comment: 'c'.repeat(20_001) }, '"comment" has 20001 characters, at most 20000'],
    [{ title: 'A', url: `https://example.org/${'u'.repeat(2_000)}` }, '"url" has 2020 characters, at most 2000'],
  ])('rejects %.60j: %s', (row, reason) => {
    expect(reasonOf(row)).toBe(reason);
  });

  it('holds only for rows that come in: a stored row that breaks a rule is still read', () => {
    const row = { title: 'A', upvotes: -1, published: '2030' };
    expect(isRejected(readRecord('test', row))).toBe(false);
    expect(reasonOf(row)).toBeDefined();
  });
});

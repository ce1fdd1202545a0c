// Reading rows: what is legal, what is rejected and in which words; dates with their precision.
import { describe, expect, it } from 'vitest';
import { compareDates, dayNumber, dayOf, parseDate } from './dates.ts';
import { isRejected, readRecord, type SourceRecord } from './record.ts';

const read = (row: unknown): SourceRecord => {
  const record = readRecord('test', row);
  if (isRejected(record)) throw new Error(record.reason);
  return record;
};

describe('parseDate', () => {
  it.each([
    ['2025', '2025', 'year'],
    [2025, '2025', 'year'],
    ['2025-03', '2025-03', 'month'],
    ['2025-03-18', '2025-03-18', 'day'],
    ['2025-03-17T23:05:31.649Z', '2025-03-17', 'day'],
    ['2024-02-29', '2024-02-29', 'day'],
  ])('%j is %s, a %s', (value, date, precision) => {
    expect(parseDate(value)).toEqual({ date, precision });
  });

  it.each(['2025-13', '2025-02-29', '25', '2025-3-1', 'soon', '0999', ''])('refuses %j', (value) => {
    expect(parseDate(value)).toBeUndefined();
  });

  it('puts the more precise date first, then the earlier', () => {
    const dates = ['2025', '2025-03-18', '2024-12', '2025-03-17'].map((text) => parseDate(text)!);
    expect(dates.sort(compareDates).map(({ date }) => date)).toEqual(['2025-03-17', '2025-03-18', '2024-12', '2025']);
  });

  it('counts days forth and back', () => {
    for (const day of ['1969-12-31', '1970-01-01', '2024-02-29', '2026-11-22']) expect(dayOf(dayNumber(day))).toBe(day);
  });
});

describe('readRecord', () => {
  it('takes a title alone: date, authors, id and abstract may be missing', () => {
    expect(read({ title: 'A' })).toEqual({
      source: 'test',
      id: '',
      title: 'A',
      abstract: '',
      authors: [],
      keywords: [],
      awards: [],
    });
  });

  it('keeps any character in an id', () => {
    for (const id of ['cvpr2016/1', 'a b', '☃/\n\u0000', "'; DROP TABLE records; --", '%2F'])
      expect(read({ id, title: 'A' }).id).toBe(id);
  });

  it('reads identifiers from id, address and doi', () => {
    expect(read({ id: '2503.11731v2', title: 'A' }).arxivId).toBe('2503.11731');
    expect(read({ id: 'x', title: 'A', url: 'https://arxiv.org/abs/2503.11731' }).arxivId).toBe('2503.11731');
    expect(read({ id: 'x', title: 'A', doi: '10.18653/V1/2020.ACL-main.1' }).doi).toBe('10.18653/v1/2020.acl-main.1');
    const own = read({ id: 'x', title: 'A', doi: '10.48550/arXiv.2503.11731' });
    expect([own.arxivId, own.doi]).toEqual(['2503.11731', undefined]);
  });

  it('splits authors that came as one string, but not "Last, First"', () => {
    expect(read({ title: 'A', authors: ['Ada B,Cy D', 'Example, Eve', 'Solo'] }).authors).toEqual([
      'Ada B',
      'Cy D',
      'Example, Eve',
      'Solo',
    ]);
  });

  it('replaces half surrogate pairs, which no file can hold', () => {
    expect(read(JSON.parse('{"title":"A \\ud800 B"}')).title).toBe('A \ufffd B');
  });

  it.each([
    [7, /not a JSON object/],
    [null, /not a JSON object/],
    [[], /not a JSON object/],
    [{}, /no title/],
    [{ title: '  ' }, /no title/],
    [{ title: 3 }, /"title" is not a string: 3/],
    [{ title: 'A', published: '2025-13-40' }, /"published" is not a date .*2025-13-40/],
    [{ title: 'A', authors: 'Ada'.split('').map(Number) }, /"authors" is not a list of strings/],
    [{ title: 'A', upvotes: 'many' }, /"upvotes" is not a number/],
    [{ title: 'A'.repeat(5001) }, /"title" is too long: 5001, at most 5000/],
  ])('rejects %.40j with a reason', (row, reason) => {
    const found = readRecord('test', row);
    expect(isRejected(found) && found.reason).toMatch(reason);
  });
});

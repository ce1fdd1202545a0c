import { describe, expect, it } from 'vitest';
import { PLAIN_WORK } from '../../test/hostile.ts';
import type { SimilarPage } from '../services/index.ts';
import { arrange, similarChoiceIn } from './similar.tsx';

const hit = (key: string, over: object) => ({
  work: { ...PLAIN_WORK, key, ...over },
  reason: 'meaning' as const,
  score: 1,
});
const NEAR: SimilarPage = {
  hits: [
    hit('a', { upvotes: 1, year: 2024, published: { date: '2024-05-01', precision: 'day' }, venue: 'ACL' }),
    hit('b', { upvotes: 9, year: 2025, published: { date: '2025', precision: 'year' }, categories: ['cs.CL'] }),
    hit('c', { upvotes: 9, year: 2025, published: { date: '2025-06-01', precision: 'day' } }),
  ],
};
const keys = (choice: Record<string, string>) =>
  arrange(
    NEAR,
    similarChoiceIn((name) => choice[name]),
  ).map(({ key }) => key);

describe('similar papers', () => {
  it('stand in the order that the address names; ties keep the closer one first', () => {
    expect(keys({})).toEqual(['a', 'b', 'c']);
    expect(keys({ sort: 'votes' })).toEqual(['b', 'c', 'a']);
    expect(keys({ sort: 'date' })).toEqual(['c', 'b', 'a']);
    expect(keys({ sort: 'nonsense' })).toEqual(['a', 'b', 'c']);
  });

  it('are narrowed by year, topic and venue', () => {
    expect(keys({ year: '2025' })).toEqual(['b', 'c']);
    expect(keys({ category: 'cs.CL' })).toEqual(['b']);
    expect(keys({ venue: 'ACL', year: '' })).toEqual(['a']);
    expect(keys({ venue: 'ACL', year: '2025' })).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { hugeWork, PLAIN_WORK } from '../../test/hostile.ts';
import { bounded, LISTED, PAGE, sizeIn, WHOLE } from './bounds.ts';

describe('bounded', () => {
  it('returns an ordinary work unchanged', () => {
    for (const bounds of [WHOLE, PAGE, LISTED]) expect(bounded(PLAIN_WORK, bounds)).toBe(PLAIN_WORK);
  });

  it('shortens every text and every list, and states the full sizes', () => {
    const work = bounded(hugeWork(), LISTED);
    expect(work.authors).toHaveLength(LISTED.authors);
    expect(work.abstract.length).toBeLessThanOrEqual(LISTED.abstract);
    expect(work.cut).toMatchObject({ authors: 100_000, abstract: 5_000_000, keywords: 10_000 });
    expect(sizeIn(work, 'authors')).toBe(100_000);
    expect(JSON.stringify(work).length).toBeLessThan(100_000);
  });

  it('keeps the first full size when bounds are applied twice', () => {
    expect(bounded(bounded(hugeWork(), WHOLE), PAGE).cut).toMatchObject({ authors: 100_000, abstract: 5_000_000 });
  });

  it('leaves out an address that is too long, because a part of an address is another address', () => {
    expect(bounded(hugeWork(), WHOLE).url).toBeUndefined();
    const work = { ...PLAIN_WORK, url: `https://example.org/${'a'.repeat(900)}` };
    expect(bounded(work, WHOLE).url).toHaveLength(920);
    expect(bounded(work, LISTED)).toMatchObject({ url: undefined, cut: { url: 920 } });
  });
});

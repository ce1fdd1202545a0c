// The support itself: sizes and seeds are the run's, and equal in Node and in the browser.
import { describe, expect, it } from 'vitest';
import { count, isLong, seed } from './env.ts';

describe('test support', () => {
  it('takes the small count unless the run is long', () => {
    expect(count(2, 5)).toBe(isLong ? 5 : 2);
  });

  it('gives each label its own seed, the same one every time', () => {
    expect(seed('a label')).toBe(seed('a label'));
    expect(seed('a label')).not.toBe(seed('another label'));
  });
});

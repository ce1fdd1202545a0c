// Sizes and seeds of tests follow the settings of the run and are equal in Node and in the browser.
import { describe, expect, it } from 'vitest';
import { count, isLong, seed } from './env.ts';

describe('test support', () => {
  it('uses the small count unless the run is long', () => {
    expect(count(2, 5)).toBe(isLong ? 5 : 2);
  });

  it('gives each label its own seed, the same in every run', () => {
    expect(seed('a label')).toBe(seed('a label'));
    expect(seed('a label')).not.toBe(seed('another label'));
  });
});

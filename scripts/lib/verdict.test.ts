// The result of a test run: a skip needs a reason; under CI a skip is a failure when the machine has the toolchain.
import { describe, expect, it } from 'vitest';
import { summary, verdict } from './verdict.mjs';

const nothing = { java: false, python: false, chromium: false, shared: false };
const part = (reason: string | null) => [{ passed: 3, failed: [], skipped: [{ name: 'a test', reason }] }];

describe('the verdict of a test run', () => {
  it('counts skips by reason on the last line, and the plain counts before it', () => {
    const skipped = ['no ../shared', 'Lucene oracle absent', 'no ../shared'].map((reason) => ({ name: 'x', reason }));
    expect(summary({ passed: 10, failed: ['y'], skipped })).toEqual([
      '10 passed, 1 failed, 3 skipped',
      '10 passed, 1 failed, 3 skipped (2: no ../shared; 1: Lucene oracle absent)',
    ]);
  });

  it('fails a skip without a reason, unless tests were chosen by hand', () => {
    expect(verdict(part(null), { strict: false, has: nothing, filtered: false }).failed).toHaveLength(1);
    expect(verdict(part(null), { strict: false, has: nothing, filtered: true }).failed).toHaveLength(0);
  });

  it('accepts a skip whose reason is not a toolchain: a test for browsers, shared memory, JavaScript', () => {
    const all = { java: true, python: true, chromium: true, shared: true };
    for (const reason of ['not in a browser', 'no shared memory', 'JavaScript alone', 'no relaxed SIMD here']) {
      expect(verdict(part(reason), { strict: true, has: all, filtered: false }).failed).toEqual([]);
    }
  });

  it.each([
    ['Lucene oracle absent', 'java'],
    ['Python oracles absent', 'python'],
    ['no Chromium', 'chromium'],
    ['no ../shared', 'shared'],
  ])('under CI fails the skip "%s" exactly where there is %s', (reason, tool) => {
    const strict = (has: Record<string, boolean>) => verdict(part(reason), { strict: true, has, filtered: false });
    expect(strict({ ...nothing, [tool]: true }).failed).toHaveLength(1);
    expect(strict(nothing)).toMatchObject({ failed: [], skipped: [{ reason }] });
    expect(verdict(part(reason), { strict: false, has: { [tool]: true }, filtered: false }).failed).toEqual([]);
  });
});

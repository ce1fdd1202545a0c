import { Rng } from '@quire/engine/internals';
import { describe, expect, it } from 'vitest';
import { count, seed } from '../../test/support/env.ts';
import { decompose } from './decomposition.ts';

// Letters with and without marks; marks of many classes, two that decompose, one of class 0, spacing ones, a wide one.
const PIECES = [
  ...'aé漢',
  '가',
  '\u1e69',
  '\u0301',
  '\u0316',
  '\u0334',
  '\u0345',
  '\u0344',
  '\u0f73',
  '\u0f71',
  '\u0f74',
  '\u034f',
  '\u0327',
  '\u05b0',
  '\u094d',
  '\u302e',
  '\u3099',
  '\u{1d165}',
  '\u{1d16d}',
  '\ud834',
  '\udd65',
  ' ',
];

describe('decomposition', () => {
  it('equals the platform’s, in short and long runs of marks', () => {
    const rng = new Rng(seed('decomposition'));
    for (let i = 0; i < count(150, 3000); i++) {
      const pieces = PIECES.filter(() => rng.below(3) > 0);
      const marks = pieces.filter((piece) => piece >= '\u0300' && !'漢가\u1e69'.includes(piece));
      let text = '';
      while (text.length < 1200) {
        if (pieces.length > 0) text += rng.pick(pieces);
        else text += 'x';
        if (marks.length > 0) for (let n = rng.below(3) * rng.below(700); n > 0; n--) text += rng.pick(marks);
      }
      if (decompose(text) !== text.normalize('NFD')) throw new Error(JSON.stringify(text));
    }
  });

  it('takes linear time where the platform does not', () => {
    const pairs = 500_000;
    expect(decompose(`e${'\u0301\u0316'.repeat(pairs)}`)).toBe(`e${'\u0316'.repeat(pairs)}${'\u0301'.repeat(pairs)}`);
    expect(decompose('\u302e\u{1d165}'.repeat(pairs)).startsWith('\u{1d165}\u{1d165}')).toBe(true);
  });
});

import { describe, expect, it } from 'vitest';
import { possibleDays } from './index.ts';

describe('the days that a date can be', () => {
  it.each([
    ['2024', 20240101, 20241231],
    ['2024-02', 20240201, 20240229],
    ['1900-02', 19000201, 19000228],
    ['2024-03-15', 20240315, 20240315],
  ])('of %s are from %i to %i', (date, earliest, latest) => {
    expect(possibleDays({ date })).toEqual({ earliest, latest });
  });
});

import { expect, it } from 'vitest';
import { counted, grouped } from './numbers.ts';

it('groups thousands by commas', () => {
  expect([0, 999, 1000, 1_234_567].map(grouped)).toEqual(['0', '999', '1,000', '1,234,567']);
});

it('counts one thing in the singular, and others in a plural that may be given', () => {
  expect([0, 1, 1204].map((n) => counted(n, 'paper'))).toEqual(['0 papers', '1 paper', '1,204 papers']);
  expect(counted(2, 'entry', 'entries')).toBe('2 entries');
});

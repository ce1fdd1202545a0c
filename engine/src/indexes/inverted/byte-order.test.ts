import { Rng } from '@quire/engine/internals';
import { describe, expect, it } from 'vitest';
import { compareBytes } from '../../core/byte-strings.ts';
import { byteOrder } from './byte-order.ts';

const bytes = (...values: number[]) => Uint8Array.from(values);
/** The slow twin. */
const compared = (terms: readonly Uint8Array[]) =>
  Uint32Array.from(terms.keys()).sort((a, b) => compareBytes(terms[a]!, terms[b]!));

describe('the order of terms by bytes', () => {
  it('puts a prefix before what it begins, zeros included', () => {
    const terms = [bytes(1, 0, 0), bytes(1), bytes(1, 0), bytes(), bytes(0), bytes(255), bytes(1, 0, 0, 0, 0, 0, 0, 0)];
    expect([...byteOrder(terms)]).toEqual([3, 4, 1, 2, 0, 6, 5]);
  });

  it.each([0, 1, 2, 31, 32, 33, 5000])('is that of comparing the bytes, for %i terms', (count) => {
    const rng = new Rng(count + 1);
    const seen = new Map<string, Uint8Array>();
    while (seen.size < count) {
      // Few different bytes and lengths around the prefix, so that many terms begin alike.
      const term = Uint8Array.from({ length: rng.below(12) }, () => rng.pick([0, 1, 97, 98, 0xc3, 0xff]));
      seen.set(term.join(), term);
    }
    const terms = [...seen.values()];
    expect(byteOrder(terms)).toEqual(compared(terms));
  });
});

// The one total order of results: score descending, then id ascending as UTF-8 bytes.

import { EngineError } from './errors.ts';
import type { DocId, Hit } from './types.ts';

/**
 * Compares two strings as their UTF-8 bytes would compare, without encoding them. UTF-16 order differs only where a
 * surrogate meets U+E000…U+FFFF: there the surrogate (a code point ≥ U+10000) is the larger one. A lone surrogate
 * orders as if it were encoded in three bytes of its own value; encoders map it to U+FFFD.
 */
export function compareUtf8(a: string, b: string): number {
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return fixUp(x) - fixUp(y);
  }
  return a.length - b.length;
}

/** Moves surrogates above U+E000…U+FFFF, so that code units order as code points do. */
function fixUp(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

/** Negative when `a` ranks before `b`. */
export function compareHits(a: Hit, b: Hit): number {
  return a.score > b.score ? -1 : a.score < b.score ? 1 : compareUtf8(a.id, b.id);
}

/** NaN is an error, never a rank. */
export function assertRankable(score: number, id: DocId): void {
  if (Number.isNaN(score)) {
    throw new EngineError('INVALID_ARGUMENT', `The score of document ${JSON.stringify(id)} is NaN`, {
      hint: 'Look for a NaN in the query or document vector, or a 0/0 in a custom stage.',
    });
  }
}

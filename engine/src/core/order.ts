// The one total order of results: score descending, then id ascending as UTF-8 bytes.

import { EngineError } from './errors.ts';
import type { DocId, Hit } from './types.ts';

/**
 * Compares two strings as their UTF-8 bytes (encodeUtf8) compare, without encoding them. UTF-16 order differs only
 * where a surrogate pair (a code point ≥ U+10000) is compared with a code unit above it, U+E000 to U+FFFF. A lone
 * surrogate sorts by its own value, between U+D7FF and U+E000.
 */
export function compareUtf8(a: string, b: string): number {
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return x < 0xd800 && y < 0xd800 ? x - y : rank(a, i) - rank(b, i);
  }
  return a.length - b.length;
}

/** The code unit at `i`, moved above all others when it is half of a pair. The units before `i` are equal in both. */
function rank(text: string, i: number): number {
  const unit = text.charCodeAt(i);
  const paired = isHigh(unit) ? isLow(text.charCodeAt(i + 1)) : isLow(unit) && i > 0 && isHigh(text.charCodeAt(i - 1));
  return paired ? unit + 0x10000 : unit;
}

const isHigh = (unit: number) => (unit & 0xfc00) === 0xd800;
const isLow = (unit: number) => (unit & 0xfc00) === 0xdc00;

/** Negative when `a` ranks before `b`. */
export function compareHits(a: Hit, b: Hit): number {
  return a.score > b.score ? -1 : a.score < b.score ? 1 : compareUtf8(a.id, b.id);
}

/** Throws INVALID_ARGUMENT for NaN, which has no rank. */
export function assertRankable(score: number, id: DocId): void {
  if (Number.isNaN(score)) {
    throw new EngineError('INVALID_ARGUMENT', `The score of document ${JSON.stringify(id)} is NaN`, {
      hint: 'Look for a NaN in the query or document vector, or a 0/0 in a custom stage.',
    });
  }
}

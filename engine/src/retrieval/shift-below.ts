// Hits that stand below others by rule keep their order and get scores below theirs, so that the whole list is in the
// one total order: the tail of a re-ranking, the later rankings of a concatenation.

import type { Hit, Ranking } from '../core/types.ts';
import { withScore } from './evidence.ts';

/** `tail` with scores below `lowest`. Equal scores stay equal; different ones stay different, also where rounding would join them. */
export function shiftBelow(tail: Ranking, lowest: number): Hit[] {
  const top = tail[0]?.score ?? 0;
  const out: Hit[] = [];
  let oldScore: number | undefined;
  let newScore = lowest;
  for (const hit of tail) {
    const { score } = hit;
    if (score !== oldScore) {
      const shifted = lowest - 1 - (top - score);
      newScore = Number.isFinite(shifted) && shifted < newScore ? shifted : nextBelow(newScore);
      oldScore = score;
    }
    out.push(withScore(hit, newScore));
  }
  return out;
}

/** The next smaller double. */
function nextBelow(x: number): number {
  if (x === 0) return -Number.MIN_VALUE;
  if (x === Number.NEGATIVE_INFINITY) return x; // nothing is below it
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, x);
  view.setBigInt64(0, view.getBigInt64(0) + (x > 0 ? -1n : 1n));
  return view.getFloat64(0);
}

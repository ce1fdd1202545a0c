// Scores for a run file whose order does not depend on the evaluation tool. separateTies: rounded to 1e-4 in 32-bit
// floats; a hit within 1e-4 of the one before it is lowered by 1e-6 for each such hit in a row. Anserini writes its scores
// this way (ScoreTiesAdjusterReranker), so its published numbers need it. strictScores changes as little as possible.

import type { RunHit } from './types.ts';

/** `ranking` in its final order (score descending, ties by id ascending) → the same ids with the scores to write. */
export function separateTies(ranking: readonly RunHit[]): readonly RunHit[] {
  const f = Math.fround;
  const [scale, near, step] = [f(1e4), f(1e-4), f(1e-6)];
  let previous = Number.POSITIVE_INFINITY;
  let ties = 0;
  return ranking.map(({ id, score }, i) => {
    let rounded = f(f(Math.floor(f(score * scale) + 0.5)) / scale);
    if (i === 0 || f(previous - rounded) > near) ties = 0;
    else {
      ties++;
      rounded = f(rounded - f(step * ties));
    }
    previous = rounded;
    return { id, score: rounded };
  });
}

/**
 * `ranking` in its final order → the same ids with 32-bit scores, each below the one before: an evaluation tool, which
 * rounds to 32 bits and breaks ties by id, then measures this order and no other. Scores that are apart keep their value.
 */
export function strictScores(ranking: readonly RunHit[]): readonly RunHit[] {
  let previous = Number.POSITIVE_INFINITY;
  return ranking.map(({ id, score }) => {
    previous = Math.min(Math.fround(score), nextBelow32(previous));
    return { id, score: previous };
  });
}

/** The next smaller 32-bit float; infinity, which stands before the first hit, stays. */
function nextBelow32(x: number): number {
  if (x === Number.POSITIVE_INFINITY) return x;
  if (x === 0) return -(2 ** -149); // the smallest 32-bit float below 0
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, x);
  view.setInt32(0, view.getInt32(0) + (x > 0 ? -1 : 1));
  return view.getFloat32(0);
}

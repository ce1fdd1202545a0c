// Scores for a run file whose order does not depend on the evaluation tool: rounded to 1e-4 in 32-bit floats; a hit
// within 1e-4 of the one before it is lowered by 1e-6 for each such hit in a row. Anserini writes its scores this way
// (ScoreTiesAdjusterReranker), so its published numbers need it. It is used only to reproduce them.

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

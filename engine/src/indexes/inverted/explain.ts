// The explanation of a score: its components, in the order of the computation.

import type { Explanation } from '../../core/types.ts';
import { lengthOf, score, weightOf } from './bm25.ts';
import type { Scoring } from './scoring.ts';

export function explainSum(value: number, details: readonly Explanation[]): Explanation {
  return {
    value,
    description: 'sum of the matching clauses, rounded to float32',
    details,
  };
}

/** The components of weight − weight / (1 + tf · length factor). */
export function explainLeaf(
  scoring: Scoring,
  leaf: { readonly field: number; readonly boost: number },
  facts: Readonly<Record<string, string | number>>,
  weight: number,
  idf: number,
  tf: number,
  lengthByte: number,
): Explanation {
  const { docs, averageLength } = scoring.field(leaf.field);
  const factor = scoring.inverseNorms(leaf.field)[lengthByte]!;
  const length = lengthOf(lengthByte);
  const { k1, b } = scoring.bm25;
  const detail = (value: number, description: string): Explanation => ({ value, description, details: [] });
  return {
    value: score(weight, tf, factor),
    description: 'weight − weight / (1 + tf · length factor), each step in float32',
    facts: { ...facts, field: scoring.fields[leaf.field]!.name, N: docs, tf, length, averageLength, k1, b },
    details: [
      {
        value: weightOf(leaf.boost, idf),
        description: 'weight = boost · idf',
        details: [
          detail(leaf.boost, 'boost'),
          detail(idf, 'idf = ln(1 + (N − df + ½) / (df + ½)), summed over a phrase'),
        ],
      },
      detail(tf, 'tf: occurrences in this field'),
      detail(factor, 'length factor = 1 / (k1 · (1 − b + b · length / average length))'),
    ],
  };
}

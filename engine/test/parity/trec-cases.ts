// Generated runs and judgements for parity with trec_eval: heavy ties, scores that tie only as 32-bit floats, negative
// and graded judgements, ids whose UTF-8 and UTF-16 orders differ, queries without a relevant document, queries that
// only one side has. Without the two cases in which trec_eval reads unset memory: a query with negative judgements only, and
// a level above the highest relevance.

import type { Qrels, Run } from '@quire/engine/evaluation';
import { Rng } from '@quire/engine/internals';

export interface TrecCase {
  readonly qrels: Record<string, Record<string, number>>;
  readonly run: Record<string, Record<string, number>>;
  readonly level: number;
  /** trec_eval's -J. */
  readonly judgedOnly: boolean;
}

const SCORES = [0, -0.5, 1, 1, 2.5, 1e-3, 16777216, 16777217, 3.0000001, 3, -7, 1e9];
const PREFIXES = ['d', 'D', 'é', '文', '\uff5e', '😀', 'z-', '0'];

export function generateCases(seed: number, cases: number): TrecCase[] {
  const rng = new Rng(seed);
  return Array.from({ length: cases }, (_, i) => generateCase(rng, i));
}

/** In the form that `evaluate` takes. */
export function runOf(run: TrecCase['run']): Run {
  return new Map(
    Object.entries(run).map(([query, docs]) => [query, Object.entries(docs).map(([id, score]) => ({ id, score }))]),
  );
}
export function qrelsOf(qrels: TrecCase['qrels']): Qrels {
  return new Map(Object.entries(qrels).map(([query, docs]) => [query, new Map(Object.entries(docs))]));
}

function generateCase(rng: Rng, index: number): TrecCase {
  const qrels: TrecCase['qrels'] = {};
  const run: TrecCase['run'] = {};
  const maxRel = 1 + rng.below(4);
  const pool = poolOf(rng, index % 25 === 7 ? 1100 : 3 + rng.below(index % 3 === 0 ? 150 : 25));
  for (const query of ['q1', 'q2', 'ä3']) {
    if (rng.below(8) > 0) qrels[query] = judgements(rng, pool, maxRel);
    if (rng.below(8) > 0) run[query] = retrieved(rng, pool);
  }
  qrels.q1 ??= judgements(rng, pool, maxRel);
  run.q1 ??= retrieved(rng, pool);
  return { qrels, run, level: rng.below(4) === 0 ? 2 : 1, judgedOnly: index % 5 === 4 };
}

function poolOf(rng: Rng, size: number): string[] {
  return rng.shuffle(Array.from({ length: size }, (_, i) => `${rng.pick(PREFIXES)}${i}`));
}

/** The highest relevance always occurs, so that level 2 is within range; one in six queries has only zeros besides. */
function judgements(rng: Rng, pool: readonly string[], maxRel: number): Record<string, number> {
  const out: Record<string, number> = {};
  const share = rng.float();
  const poor = rng.below(6) === 0;
  for (const id of pool) {
    if (rng.float() > share) continue;
    out[id] = rng.below(6) === 0 ? -1 - rng.below(2) : poor || rng.below(2) === 0 ? 0 : rng.below(maxRel + 1);
  }
  out[rng.pick(pool)] = poor && rng.below(2) === 0 ? 1 : Math.max(1, maxRel);
  return out;
}

function retrieved(rng: Rng, pool: readonly string[]): Record<string, number> {
  const out: Record<string, number> = {};
  const spread = 1 + rng.below(SCORES.length);
  const unpooled = rng.below(3);
  for (const id of pool) if (rng.below(4) > 0) out[id] = SCORES[rng.below(spread)]!;
  for (let i = 0; i < unpooled * 5; i++) out[`${rng.pick(PREFIXES)}x${i}`] = SCORES[rng.below(spread)]!;
  if (Object.keys(out).length === 0) out[pool[0]!] = 1;
  return out;
}

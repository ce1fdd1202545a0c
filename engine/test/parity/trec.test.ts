// Equality with trec_eval: an example from its documentation, and the answers of trec_eval 9.0.8 on generated cases,
// written by `QUIRE_WRITE_FIXTURES=1 npx vitest run engine/test/parity/trec-oracle.node.test.ts`.

import { evaluate } from '@quire/engine/evaluation';
import { describe, expect, it } from 'vitest';
import answers from './fixtures/trec-eval-9.0.8.json' with { type: 'json' };
import { generateCases, qrelsOf, runOf } from './trec-cases.ts';

const golden = {
  qrels: qrelsOf({ q1: { a: 1, b: 0, c: 2, d: 3, neg: -1 }, q2: { x: 1 }, q3: { y: 0 }, q4: { z: 1 } }),
  run: runOf({
    q1: { a: 1, b: 1, c: 1, neg: 0.5, u: 0.4, d: 0.3 },
    q2: { p: 16777217, x: 16777216 },
    q3: { y: 1 },
    q5: { z: 1 },
  }),
};
const measures = ['map', 'recip_rank', 'P.3', 'recall.3', 'ndcg', 'ndcg_cut.1,3,10', 'relstring'];
const digits = (values: Readonly<Record<string, number>> | undefined) =>
  Object.fromEntries(Object.entries(values ?? {}).map(([name, value]) => [name, Number(value.toFixed(4))]));

describe('the golden test of trec_eval', () => {
  it('gives the values of release 9.0.8, where 16777217 and 16777216 tie', () => {
    const { perQuery, mean, relstrings, missing } = evaluate(golden.run, golden.qrels, { measures });
    expect(digits(perQuery.get('q1'))).toEqual({
      map: 0.7222,
      recip_rank: 1,
      P_3: 0.6667,
      recall_3: 0.6667,
      ndcg: 0.7494,
      ndcg_cut_1: 0.6667,
      ndcg_cut_3: 0.525,
      ndcg_cut_10: 0.7494,
    });
    expect(digits(perQuery.get('q2'))).toMatchObject({ map: 1, recip_rank: 1, ndcg: 1 });
    expect(Object.values(perQuery.get('q3')!).every((value) => value === 0)).toBe(true);
    expect(digits(mean)).toMatchObject({ map: 0.5741, recip_rank: 0.6667, ndcg_cut_10: 0.5831, recall_3: 0.5556 });
    expect([...perQuery.keys()]).toEqual(['q1', 'q2', 'q3']);
    expect(missing).toEqual(['q4']);
    expect(relstrings.get('q1')).toBe('201.-3'); // ties run c, b, a: ids descending
  });

  it('gives the values of release 10.0, where they do not tie', () => {
    const { perQuery } = evaluate(golden.run, golden.qrels, { measures, scoreType: 'f64' });
    expect(digits(perQuery.get('q2'))).toMatchObject({ map: 0.5, recip_rank: 0.5, ndcg: 0.6309 });
  });

  it('counts judged queries that the run lacks as zero with `complete`', () => {
    const { mean, queries } = evaluate(golden.run, golden.qrels, { measures, complete: true });
    expect(digits(mean)).toMatchObject({ map: 0.4306, recip_rank: 0.5, ndcg_cut_10: 0.4374 });
    expect(queries).toBe(4);
  });
});

describe('trec_eval 9.0.8 on generated runs', () => {
  const cases = generateCases(answers.seed, answers.cases.length);
  it.each(answers.cases.map((_, i) => i))('agrees on every measure of all_trec in case %i', (i) => {
    const { qrels, run, level, judgedOnly } = cases[i]!;
    const { perQuery } = evaluate(runOf(run), qrelsOf(qrels), { measures: ['all_trec'], level, judgedOnly });
    const wanted = answers.cases[i] as unknown as Record<string, number[]>;
    expect([...perQuery.keys()].sort()).toEqual(Object.keys(wanted).sort());
    for (const [query, values] of Object.entries(wanted)) {
      expect(Object.keys(perQuery.get(query)!).sort()).toEqual([...answers.measures].sort());
      answers.measures.forEach((name, m) => {
        expect(perQuery.get(query)![name], `${name} of ${query}`).toBeCloseTo(values[m]!, 9);
      });
    }
  });
});

// Compares the measures with an installed pytrec_eval over new seeded cases; QUIRE_WRITE_FIXTURES=1 also writes the
// committed answers.

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { evaluate } from '@quire/engine/evaluation';
import { expect } from 'vitest';
import { count, seed } from '../support/env.ts';
import { pythonOracle, whenPython } from '../support/oracle.node.ts';
import { generateCases, qrelsOf, runOf, type TrecCase } from './trec-cases.ts';

type Answer = Record<string, Record<string, number>>;

const COMMITTED = { seed: 20261122, cases: 56 };
const ask = (cases: readonly TrecCase[]): Answer[] =>
  pythonOracle('trec_measures.py', cases.map((one) => JSON.stringify(one)).join('\n'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Answer);

whenPython().describe('pytrec_eval', () => {
  whenPython().it('gives the same values for every measure of all_trec', () => {
    const cases = generateCases(seed('trec_eval cases'), count(60, 600));
    let compared = 0;
    ask(cases).forEach((answer, i) => {
      const { qrels, run, level, judgedOnly } = cases[i]!;
      const { perQuery } = evaluate(runOf(run), qrelsOf(qrels), { measures: ['all_trec'], level, judgedOnly });
      expect([...perQuery.keys()].sort()).toEqual(Object.keys(answer).sort());
      for (const [query, values] of Object.entries(answer)) {
        for (const [name, value] of Object.entries(values)) {
          expect(perQuery.get(query)![name], `${name} of ${query} in case ${i}`).toBeCloseTo(value, 9);
          compared++;
        }
      }
    });
    console.log(`compared ${compared} values with trec_eval 9.0.8 in ${cases.length} run/qrels pairs`);
    expect(compared).toBeGreaterThan(5000);
  });

  whenPython().it('gives the committed answers', () => {
    const answers = ask(generateCases(COMMITTED.seed, COMMITTED.cases));
    const measures = Object.keys(Object.values(answers[0]!)[0]!);
    const round = (value: number) => Number(value.toPrecision(11));
    const cases = answers.map((answer) =>
      Object.fromEntries(Object.entries(answer).map(([q, values]) => [q, measures.map((m) => round(values[m]!))])),
    );
    const file = fileURLToPath(new URL('fixtures/trec-eval-9.0.8.json', import.meta.url));
    const lines = cases.map((one) => JSON.stringify(one)).join(',\n');
    const text = `{"seed":${COMMITTED.seed},"measures":${JSON.stringify(measures)},"cases":[\n${lines}\n]}\n`;
    if (process.env.QUIRE_WRITE_FIXTURES === '1') writeFileSync(file, text);
    expect(readFileSync(file, 'utf8')).toBe(text);
  });
});

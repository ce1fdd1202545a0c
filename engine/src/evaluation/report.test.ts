import {
  compare,
  evaluate,
  findLeak,
  formatReportLine,
  formatResult,
  holeRate,
  leakWarning,
  resultOf,
} from '@quire/engine/evaluation';
import { describe, expect, it } from 'vitest';

const qrels = new Map([
  ['q1', new Map([['a', 1]])],
  [
    'q2',
    new Map([
      ['b', 1],
      ['c', 0],
    ]),
  ],
  ['q3', new Map([['d', 0]])],
]);
const run = new Map([
  [
    'q1',
    [
      { id: 'a', score: 2 },
      { id: 'x', score: 1 },
    ],
  ],
  ['q2', [{ id: 'c', score: 1 }]],
]);

describe('train/test leaks', () => {
  it('are the test queries of which a relevant document was relevant in training', () => {
    const train = new Map([
      [
        't1',
        new Map([
          ['b', 2],
          ['a', 0],
        ]),
      ],
    ]);
    const leak = findLeak(train, qrels);
    expect(leak).toEqual({
      queries: 2,
      shared: 1,
      share: 0.5,
      sharedQueries: ['q2'],
      trainDocuments: 1,
      documentShare: 0.5,
    });
    expect(leakWarning(leak)).toMatchObject({ warn: true });
    expect(leakWarning(leak).line).toContain('train/test relevant-doc overlap = 50.0 % (1 of 2 test queries)');
  });

  it('do not warn up to 5 %', () => {
    const test = new Map(Array.from({ length: 20 }, (_, i) => [`q${i}`, new Map([[`d${i}`, 1]])]));
    const leak = findLeak(new Map([['t', new Map([['d0', 1]])]]), test);
    expect(leak.share).toBe(0.05);
    expect(leakWarning(leak)).toEqual({
      warn: false,
      line: 'train/test relevant-doc overlap = 5.0 % (1 of 20 test queries)',
    });
    expect(findLeak(new Map(), new Map()).share).toBe(0);
  });
});

it('the hole rate is the mean share of returned documents without a judgement', () => {
  expect(holeRate(run, qrels, 2)).toBe(0.25);
  expect(holeRate(run, qrels, 1)).toBe(0);
  expect(holeRate(new Map(), qrels)).toBe(0);
});

describe('result files', () => {
  const measured = {
    dataset: { name: 'tiny', split: 'test', fingerprints: { corpus: 'c0' } },
    configuration: { pipeline: 'bm25', k1: 0.9 },
    versions: { engine: '0.1.0' },
  };
  const evaluation = evaluate(run, qrels, { measures: ['map'] });

  it('are named by what was measured, not by when or where', () => {
    const first = resultOf(measured, evaluation, { date: '2026-01-01', wallMs: 5 });
    const again = resultOf({ ...measured, configuration: { k1: 0.9, pipeline: 'bm25' } }, evaluation, { wallMs: 9 });
    expect(first.id).toBe(again.id);
    expect(first.id).toMatch(/^[0-9a-f]{16}$/);
    for (const other of [
      { ...measured, configuration: { pipeline: 'bm25', k1: 1.2 } },
      { ...measured, versions: { engine: '0.2.0' } },
      { ...measured, dataset: { ...measured.dataset, fingerprints: { corpus: 'c1' } } },
    ]) {
      expect(resultOf(other, evaluation).id).not.toBe(first.id);
    }
  });

  it('hold every query, and are equal bytes when equal', () => {
    const text = formatResult(resultOf(measured, evaluation));
    expect(text).toBe(formatResult(resultOf(measured, evaluation)));
    expect(JSON.parse(text)).toMatchObject({
      format: 'quire-result',
      mean: { map: 0.5 },
      perQuery: { q1: { map: 1 } },
      missing: ['q3'],
    });
  });
});

it('the reporting line prints every field of an acceptance run', () => {
  const comparison = compare(
    new Map([
      ['a', 0.5],
      ['b', 0.25],
    ]),
    new Map([
      ['a', 0.5],
      ['b', 0.5],
    ]),
  );
  const line = {
    dataset: 'scifact',
    split: 'test',
    seed: 13,
    method: 'bm25',
    metric: 'nDCG@10',
    comparison,
    wallMs: 1500,
  };
  expect(formatReportLine(line)).toBe(
    'scifact/test seed 13 bm25 | nDCG@10 0.3750 baseline 0.5000 n 2 | delta -0.1250 [-0.2500, +0.0000] p 1.0000 | 1.5 s, - MB peak, - B/doc',
  );
  expect(formatReportLine({ ...line, adjustedP: 0.02, peakRssBytes: 2e6, indexBytesPerDocument: 99 })).toContain(
    '(Holm 0.0200) | 1.5 s, 2.0 MB peak, 99.0 B/doc',
  );
});

import { EngineError } from '@quire/engine/core';
import { evaluate, formatTrecEval, parseMeasures } from '@quire/engine/evaluation';
import { describe, expect, it } from 'vitest';

const qrels = new Map([
  [
    'q',
    new Map([
      ['a', 1],
      ['b', 0],
      ['c', 3],
      ['pool', -1],
    ]),
  ],
]);
const run = new Map([['q', ['u', 'a', 'pool', 'c', 'b'].map((id, i) => ({ id, score: -i }))]]);
const measure = (...measures: string[]) => evaluate(run, qrels, { measures }).mean;

describe('measure names', () => {
  it.each([
    ['P.5,10', ['P_5', 'P_10']],
    ['P_5', ['P_5']],
    ['success', ['success_1', 'success_5', 'success_10']],
    ['iprec_at_recall.0.1,.25', ['iprec_at_recall_0.10', 'iprec_at_recall_0.25']],
    ['ndcg_cut.10', ['ndcg_cut_10']],
    ['nDCG@10', ['nDCG@10']],
    ['MAP', ['MAP']],
    ['set_F.2', ['set_F_2']],
    ['official', 29],
    ['all_trec', 93],
  ])('%s stands for %j', (name, expected) => {
    const names = parseMeasures([name]).measures.map((one) => one.name);
    if (typeof expected === 'number') expect(names).toHaveLength(expected);
    else expect(names).toEqual(expected);
  });

  it.each([
    'nope',
    'P.0',
    'P.2.5',
    'nDCG@0',
    'ndcg@',
    'constructor',
    '__proto__',
    'map.10',
    '',
    'P.',
    'R',
    'ndcg_cut.-5',
  ])('refuses %j and lists the known names', (name) => {
    expect(() => parseMeasures([name])).toThrow(EngineError);
    expect(() => parseMeasures([name])).toThrow(/measure/);
  });

  it('gives short names the values of the measures they stand for', () => {
    const values = measure('nDCG@3', 'ndcg_cut.3', 'R@4', 'recall.4', 'MAP@4', 'map_cut.4', 'RR', 'recip_rank');
    expect(values['nDCG@3']).toBe(values.ndcg_cut_3);
    expect(values['R@4']).toBe(values.recall_4);
    expect(values['MAP@4']).toBe(values.map_cut_4);
    expect(values.RR).toBe(values.recip_rank);
  });

  it('cuts the run before MRR@k, which recip_rank does not', () => {
    expect(measure('MRR@1', 'MRR@2', 'recip_rank')).toEqual({ 'MRR@1': 0, 'MRR@2': 0.5, recip_rank: 0.5 });
  });

  it('counts unjudged documents among those returned', () => {
    expect(measure('unjudged@1', 'unjudged@3', 'unjudged@10')).toEqual({
      'unjudged@1': 1,
      'unjudged@3': 2 / 3,
      'unjudged@10': 0.4,
    });
  });

  it('takes weights of set measures', () => {
    const { set_P: p, set_recall: r, 'set_F_0.5': f, 'utility_2,-1': u } = measure('set', 'set_F.0.5', 'utility.2,-1');
    expect(f).toBeCloseTo((1.5 * p! * r!) / (0.5 * p! + r!), 12);
    expect(u).toBe(2 * 2 - 3);
  });
});

describe('evaluate', () => {
  it('refuses a NaN score, naming query and document', () => {
    const bad = new Map([['q7', [{ id: 'doc 3', score: Number.NaN }]]]);
    expect(() => evaluate(bad, new Map([['q7', new Map([['x', 1]])]]))).toThrow(/"doc 3" of query "q7" is NaN/);
  });

  it('refuses a document that comes twice in a query', () => {
    const hits = [1, 2].map((score) => ({ id: 'a', score }));
    expect(() => evaluate(new Map([['q', hits]]), qrels)).toThrow(/"a" of query "q" more than once/);
  });

  it('refuses judgements that are not integers, and a level below 1', () => {
    expect(() => evaluate(run, new Map([['q', new Map([['a', 0.5]])]]))).toThrow(/0.5, not an integer/);
    expect(() => evaluate(run, qrels, { level: 0 })).toThrow(/level is 0/);
    expect(() => evaluate(run, qrels, { depth: 0 })).toThrow(/depth is 0/);
  });

  it('ranks infinite scores', () => {
    const hits = [
      { id: 'b', score: Number.NEGATIVE_INFINITY },
      { id: 'a', score: Number.POSITIVE_INFINITY },
    ];
    expect(evaluate(new Map([['q', hits]]), qrels, { measures: ['recip_rank'] }).mean.recip_rank).toBe(1);
  });

  it('breaks ties by document id descending, as UTF-8 bytes', () => {
    const ids = ['\uff5e', '😀', 'a', 'é'];
    const tied = new Map([['q', ids.map((id) => ({ id, score: 1 }))]]);
    const judged = new Map([['q', new Map(ids.map((id, i) => [id, i] as const))]]);
    expect(evaluate(tied, judged, { measures: ['relstring'] }).relstrings.get('q')).toBe('1032');
  });

  it('counts a query with an empty list as retrieved, and ignores queries without judgements', () => {
    const { perQuery, mean } = evaluate(
      new Map([
        ['q', []],
        ['other', [{ id: 'a', score: 1 }]],
      ]),
      qrels,
      { measures: ['all_trec'] },
    );
    expect([...perQuery.keys()]).toEqual(['q']);
    expect(Object.values(mean).filter(Number.isNaN)).toEqual([]);
    expect(mean.num_rel).toBe(2);
  });

  it('gives 0, not NaN, for an empty run and for empty judgements', () => {
    for (const [r, q] of [
      [new Map(), qrels],
      [run, new Map()],
      [run, new Map([['q', new Map()]])],
    ] as const) {
      const { mean } = evaluate(r, q, { measures: ['map', 'ndcg', 'P.5', 'bpref', 'Rndcg'], complete: true });
      expect(Object.values(mean)).toEqual([0, 0, 0, 0, 0]);
    }
  });

  it('drops unjudged documents first with judgedOnly, and looks no deeper than depth', () => {
    expect(evaluate(run, qrels, { measures: ['relstring'] }).relstrings.get('q')).toBe('-1.30');
    expect(evaluate(run, qrels, { measures: ['relstring'], judgedOnly: true }).relstrings.get('q')).toBe('130');
    expect(evaluate(run, qrels, { measures: ['num_ret'], depth: 2 }).mean.num_ret).toBe(2);
  });

  it('takes geometric means over judged queries that the run lacks as well, with `complete`', () => {
    const two = new Map([
      ...qrels,
      [
        'missing',
        new Map([
          ['z', 1],
          ['y', 2],
        ]),
      ] as const,
    ]);
    const { mean } = evaluate(run, two, { measures: ['map', 'gm_map', 'num_q', 'num_rel'], complete: true });
    expect(mean.gm_map).toBeCloseTo(Math.sqrt(2 * mean.map! * 1e-5), 12);
    expect(mean).toMatchObject({ num_q: 2, num_rel: 4 });
  });

  it('rounds recall levels up in 9.0.8 and to nearest in 10.0', () => {
    // four relevant documents, one of them found at rank 4: recall .3 is 1.2 documents
    const four = new Map([['q', new Map(['c', 'w', 'y', 'z'].map((id) => [id, 1] as const))]]);
    const at = (scoreType: 'f32' | 'f64') => evaluate(run, four, { measures: ['iprec_at_recall.0.3'], scoreType }).mean;
    expect(at('f32')).toEqual({ 'iprec_at_recall_0.30': 0 });
    expect(at('f64')).toEqual({ 'iprec_at_recall_0.30': 0.25 });
  });

  it('counts grades beyond 32 bits', () => {
    const judged = new Map([['q', new Map([['a', 3e9]])]]);
    const { mean } = evaluate(new Map([['q', [{ id: 'a', score: 1 }]]]), judged, { measures: ['map', 'ndcg'] });
    expect(mean).toEqual({ map: 1, ndcg: 1 });
  });

  it('refuses a score type that does not exist', () => {
    expect(() => evaluate(run, qrels, { scoreType: 'F32' as 'f32' })).toThrow(/no score type "F32"/);
  });

  it.each([
    [32, '0.0312'],
    [16, '0.0625'],
    [3, '0.3333'],
  ])('prints 1/%d as C does: %s', (rank, printed) => {
    const hits = Array.from({ length: rank }, (_, i) => ({ id: `d${i}`, score: -i }));
    const judged = new Map([['q', new Map([[`d${rank - 1}`, 1]])]]);
    const evaluation = evaluate(new Map([['q', hits]]), judged, { measures: ['recip_rank'] });
    expect(formatTrecEval(evaluation)).toBe(`recip_rank            \tall\t${printed}\n`);
  });

  it('prints what trec_eval prints', () => {
    const evaluation = evaluate(run, qrels, { measures: ['num_q', 'num_ret', 'map', 'gm_map', 'P.5', 'relstring'] });
    expect(formatTrecEval(evaluation, { perQuery: true, runId: 'mine' }).split('\n')).toEqual([
      'num_ret               \tq\t5',
      'map                   \tq\t0.5000',
      'P_5                   \tq\t0.4000',
      "relstring             \tq\t'-1.30'",
      'runid                 \tall\tmine',
      'num_q                 \tall\t1',
      'num_ret               \tall\t5',
      'map                   \tall\t0.5000',
      'gm_map                \tall\t0.5000',
      'P_5                   \tall\t0.4000',
      '',
    ]);
  });
});

import type { Evidence, Hit, Ranking } from '@quire/engine/core';
import {
  concatenateRankings,
  cut,
  explain,
  filter,
  fuse,
  fuseRankings,
  type Retriever,
  rerank,
  type Scorer,
} from '@quire/engine/retrieval';
import { describe, expect, it } from 'vitest';
import { fixed, query, ranking } from '../../test/support/toy-retrieval.ts';

const passage = (start: number): Evidence => ({
  type: 'passage',
  field: 'abstract',
  start,
  end: start + 9,
  score: 0.5,
});
const hop: Evidence = { type: 'hop', from: 'x', step: 1, query: 'who cites x' };
const hits: Ranking = [
  { id: 'a', score: 3, evidence: [passage(10)] },
  { id: 'b', score: 2 },
  { id: 'c', score: 1, evidence: [hop] },
];
const found = fixed('found', hits);
const evidenceOf = (all: Ranking) => Object.fromEntries(all.map(({ id, evidence }) => [id, evidence]));

/** Scores a document by the place of the query in its text, and names the sentence: what a stage that reads texts does. */
const sentences: Scorer = {
  name: 'sentences',
  score: (wanted, ids, context) =>
    Promise.all(
      ids.map(async (id) => {
        const text = (await context?.texts?.(id))?.abstract ?? '';
        const start = text.indexOf(wanted.text);
        if (start < 0) return 0;
        const end = start + wanted.text.length;
        return { score: 1 / (1 + start), evidence: [{ type: 'sentence', field: 'abstract', start, end, score: 1 }] };
      }),
    ),
};
const texts = async (id: string) => ({ abstract: id === 'b' ? 'the words' : 'no such' });

describe('evidence', () => {
  const stages: readonly (readonly [name: string, stage: Retriever])[] = [
    ['cut', cut(found, 3)],
    ['filter', filter(found, { op: 'exists', column: 'year' })],
    ['fuse by rrf', fuse({ by: 'rrf' }, found, fixed('other', ranking(['c', 9], ['a', 8])))],
    ['fuse by minmax', fuse({ by: 'minmax' }, found, fixed('other', ranking(['c', 9], ['a', 8])))],
    ['rerank', rerank(found, { name: 'same', score: async (_query, ids) => ids.map(() => 1) }, 2)],
    ['explain', explain(found)],
  ];
  it.each(stages)('is kept by %s', async (_name, stage) => {
    expect(evidenceOf(await stage.run(query('q')))).toMatchObject({ a: [passage(10)], c: [hop] });
    expect((await stage.run(query('q'))).find(({ id }) => id === 'b')).not.toHaveProperty('evidence');
  });

  it('of several lists is united, each piece once, whatever the order of the lists', () => {
    const one: Ranking = [{ id: 'a', score: 1, evidence: [passage(40), passage(10)] }];
    const two: Ranking = [{ id: 'a', score: 7, evidence: [hop, { ...passage(10) }] }];
    const united = fuseRankings([one, two], { by: 'rrf' });
    expect(united[0]!.evidence).toEqual([passage(10), passage(40), hop].sort((a, b) => (json(a) < json(b) ? -1 : 1)));
    expect(fuseRankings([two, one], { by: 'rrf' })).toEqual(united);
    expect(fuseRankings([one, two], { by: 'rrf', weights: [1, 0] })[0]!.evidence).not.toContainEqual(hop);
  });

  it('of a document in several concatenated lists is that of all of them', () => {
    const one: Ranking = [{ id: 'a', score: 1, evidence: [passage(40)] }];
    const two: Ranking = [
      { id: 'b', score: 9, evidence: [passage(10)] },
      { id: 'a', score: 7, evidence: [hop] },
    ];
    const [a, b] = concatenateRankings([one, two]);
    expect(a!.evidence).toHaveLength(2);
    expect(a!.evidence).toEqual(expect.arrayContaining([passage(40), hop]));
    expect(b).toMatchObject({ id: 'b', evidence: [passage(10)] });
  });

  it('changes neither order nor score nor explanation', async () => {
    const bare = hits.map(({ id, score }): Hit => ({ id, score }));
    const strip = (all: Ranking) => all.map(({ evidence: _evidence, ...hit }) => hit);
    for (const make of [(r: Retriever) => fuse({ by: 'zscore' }, r, fixed('other', ranking(['c', 9]))), explain]) {
      const [with_, without] = [await make(found).run(query('q')), await make(fixed('found', bare)).run(query('q'))];
      expect(strip(with_)).toEqual(without);
    }
  });

  it('is added by a scorer that reads texts, after what the hit had', async () => {
    const all = await explain(rerank(found, sentences, 3)).run(query('words'), { texts });
    expect(all.map(({ id }) => id)).toEqual(['b', 'a', 'c']);
    expect(all[0]!.evidence).toEqual([{ type: 'sentence', field: 'abstract', start: 4, end: 9, score: 1 }]);
    expect(all[0]!.why!.value).toBe(all[0]!.score);
    expect(evidenceOf(all)).toMatchObject({ a: [passage(10)], c: [hop] });
  });
});

const json = (piece: Evidence) => JSON.stringify(Object.entries(piece).sort());

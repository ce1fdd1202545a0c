// The same documents in one, three and six segments. Flat ranks do not depend on it; those of binary and ivf do, in the
// way that docs/adr/0022-dense-ranks-and-segments.md says.

import { type DenseRep, plainFingerprint, type Ranking } from '@quire/engine/core';
import { Rng } from '@quire/engine/internals';
import { memoryDirectory, openLibrary } from '@quire/engine/storage';
import { describe, expect, it } from 'vitest';
import { withCodec } from '../../../test/support/codec.ts';
import { binary } from '../binary/binary.ts';
import { flat } from '../flat/flat.ts';
import { ivf } from '../ivf/ivf.ts';
import type { DenseKind } from './options.ts';

const SEED = 22;
const SPACE = 'test/segments';
const DIM = 48;
const SIZE = 1800;
const K = 20;

/** Few distinct components, so that ties are frequent; every 200th is a copy of another. */
function vector(i: number): DenseRep {
  const rng = new Rng(SEED + (i % 200 === 199 ? i - 100 : i));
  const vec = Float32Array.from({ length: DIM }, () => rng.below(5) - 2);
  return { kind: 'dense', space: SPACE, fingerprint: plainFingerprint(SPACE, 'document'), vec };
}
const QUERIES = Array.from({ length: 30 }, (_, i) => vector(100_000 + i));

async function rankings(kind: DenseKind, segments: number): Promise<readonly Ranking[]> {
  const schema = { fields: {}, columns: {} };
  const library = await openLibrary(memoryDirectory(), { schema, parts: { dense: kind }, autoMerge: false });
  const writer = await library.writer();
  const order = new Rng(SEED).shuffle([...Array(SIZE).keys()]);
  for (const [n, i] of order.entries()) {
    await writer.add({ id: `d${i}`, fields: {} }, { dense: vector(i) });
    if ((n + 1) % (SIZE / segments) === 0) (await writer.commit()).release();
  }
  await writer.close();
  const snapshot = library.snapshot();
  expect(snapshot.segments).toHaveLength(segments);
  const found = [];
  for (const query of QUERIES) found.push(await snapshot.part('dense').search(query, K));
  await library.close();
  return found;
}

function recall(found: readonly Ranking[], exact: readonly Ranking[]): number {
  const hits = found.map((ranking, i) => {
    const best = new Set(exact[i]!.map(({ id }) => id));
    return ranking.filter(({ id }) => best.has(id)).length;
  });
  return hits.reduce((sum, n) => sum + n, 0) / (K * found.length);
}

describe('dense ranks and segments', () => {
  it.each(['f32', 'f16', 'int8'] as const)('flat %s: equal rankings, scores and ties included', async (vectors) => {
    const kind = () => flat({ space: SPACE, dim: DIM, vectors });
    const whole = await rankings(kind(), 1);
    for (const segments of [3, 6]) expect(await rankings(kind(), segments)).toEqual(whole);
  });

  it('binary, codes only: equal rankings, because all segments share the codec', async () => {
    const level = (value: number) => new Float32Array(DIM).fill(value);
    const codec = { mean: level(0), low: level(-0.8), high: level(1.5) };
    const make = () => withCodec(binary({ space: SPACE, dim: DIM, vectors: 'none' }), codec);
    const whole = await rankings(make(), 1);
    for (const segments of [3, 6]) expect(await rankings(make(), segments)).toEqual(whole);
  });

  const approximate: [string, () => DenseKind][] = [
    ['binary', () => binary({ space: SPACE, dim: DIM, rescore: 100, vectors: 'f32' })],
    ['ivf', () => ivf({ space: SPACE, dim: DIM, rescore: 100, lists: 8, probes: 3, vectors: 'f32' })],
  ];
  it.each(approximate)(
    '%s: the score of a document is the same, and more segments find no less',
    async (_name, make) => {
      const exact = await rankings(flat({ space: SPACE, dim: DIM }), 1);
      const [one, six] = [await rankings(make(), 1), await rankings(make(), 6)];
      for (const [i, ranking] of six.entries()) {
        const scores = new Map(one[i]!.map(({ id, score }) => [id, score]));
        for (const { id, score } of ranking) expect(scores.get(id) ?? score).toBe(score);
      }
      expect(recall(one, exact)).toBeGreaterThan(0.5);
      expect(recall(six, exact)).toBeGreaterThanOrEqual(recall(one, exact));
    },
  );

  it('binary: equal rankings where every document is a candidate', async () => {
    const make = () => binary({ space: SPACE, dim: DIM, rescore: SIZE });
    expect(await rankings(make(), 6)).toEqual(await rankings(make(), 1));
  });
});

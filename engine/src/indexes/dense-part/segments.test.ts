// The same documents in one, two, three and six segments. The ranks of flat and binary do not depend on it; those of ivf do,
// in the way that docs/adr/0022-dense-ranks-and-segments.md says.

import { type DenseRep, plainFingerprint, type Ranking, type SearchOptions } from '@quire/engine/core';
import { Rng } from '@quire/engine/internals';
import { memoryDirectory, openLibrary } from '@quire/engine/storage';
import { describe, expect, it } from 'vitest';
import { withCodec } from '../../../test/support/codec.ts';
import { binary } from '../binary/binary.ts';
import { flat } from '../flat/flat.ts';
import { ivf } from '../ivf/ivf.ts';
import type { BinaryOptions, CodedKind, DenseKind } from './options.ts';

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

async function filled(kind: DenseKind | CodedKind, segments: number) {
  const schema = { fields: {}, columns: { n: 'number' } } as const;
  const library = await openLibrary(memoryDirectory(), { schema, parts: { dense: kind }, autoMerge: false });
  const writer = await library.writer();
  const order = new Rng(SEED).shuffle([...Array(SIZE).keys()]);
  for (const [n, i] of order.entries()) {
    await writer.add({ id: `d${i}`, fields: {}, columns: { n: i } }, { dense: vector(i) });
    if ((n + 1) % (SIZE / segments) === 0) (await writer.commit()).release();
  }
  await writer.close();
  const searches = async (options: SearchOptions = {}) => {
    const snapshot = library.snapshot();
    const found: Ranking[] = [];
    for (const query of QUERIES) found.push(await snapshot.part('dense').search(query, K, options));
    snapshot.release();
    return found;
  };
  return { library, searches };
}

/** Without a filter, with one that accepts half of the documents, and with one that accepts a few. */
async function rankings(kind: DenseKind | CodedKind, segments: number): Promise<readonly Ranking[]> {
  const { library, searches } = await filled(kind, segments);
  const snapshot = library.snapshot();
  expect(snapshot.segments).toHaveLength(segments);
  snapshot.release();
  const below = (lt: number) => ({ filter: { op: 'range', column: 'n', lt } }) as const;
  const found = [...(await searches()), ...(await searches(below(SIZE / 2))), ...(await searches(below(SIZE / 40)))];
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

  const signs = (options: Partial<BinaryOptions> = {}) =>
    binary({ space: SPACE, dim: DIM, rescore: 100, vectors: 'f32', ...options });
  const reference = { name: 'fifty', vectors: async () => Array.from({ length: 50 }, (_, i) => vector(5_000 + i)) };
  const every: [string, () => CodedKind][] = [
    ['binary f32', () => signs({ reference })],
    ['binary int8', () => signs({ reference, vectors: 'int8' })],
    ['binary, vectors in the file', () => signs({ reference, resident: false })],
    ['binary, Hamming', () => signs({ reference, queryBits: 1 })],
    ['binary, codes only', () => binary({ space: SPACE, dim: DIM, vectors: 'none', reference })],
  ];
  it.each(every)('%s: equal rankings in 1, 2, 3 and 6 segments, filtered or not', async (_name, make) => {
    const whole = await rankings(make(), 1);
    expect(whole.some((ranking) => ranking.length === K)).toBe(true);
    for (const segments of [2, 3, 6]) expect(await rankings(make(), segments)).toEqual(whole);
  });

  it('binary: the same candidates do not come from each segment alone', async () => {
    const exact = await rankings(flat({ space: SPACE, dim: DIM }), 1);
    const found = recall(await rankings(signs({ reference }), 6), exact);
    expect(found).toBeGreaterThan(0.5);
    expect(found).toBeLessThan(1); // the candidates decide: the test above would hold for an exact search
  });

  it('binary with the codec of its first documents: a merge of six segments changes no ranking', async () => {
    const { library, searches } = await filled(signs(), 6);
    const before = await searches();
    const writer = await library.writer();
    await writer.mergeAll();
    const merged = await writer.commit();
    expect(merged.segments).toHaveLength(1);
    merged.release();
    expect(await searches()).toEqual(before);
    await library.close();
  });

  it('binary: deleted documents change no ranking of the others, before and after a merge', async () => {
    const filter = { op: 'range', column: 'n', lt: 100 } as const; // few: scored without codes
    const { library, searches } = await filled(signs({ reference }), 3);
    const writer = await library.writer();
    for (let i = 0; i < SIZE; i += 2) await writer.delete(`d${i}`);
    (await writer.commit()).release();
    const before = [await searches(), await searches({ filter })];
    await writer.mergeAll();
    (await writer.commit()).release();
    expect([await searches(), await searches({ filter })]).toEqual(before);
    await library.close();
  });

  it('ivf: the score of a document is the same, and more segments find no less', async () => {
    const make = () => ivf({ space: SPACE, dim: DIM, rescore: 100, lists: 8, probes: 3, vectors: 'f32' });
    const exact = await rankings(flat({ space: SPACE, dim: DIM }), 1);
    const [one, six] = [await rankings(make(), 1), await rankings(make(), 6)];
    for (const [i, ranking] of six.entries()) {
      const scores = new Map(one[i]!.map(({ id, score }) => [id, score]));
      for (const { id, score } of ranking) expect(scores.get(id) ?? score).toBe(score);
    }
    expect(recall(one, exact)).toBeGreaterThan(0.5);
    expect(recall(six, exact)).toBeGreaterThanOrEqual(recall(one, exact));
  });

  it('binary: equal rankings where every document is a candidate, whatever the codec', async () => {
    const make = () => signs({ rescore: SIZE });
    expect(await rankings(make(), 6)).toEqual(await rankings(make(), 1));
  });
});

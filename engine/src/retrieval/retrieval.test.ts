// The algebra on toy readers: composition, cancellation, traces, failure. Fusion is in fuse.test.ts.

import { type Encoder, plainFingerprint, type Ranking, type TraceEvent } from '@quire/engine/core';
import {
  type Context,
  cut,
  explain,
  filter,
  formatExplanation,
  fuse,
  part,
  pipe,
  type Query,
  type Retriever,
  rerank,
  retrieve,
  type Scorer,
  withRep,
} from '@quire/engine/retrieval';
import { describe, expect, it } from 'vitest';
import { denseReader, fixed, lengthEncoder, query, ranking } from '../../test/support/toy-retrieval.ts';

const reader = denseReader({ a: 1, b: 3, c: 2 });
const ids = (hits: Ranking) => hits.map((hit) => hit.id);

describe('retrieve', () => {
  it('encodes the query and asks the index for its best k', async () => {
    const hits = await retrieve(lengthEncoder(), reader, 2).run(query('xx'));
    expect(hits).toEqual(ranking(['b', 6], ['c', 4]));
  });

  it('takes a representation at hand instead of encoding', async () => {
    const encoder = lengthEncoder();
    const ready = withRep(query('xx'), {
      kind: 'dense',
      space: 'toy',
      fingerprint: plainFingerprint('toy', 'document'),
      vec: Float32Array.of(-1),
    });
    expect(ids(await retrieve(encoder, reader, 3).run(ready))).toEqual(['a', 'c', 'b']);
    expect(encoder.encoded).toBe(0);
  });

  it.each([
    ['by a vector of zeros', 'xx', 'retrieve.no-vector'],
    ['for a query without text', ' ', 'retrieve.no-text'],
  ])('finds nothing %s, and says so', async (_what, text, event) => {
    const fingerprint = plainFingerprint('toy', 'query');
    const zero = { kind: 'dense', space: 'toy', fingerprint, vec: Float32Array.of(0) } as const;
    const zeros: Encoder<'dense'> = { ...lengthEncoder(), encodeQueries: async (texts) => texts.map(() => zero) };
    const events: TraceEvent[] = [];
    const retriever = retrieve(zeros, denseReader({ a: 1, b: 2 }), 2);
    expect(await retriever.run(query(text), { trace: (event) => events.push(event) })).toEqual([]);
    expect(events.map(({ name }) => name)).toEqual([event, 'retrieve']);
    expect((await retriever.explain(query(text), ['a'])).size).toBe(0);
  });

  it('refuses an encoder that returns no representation', async () => {
    const none: Encoder<'dense'> = { ...lengthEncoder(), encodeQueries: async () => [] };
    await expect(retrieve(none, reader, 2).run(query('x'))).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: 'The encoder length returned 0 representations of 1 queries',
    });
  });

  it('is refused by an index of another space', async () => {
    await expect(retrieve(lengthEncoder('other'), reader, 2).run(query('x'))).rejects.toMatchObject({
      code: 'ENCODER_MISMATCH',
    });
  });

  it.each([-1, 1.5, Number.NaN])('refuses k = %d', (k) => {
    expect(() => retrieve(lengthEncoder(), reader, k)).toThrow(/k is/);
  });

  it('reads a named part from the snapshot of the run, and releases one that it took itself', async () => {
    const log: string[] = [];
    const snapshot = (name: string, of: () => object = () => library) => ({
      get library() {
        return of();
      },
      part: () => reader,
      get: async () => undefined,
      release: () => log.push(`release ${name}`),
    });
    const library = {
      parts: { dense: { kind: 'dense' } },
      snapshot: () => {
        log.push('snapshot');
        return snapshot('newest');
      },
    };
    const source = part(library as never, 'dense' as never) as never;
    const retriever = retrieve(lengthEncoder(), source, 1);
    expect(ids(await retriever.run(query('x')))).toEqual(['b']);
    expect(log).toEqual(['snapshot', 'release newest']);
    await retriever.run(query('x'), { snapshot: snapshot('given') as never });
    expect(log).toHaveLength(2);
    await retriever.run(query('x'), { snapshot: snapshot('of another library', () => ({})) as never });
    expect(log.slice(2)).toEqual(['snapshot', 'release newest']);
    expect(() => part(library as never, 'none' as never)).toThrow(/no part "none"/);
  });
});

describe('cut and filter', () => {
  it('keep the best k, and narrow what everything inside may return', async () => {
    const inner = retrieve(lengthEncoder(), reader, 3);
    expect(ids(await cut(inner, 1).run(query('x')))).toEqual(['b']);
    expect(ids(await filter(inner, { op: 'ids', ids: ['a', 'c'] }).run(query('x')))).toEqual(['c', 'a']);
  });

  it('join their condition with those of the query and the context', async () => {
    const seen: unknown[] = [];
    const spy = {
      ...reader,
      search: async (_q: unknown, _k: number, o: unknown) => {
        seen.push((o as Context).filter);
        return [];
      },
    };
    const is = (value: string) => ({ op: 'is', column: 'x', value }) as const;
    const retriever = filter(retrieve(lengthEncoder(), spy as never, 3), is('stage'));
    await retriever.run({ text: 'x', filter: is('query') }, { filter: is('context') });
    expect(seen).toEqual([{ op: 'and', filters: [{ op: 'and', filters: [is('context'), is('stage')] }, is('query')] }]);
  });
});

describe('rerank', () => {
  const first = fixed('first', ranking(['a', 9], ['b', 8], ['c', 7], ['d', 7], ['e', 1]));
  const scorer = (scores: Readonly<Record<string, number>>): Scorer => ({
    name: 'toy',
    score: async (_query, asked) => asked.map((id) => scores[id]!),
  });

  it('orders the head by the new scores and keeps the tail below it in its old order', async () => {
    const hits = await rerank(first, scorer({ a: 1, b: 2 }), 2).run(query('x'));
    expect(hits).toEqual(ranking(['b', 2], ['a', 1], ['c', 0], ['d', 0], ['e', -6]));
  });

  it('breaks ties of new scores by id', async () => {
    expect(ids(await rerank(first, scorer({ a: 1, b: 1, c: 5 }), 3).run(query('x')))).toEqual([
      'c',
      'a',
      'b',
      'd',
      'e',
    ]);
  });

  it('stays in the total order where shifting would round scores together', async () => {
    const near = fixed('near', ranking(['z', 3], ['y', 1 + 2 ** -52], ['x', 1], ['w', 1]));
    const hits = await rerank(near, scorer({ z: 1e300 }), 1).run(query('q'));
    expect(ids(hits)).toEqual(['z', 'y', 'x', 'w']);
    expect(hits[0]!.score).toBeGreaterThan(hits[1]!.score);
    expect(hits[1]!.score).toBeGreaterThan(hits[2]!.score);
    expect(hits[2]!.score).toBe(hits[3]!.score);
  });

  it('keeps a tail of infinite scores in order below the head', async () => {
    const [up, down] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    const wild = fixed('wild', ranking(['z', up], ['y', up], ['x', 5], ['w', 4], ['v', down], ['u', down]));
    const hits = await rerank(wild, scorer({ z: -3 }), 1).run(query('q'));
    expect(ids(hits)).toEqual(['z', 'y', 'x', 'w', 'v', 'u']);
    const scores = hits.map((hit) => hit.score);
    expect(scores.every(Number.isFinite)).toBe(true);
    expect(new Set(scores).size).toBe(5);
    expect([...scores].sort((a, b) => b - a)).toEqual(scores);
  });

  it.each([0, 9])('takes a depth of %i', async (depth) => {
    const hits = await rerank(first, scorer({ a: 1, b: 2, c: 3, d: 4, e: 5 }), depth).run(query('x'));
    expect(ids(hits)).toEqual(depth === 0 ? ['a', 'b', 'c', 'd', 'e'] : ['e', 'd', 'c', 'b', 'a']);
  });

  const failing: Scorer = { name: 'broken', score: () => Promise.reject(new Error('no model')) };
  it('fails when its scorer fails, never with zeros', async () => {
    await expect(rerank(first, failing, 2).run(query('x'))).rejects.toThrow('no model');
  });

  it('keeps the first ranking and says so, when asked to', async () => {
    const events: TraceEvent[] = [];
    const hits = await rerank(first, failing, 2, { onFailure: 'keep' }).run(query('x'), {
      trace: (event) => events.push(event),
    });
    expect(ids(hits)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(events[0]).toEqual({ name: 'rerank.failed', message: 'broken: no model', facts: { documents: 2 } });
  });

  it.each([
    [[1], /1 scores for 2 documents/],
    [[1, Number.NaN], /"b" the score NaN/],
    [[Number.POSITIVE_INFINITY, 1], /"a" the score Infinity/],
  ])('refuses the scores %j', async (scores, message) => {
    await expect(rerank(first, { name: 's', score: async () => scores }, 2).run(query('x'))).rejects.toThrow(message);
  });

  it('is still cancelled when it keeps on failure', async () => {
    const controller = new AbortController();
    const slow: Scorer = {
      name: 's',
      score: async () => {
        controller.abort();
        throw new Error('aborted');
      },
    };
    const run = rerank(first, slow, 2, { onFailure: 'keep' }).run(query('x'), { signal: controller.signal });
    await expect(run).rejects.toThrow('aborted');
  });
});

describe('pipe', () => {
  it('hands the output of each stage to the next and explains through its last', async () => {
    const parse = { name: 'parse', run: async (text: string): Promise<Query> => ({ text: text.trim() }) };
    const piped = pipe(parse, retrieve(lengthEncoder(), reader, 1));
    expect(await piped.run('  xxx ')).toEqual(ranking(['b', 9]));
    expect((await piped.explain('  xxx ', ['b'])).get('b')).toMatchObject({ value: 9 });
    const count = { name: 'count', run: async (hits: Ranking) => hits.length };
    expect(await pipe(parse, retrieve(lengthEncoder(), reader, 2), count).run('x')).toBe(2);
    expect(pipe(parse, retrieve(lengthEncoder(), reader, 2), count).name).toBe(
      'parse | retrieve(length, dense, 2) | count',
    );
  });
});

describe('explain', () => {
  const scorer: Scorer = { name: 'toy', score: async (_query, asked) => asked.map((id) => (id === 'c' ? 5 : 1)) };
  const pipeline = explain(
    rerank(fuse({ by: 'rrf' }, retrieve(lengthEncoder(), reader, 3), fixed('two', ranking(['c', 4]))), scorer, 2),
  );

  it('nests the explanations of every part, and each value is the hit’s score', async () => {
    const hits = await pipeline.run(query('x'));
    expect(ids(hits)).toEqual(['c', 'b', 'a']);
    for (const hit of hits) expect(hit.why?.value).toBe(hit.score);
    const fused = hits[0]!.why!.details[0]!;
    expect(fused.value).toBeCloseTo(1 / 62 + 1 / 61, 15);
    expect(fused.details.map((detail) => detail.details[0]?.description)).toEqual(['dot product', 'fixed by two']);
    expect(fused.details[0]!.facts).toMatchObject({ rank: 2, k0: 60, weight: 1 });
    expect(hits[2]!.why!.description).toMatch(/beyond the 2 that toy scored/);
  });

  it('prints as indented lines', async () => {
    const [hit] = await explain(retrieve(lengthEncoder(), reader, 1)).run(query('x'));
    expect(formatExplanation(hit!.why!)).toBe('3 dot product\n');
    expect(formatExplanation((await pipeline.run(query('x')))[0]!.why!).split('\n')[1]).toMatch(/^ {2}0\.03/);
  });

  it('explains no more than it was asked for', async () => {
    const hits = await explain(retrieve(lengthEncoder(), reader, 3), 1).run(query('x'));
    expect(hits.map((hit) => hit.why !== undefined)).toEqual([true, false, false]);
  });
});

describe('every stage', () => {
  const stages = {
    retrieve: retrieve(lengthEncoder(), reader, 3),
    fuse: fuse({ by: 'minmax' }, retrieve(lengthEncoder(), reader, 3)),
    rerank: rerank(
      retrieve(lengthEncoder(), reader, 3),
      { name: 's', score: async (_q, asked) => asked.map(() => 1) },
      2,
    ),
    cut: cut(retrieve(lengthEncoder(), reader, 3), 1),
    explain: explain(retrieve(lengthEncoder(), reader, 3)),
  };

  it.each(Object.entries(stages))('%s stops when it is cancelled', async (_name, stage) => {
    await expect(stage.run(query('x'), { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('is cancelled also when what it ran did not listen', async () => {
    const controller = new AbortController();
    const deaf: Retriever = {
      ...fixed('deaf', ranking(['a', 1])),
      run: async () => {
        controller.abort();
        return ranking(['a', 1]);
      },
    };
    const run = fuse({ by: 'rrf' }, deaf).run(query('x'), { signal: controller.signal });
    await expect(run).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('reports what it did, with the time of the clock that it was given', async () => {
    const events: TraceEvent[] = [];
    let now = 0;
    await stages.fuse.run(query('x'), { trace: (event) => events.push(event), now: () => now++ });
    expect(events).toEqual([
      { name: 'retrieve', facts: { stage: 'retrieve(length, dense, 3)', hits: 3 }, ms: 1 },
      { name: 'fuse', facts: { stage: 'fuse minmax(retrieve(length, dense, 3))', hits: 3 }, ms: 3 },
    ]);
  });
});

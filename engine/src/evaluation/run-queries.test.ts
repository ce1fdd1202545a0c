import type { TraceEvent } from '@quire/engine/core';
import { runQueries } from '@quire/engine/evaluation';
import { describe, expect, it } from 'vitest';
import { fixed, ranking } from '../../test/support/toy-retrieval.ts';

const queries = new Map([
  ['q1', 'one'],
  ['q2', 'two'],
]);
const retriever = fixed('toy', ranking(['q1', 0.50004], ['x', 0.49996]));

describe('runQueries', () => {
  it('runs the given queries and reports progress', async () => {
    const events: TraceEvent[] = [];
    const context = { trace: (event: TraceEvent) => events.push(event) };
    const run = await runQueries(retriever, queries, { ids: ['q2', 'unknown'], context });
    expect([...run.keys()]).toEqual(['q2', 'unknown']);
    expect(run.get('q2')).toEqual(ranking(['q1', 0.50004], ['x', 0.49996]));
    expect(events).toEqual([
      { name: 'evaluate.query', done: 1, total: 2 },
      { name: 'evaluate.no-text', message: 'There is no query "unknown"' },
      { name: 'evaluate.query', done: 2, total: 2 },
    ]);
  });

  it('drops the document that is the query, and separates ties, on request', async () => {
    const run = await runQueries(retriever, queries, { removeQuery: true, separate: true });
    expect(run.get('q1')).toEqual(ranking(['x', 0.5]));
    expect(run.get('q2')!.map((hit) => hit.score)).toEqual([0.5, Math.fround(0.499999)]);
  });

  it('stops at an abort between queries', async () => {
    const controller = new AbortController();
    const many = new Map(Array.from({ length: 1000 }, (_, i) => [`q${i}`, 'x'] as const));
    const running = runQueries(retriever, many, { context: { signal: controller.signal } });
    setTimeout(() => controller.abort(), 0);
    await expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});

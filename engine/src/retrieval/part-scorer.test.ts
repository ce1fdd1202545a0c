// A part as the scorer of rerank, over real parts.

import type { TraceEvent } from '@quire/engine/core';
import { termsEncoder } from '@quire/engine/encoders';
import { flat, inverted } from '@quire/engine/indexes';
import { explain, part, partScorer, rerank, retrieve } from '@quire/engine/retrieval';
import { memoryDirectory, openLibrary } from '@quire/engine/storage';
import { english } from '@quire/engine/text';
import { describe, expect, it } from 'vitest';
import { fixed, lengthEncoder, query, ranking } from '../../test/support/toy-retrieval.ts';

const terms = termsEncoder(english(), { fields: ['title'] });
const dense = lengthEncoder();

/** Titles by id; a title that begins with a sign has no vector. */
async function library(titles: Readonly<Record<string, string>>) {
  const made = await openLibrary(memoryDirectory(), {
    schema: { fields: { title: {} }, columns: {} },
    parts: {
      lexical: inverted({ space: terms.space, fields: { title: 1 } }),
      vectors: flat({ space: dense.space, dim: 1 }),
    },
  });
  const writer = await made.writer();
  for (const [id, title] of Object.entries(titles)) {
    const [[lexical], [vectors]] = [await terms.encodeDocuments([{ title }]), await dense.encodeDocuments([{ title }])];
    const reps = title.startsWith('!') ? { lexical: lexical! } : { lexical: lexical!, vectors: vectors! };
    await writer.add({ id, fields: { title } }, reps);
    await writer.commit(); // a segment each
  }
  await writer.close();
  return made;
}

describe('a part as a scorer', () => {
  const titles = {
    a: 'ranking',
    b: 'ranking of long lists',
    c: '!ranking without vector',
    d: 'other',
    e: 'ranking again',
  };

  it('gives the scores that searching it gives', async () => {
    const lib = await library(titles);
    const found = await retrieve(terms, part(lib, 'lexical'), 10).run(query('ranking'));
    const all = fixed('all', ranking(...Object.keys(titles).map((id) => [id, 1] as const)));
    const events: TraceEvent[] = [];
    const trace = (event: TraceEvent) => events.push(event);
    const hits = await rerank(all, partScorer(terms, part(lib, 'lexical')), 9).run(query('ranking'), { trace });
    expect(hits.slice(0, found.length)).toEqual(found);
    expect(hits.at(-1)!.id).toBe('d'); // does not match: below, and reported
    expect(hits.at(-1)!.score).toBeLessThan(found.at(-1)!.score);
    expect(events.find(({ name }) => name === 'rerank.unscored')?.facts).toEqual({ documents: 1 });
    await lib.close();
  });

  it('reorders a lexical ranking by vectors; a document without a vector keeps its place below', async () => {
    const lib = await library(titles);
    const first = retrieve(terms, part(lib, 'lexical'), 10);
    const stage = rerank(first, partScorer(dense, part(lib, 'vectors')), 10);
    expect(stage.name).toContain('partScorer(length, vectors)');
    const hits = await explain(stage).run(query('ranking'));
    expect(hits.map(({ id }) => id)).toEqual(['b', 'e', 'a', 'c']);
    const [b, , , c] = hits;
    expect(b!.why).toMatchObject({ value: b!.score, description: expect.stringContaining('score of partScorer') });
    expect(b!.why!.details[0]!.value).toBe(b!.score); // the part's own explanation, then that of the first ranking
    expect(b!.why!.details).toHaveLength(2);
    expect(c!.why!.description).toMatch(/^without a score of .*: order kept, score shifted$/);
    await lib.close();
  });

  it('scores nothing for a query without text, and keeps the first ranking', async () => {
    const lib = await library(titles);
    const first = ranking(['b', 2], ['a', 1]);
    const events: TraceEvent[] = [];
    const stage = rerank(fixed('first', first), partScorer(dense, part(lib, 'vectors')), 10);
    expect(await stage.run(query(' '), { trace: (event) => events.push(event) })).toEqual(first);
    expect(events.map(({ name }) => name)).toEqual(expect.arrayContaining(['retrieve.no-text', 'rerank.unscored']));
    await lib.close();
  });
});

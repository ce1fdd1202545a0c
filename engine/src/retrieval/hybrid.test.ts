// A query through all layers on real parts: syntax → terms + dense → fusion → explanation down to posting and vector.

import type { Explanation, Filter } from '@quire/engine/core';
import { termsEncoder } from '@quire/engine/encoders';
import { flat, inverted } from '@quire/engine/indexes';
import {
  cut,
  explain,
  filter,
  fuse,
  part,
  pipe,
  querySyntax,
  type Retriever,
  rerank,
  retrieve,
  type Scorer,
} from '@quire/engine/retrieval';
import { memoryDirectory, openLibrary, type Writer } from '@quire/engine/storage';
import { english } from '@quire/engine/text';
import { describe, expect, it } from 'vitest';
import { lengthEncoder } from '../../test/support/toy-retrieval.ts';

const terms = termsEncoder(english(), { fields: ['title', 'abstract'] });
const dense = lengthEncoder();

async function papers() {
  const library = await openLibrary(memoryDirectory(), {
    schema: { fields: { title: { stored: true }, abstract: {} }, columns: { year: 'number' } },
    parts: {
      lexical: inverted({ space: terms.space, fields: { title: 2, abstract: 1 } }),
      vectors: flat({ space: dense.space, dim: 1 }),
    },
  });
  const writer = await library.writer();
  for (const [i, title] of [
    'Dense retrieval',
    'Sparse retrieval of papers',
    'A short note',
    'Dense dense dense models',
  ].entries()) {
    await add(writer, `p${i}`, title, 2020 + i);
    if (i === 1) await writer.commit();
  }
  await writer.commit();
  await writer.close();
  return library;
}

async function add(writer: Writer, id: string, title: string, year: number): Promise<void> {
  const fields = { title, abstract: `${title} explained at length` };
  const [[lexical], [vectors]] = await Promise.all([terms.encodeDocuments([fields]), dense.encodeDocuments([fields])]);
  await writer.add({ id, fields, columns: { year } }, { lexical: lexical!, vectors: vectors! });
}

/** Every explanation of the tree. */
function* all(why: Explanation): Generator<Explanation> {
  yield why;
  for (const detail of why.details) yield* all(detail);
}

describe('a hybrid pipeline over two segments', () => {
  const syntax = { columns: { year: { column: 'year', type: 'number' } } } as const;

  it('explains every score down to term, posting and vector', async () => {
    const library = await papers();
    const hybrid = explain(
      fuse(
        { by: 'minmax', weights: [0.7, 0.3] },
        retrieve(terms, part(library, 'lexical'), 10),
        retrieve(dense, part(library, 'vectors'), 10),
      ),
    );
    const snapshot = library.snapshot();
    const hits = await pipe(querySyntax(terms, syntax), hybrid).run('dense retrieval', { snapshot });
    expect(hits[0]!.id).toBe('p0');
    expect(hits).toHaveLength(4);
    for (const hit of hits) {
      expect(hit.why!.value).toBe(hit.score);
      expect(hit.why!.details.reduce((sum, detail) => sum + detail.value, 0)).toBeCloseTo(hit.score, 12);
      for (const list of hit.why!.details) expect(list.details[0]!.value).toBe(list.facts!.score);
    }
    const facts = [...all(hits[0]!.why!)].map((one) => one.facts ?? {});
    expect(facts.some((one) => one.term === 'dens' && one.field === 'title' && one.tf === 1 && one.df === 2)).toBe(
      true,
    );
    expect(facts.some((one) => one.space === dense.space)).toBe(true);
    snapshot.release();
    await library.close();
  });

  it('filters both lists by what was typed', async () => {
    const library = await papers();
    const hybrid = fuse(
      { by: 'rrf' },
      retrieve(terms, part(library, 'lexical'), 10),
      retrieve(dense, part(library, 'vectors'), 10),
    );
    const search = pipe(querySyntax(terms, syntax), hybrid);
    expect((await search.run('retrieval year:2021..')).map((hit) => hit.id).sort()).toEqual(['p1', 'p2', 'p3']);
    expect(await search.run('retrieval year:1999')).toEqual([]);
    expect(await search.run('')).toEqual([]); // no words, and a vector of zeros
    await library.close();
  });

  it('explains the ranking that was searched, also where a commit comes between and no snapshot was given', async () => {
    const library = await papers();
    const log: string[] = [];
    const lexical = logged(log, retrieve(terms, part(library, 'lexical'), 10));
    const vectors = logged(log, retrieve(dense, part(library, 'vectors'), 10));
    const fused = fuse({ by: 'rrf' }, lexical, vectors);
    const scorer: Scorer = {
      name: 'by id',
      score: async (_query, ids) => {
        log.push('score');
        return ids.map((id) => Number(id.slice(1)));
      },
    };
    const ranked = rerank(fused, scorer, 2);
    const before = await ranked.run({ text: 'dense retrieval' });
    dense.encoded = 0;
    log.length = 0;
    const interrupted: Retriever = {
      ...ranked,
      explain: async (query, ids, context) => {
        const writer = await library.writer();
        await writer.delete('p0');
        for (let i = 10; i < 14; i++) await add(writer, `p${i}`, 'Dense retrieval', 2030);
        (await writer.commit()).release();
        await writer.close();
        return ranked.explain(query, ids, context);
      },
    };
    const hits = await explain(interrupted).run({ text: 'dense retrieval' });
    expect(hits.map(({ id, score }) => ({ id, score }))).toEqual(before);
    for (const hit of hits) expect(hit.why?.value, hit.id).toBe(hit.score);
    const counts = hits.flatMap((hit) => [...all(hit.why!)].flatMap(({ facts }) => facts?.N ?? []));
    expect(new Set(counts)).toEqual(new Set([4]));
    expect(log).toEqual([lexical.name, vectors.name, 'score']); // nothing was asked twice
    expect(dense.encoded).toBe(1);
    expect((await fused.run({ text: 'dense retrieval' })).map((hit) => hit.id)).not.toContain('p0');
    await library.close();
  });

  it('searches once to explain behind a filter, also under a filter of the context', async () => {
    const library = await papers();
    const log: string[] = [];
    const lexical = logged(log, retrieve(terms, part(library, 'lexical'), 10));
    const vectors = logged(log, retrieve(dense, part(library, 'vectors'), 10));
    const since: Filter = { op: 'range', column: 'year', gte: 2021 };
    const until: Filter = { op: 'range', column: 'year', lte: 2022 };
    const hits = await explain(filter(fuse({ by: 'rrf' }, lexical, vectors), since)).run(
      { text: 'dense retrieval' },
      { filter: until },
    );
    expect(hits.map(({ id }) => id).sort()).toEqual(['p1', 'p2']);
    for (const hit of hits) expect(hit.why?.value, hit.id).toBe(hit.score);
    expect(log).toEqual([lexical.name, vectors.name]);
    await library.close();
  });

  it('reads each of two libraries from its own snapshot', async () => {
    const [one, two] = [await papers(), await papers()];
    const writer = await two.writer();
    await add(writer, 'only-two', 'Dense retrieval', 2030);
    await writer.commit();
    await writer.close();
    const both = fuse(
      { by: 'rrf' },
      retrieve(terms, part(one, 'lexical'), 10),
      retrieve(terms, part(two, 'lexical'), 10),
    );
    const free = await both.run({ text: 'dense retrieval' });
    expect(free.map(({ id }) => id)).toContain('only-two');
    for (const library of [one, two]) {
      const snapshot = library.snapshot();
      expect(await both.run({ text: 'dense retrieval' }, { snapshot })).toEqual(free);
      expect(await explain(both).run({ text: 'dense retrieval' }, { snapshot })).toMatchObject(free);
      snapshot.release();
    }
    await one.close();
    await two.close();
  });

  it('gives every stage the snapshot and the texts that were searched', async () => {
    const library = await papers();
    const lexical = retrieve(terms, part(library, 'lexical'), 10);
    const seen: unknown[] = [];
    const scorer: Scorer = {
      name: 'by text',
      score: async (_query, ids, context = {}) => {
        seen.push(context.snapshot?.library === library, (await context.texts?.('p0'))?.title);
        const texts = await Promise.all(ids.map((id) => context.snapshot!.get(id)));
        return texts.map((document) => document!.fields.title!.length);
      },
    };
    const ranked = rerank(lexical, scorer, 10);
    for (const stage of [ranked, cut(ranked, 5), fuse({ by: 'rrf' }, ranked), explain(ranked)]) {
      seen.length = 0;
      expect(await stage.run({ text: 'dense retrieval' })).not.toEqual([]);
      expect(seen).toEqual([true, 'Dense retrieval']);
    }
    const texts = async (id: string) => ({ title: `given ${id}` });
    await ranked.run({ text: 'dense retrieval' }, { texts });
    expect(seen.at(-1)).toBe('given p0');
    await library.close();
  });

  it('holds no snapshot where one retriever fails before another has begun', async () => {
    const library = await papers();
    let held = 0;
    const counted = {
      parts: library.parts,
      snapshot: () => {
        const snapshot = library.snapshot();
        held++;
        const release = () => {
          held--;
          snapshot.release();
        };
        return { ...snapshot, release };
      },
    };
    const lexical = retrieve(terms, part(counted, 'lexical'), 10);
    const failing: Retriever = { ...lexical, name: 'failing', run: () => Promise.reject(new Error('no luck')) };
    let begin: () => void = () => {};
    const waited = new Promise<void>((resolve) => {
      begin = resolve;
    });
    let late: Promise<unknown> | undefined;
    const waiting: Retriever = {
      ...lexical,
      name: 'late',
      run: async (query, context) => {
        await waited;
        const ranking = lexical.run(query, context);
        late = ranking;
        return ranking;
      },
    };
    await expect(fuse({ by: 'rrf' }, failing, waiting).run({ text: 'dense' })).rejects.toThrow('no luck');
    begin();
    await waited;
    await expect(late).rejects.toMatchObject({ code: 'CLOSED' });
    expect(held).toBe(0);
    await library.close();
  });
});

/** `retriever`, with a line in the log for every search. */
function logged(log: string[], retriever: Retriever): Retriever {
  return {
    ...retriever,
    run: (query, context) => {
      log.push(retriever.name);
      return retriever.run(query, context);
    },
  };
}

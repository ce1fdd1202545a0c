import { describe, expect, it } from 'vitest';
import { type CollectionDense, openCollection } from './collection.ts';
import { plainFingerprint, plainFingerprints } from './core/fingerprint.ts';
import { nextTurn } from './core/turn.ts';
import type { Document, Encoder, Explanation, TraceEvent } from './core/types.ts';
import { binary } from './indexes/binary/binary.ts';
import { flat } from './indexes/flat/flat.ts';
import { memoryDirectory } from './storage/memory.ts';

const papers: readonly Document[] = [
  {
    id: 'prf',
    fields: { title: 'Feedback for late interaction', abstract: 'Expand the query with centroids.' },
    columns: { year: 2021 },
  },
  {
    id: 'monarch',
    fields: { title: 'Structured matrices', abstract: 'Two block-diagonal factors and a permutation.' },
    columns: { year: 2022 },
  },
  {
    id: 'bidr',
    fields: { title: 'Codes in memory', abstract: 'Late checks of vectors on disk; the interaction of two levels.' },
    columns: { year: 2022 },
  },
];
const options = { fields: { title: 2, abstract: 1 }, columns: { year: 'number' } } as const;

describe('a collection', () => {
  it('finds, explains, and finds the same after it was closed and opened again', async () => {
    const directory = memoryDirectory();
    const first = await openCollection(directory, options);
    await first.add(papers);
    const before = await first.search('late interactions', { explain: true });
    expect(before.map((hit) => hit.id)).toEqual(['prf', 'bidr']);
    for (const hit of before) expect(hit.why?.value).toBe(hit.score);
    await first.close();

    const again = await openCollection(directory, { ...options, readOnly: true });
    expect(again.size).toBe(3);
    expect(await again.search('late interactions', { explain: true })).toEqual(before);
    expect((await again.get('prf'))?.fields.title).toBe('Feedback for late interaction');
    await again.close();
  });

  it('filters by columns and stops at k', async () => {
    const collection = await openCollection(memoryDirectory(), options);
    await collection.add(papers);
    const filter = { op: 'is', column: 'year', value: 2022 } as const;
    expect((await collection.search('late interaction', { filter })).map((hit) => hit.id)).toEqual(['bidr']);
    expect(await collection.search('late interaction', { k: 1 })).toHaveLength(1);
    await collection.close();
  });

  it('replaces and deletes, and keeps nothing of an add that fails', async () => {
    const collection = await openCollection(memoryDirectory(), options);
    await collection.add(papers);
    await collection.add([{ id: 'prf', fields: { title: 'Renamed', abstract: '' } }]);
    await collection.delete(['bidr', 'never-there']);
    expect(collection.size).toBe(2);
    expect(await collection.search('late interaction')).toEqual([]);
    await expect(
      collection.add([
        { id: 'new', fields: { title: 'kept?' } },
        { id: '', fields: {} },
      ]),
    ).rejects.toMatchObject({
      code: 'INVALID_DOCUMENT',
    });
    expect(collection.size).toBe(2);
    expect(await collection.get('new')).toBeUndefined();
    await collection.close();
  });

  it('makes changes that are begun together one after the other, and closes after them', async () => {
    const directory = memoryDirectory();
    const collection = await openCollection(directory, options);
    const [first, second, third] = papers;
    const wrong = { id: '', fields: {} };
    const changes = [
      collection.add([first!, second!]),
      collection.add([wrong]),
      collection.delete([second!.id]),
      collection.add([third!]),
    ];
    const closed = collection.close();
    const settled = await Promise.allSettled(changes);
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
    await closed;
    await expect(collection.add([first!])).rejects.toMatchObject({ code: 'CLOSED' });
    const again = await openCollection(directory, options);
    expect((await again.search('late interaction')).map((hit) => hit.id).sort()).toEqual(['bidr', 'prf']);
    expect(again.size).toBe(2);
    await again.close();
  });

  it('keeps no field that a document does not have, whatever the field is called', async () => {
    const collection = await openCollection(memoryDirectory(), {
      fields: { constructor: 1, ['__proto__']: 1, title: 1 },
    });
    await collection.add([{ id: 'a', fields: { title: 'words' } }]);
    expect(await collection.get('a')).toEqual({ id: 'a', fields: { title: 'words' }, columns: {} });
    expect(await collection.search('native object')).toEqual([]);
    expect(await collection.search('words')).toHaveLength(1);
    await collection.close();
  });

  it('searches the beginning of a query of 100,000 words, in bounded time, and says what it left out', async () => {
    const collection = await openCollection(memoryDirectory(), options);
    await collection.add(papers);
    const words = `late interaction ${Array.from({ length: 100_000 }, (_, i) => `word${i}`).join(' ')}`;
    const events: TraceEvent[] = [];
    const start = performance.now();
    const hits = await collection.search(words, { trace: (event) => events.push(event) });
    expect(performance.now() - start).toBeLessThan(2000); // 15 to 24 s when every word was searched
    expect(hits.map(({ id }) => id)).toEqual(['prf', 'bidr']);
    const cuts = events.filter(({ name }) => name === 'query.budget').map(({ facts }) => facts?.what);
    expect(cuts).toEqual(['characters', 'terms']);
    const abstract = Array.from({ length: 300 }, (_, i) => `term${i % 150}`).join(' ');
    events.length = 0;
    await collection.search(abstract, { trace: (event) => events.push(event) });
    expect(events.filter(({ name }) => name === 'query.budget')).toEqual([]);
    await collection.close();
  });

  it('takes any text as a query', async () => {
    const collection = await openCollection(memoryDirectory(), options);
    expect(await collection.search('nothing is here yet')).toEqual([]);
    await collection.add(papers);
    for (const text of ['', '   ', '"', '((((', '-', '\ud800', 'the of and', 'AND OR NOT', 'x'.repeat(100_000)]) {
      expect(await collection.search(text)).toEqual([]);
    }
    await collection.close();
  });
});

/** Meaning in two dimensions: how much a text is about searching, and about hardware. Unknown words have no vector. */
function topics(space = 'topics'): Encoder<'dense'> {
  const axes = [
    ['query', 'interaction', 'search', 'lookup'],
    ['memory', 'disk', 'matrices', 'hardware'],
  ];
  const rep = (text: string) => {
    const words = text.toLowerCase().split(/\W+/);
    const counts = axes.map((axis) => words.filter((word) => axis.includes(word)).length);
    const length = Math.sqrt(counts.reduce((sum, count) => sum + count * count, 0)) || 1;
    return {
      kind: 'dense',
      space,
      fingerprint: plainFingerprint(space, 'document'),
      vec: Float32Array.from(counts, (count) => count / length),
    } as const;
  };
  return {
    name: 'topics',
    queryKind: 'dense',
    documentKind: 'dense',
    space,
    fingerprints: plainFingerprints(space),
    encodeQueries: async (texts) => texts.map(rep),
    encodeDocuments: async (documents) => documents.map((fields) => rep(Object.values(fields).join(' '))),
  };
}

describe('a collection with an encoder', () => {
  const encoder = topics();
  const dense: CollectionDense = { encoder, index: flat({ space: encoder.space, dim: 2 }) };
  const hybrid = { ...options, dense };

  it('finds by meaning what shares no word with the query', async () => {
    const collection = await openCollection(memoryDirectory(), hybrid);
    await collection.add(papers);
    const byWords = await openCollection(memoryDirectory(), options);
    await byWords.add(papers);
    expect(await byWords.search('hardware')).toEqual([]);
    expect((await collection.search('hardware')).map((hit) => hit.id)).toEqual(['monarch', 'bidr', 'prf']);
    await collection.close();
    await byWords.close();
  });

  it('adds 1 / (60 + rank) over both lists, and explains each score down to term and vector', async () => {
    const collection = await openCollection(memoryDirectory(), hybrid);
    await collection.add(papers.slice(0, 1));
    await collection.add(papers.slice(1));
    const hits = await collection.search('late interactions in lookup', { explain: true });
    // words: prf, bidr; meaning: prf, bidr, monarch
    expect(hits.map(({ id, score }) => [id, score])).toEqual([
      ['prf', 1 / 61 + 1 / 61],
      ['bidr', 1 / 62 + 1 / 62],
      ['monarch', 1 / 63],
    ]);
    for (const hit of hits) expect(hit.why?.value).toBe(hit.score);
    const leaves = [...all(hits[0]!.why!)].flatMap(({ facts }) => Object.keys(facts ?? {}));
    expect(leaves).toEqual(expect.arrayContaining(['rank', 'k0', 'term', 'tf', 'dim']));
    await collection.close();
  });

  it('finds the same after it was closed and opened again, filtered and cut as asked', async () => {
    const directory = memoryDirectory();
    const first = await openCollection(directory, hybrid);
    await first.add(papers);
    const before = await first.search('late interaction', { explain: true });
    await first.close();
    const again = await openCollection(directory, { ...hybrid, readOnly: true });
    expect(await again.search('late interaction', { explain: true })).toEqual(before);
    expect(await again.search('late interaction', { k: 1 })).toHaveLength(1);
    expect(await again.search('late interaction', { k: 0 })).toEqual([]);
    const filter = { op: 'is', column: 'year', value: 2022 } as const;
    expect((await again.search('late interaction', { filter })).map((hit) => hit.id)).toEqual(['bidr', 'monarch']);
    await again.close();
  });

  it('searches by words alone, and says so, where the query has no vector', async () => {
    const collection = await openCollection(memoryDirectory(), hybrid);
    await collection.add(papers);
    const events: TraceEvent[] = [];
    const hits = await collection.search('permutation', { trace: (event) => events.push(event) });
    expect(hits.map((hit) => hit.id)).toEqual(['monarch']);
    expect(events.map((event) => event.name)).toContain('retrieve.no-vector');
    for (const text of ['', '   ', '((((', '\ud800', 'the of and']) expect(await collection.search(text)).toEqual([]);
    await collection.close();
  });

  it('replaces and deletes in both lists', async () => {
    const collection = await openCollection(memoryDirectory(), hybrid);
    await collection.add(papers);
    await collection.add([{ id: 'monarch', fields: { title: 'Search', abstract: '' } }]);
    await collection.delete(['bidr']);
    expect((await collection.search('hardware')).map((hit) => hit.id)).toEqual(['monarch', 'prf']);
    expect((await collection.search('lookup', { k: 1 })).map((hit) => hit.id)).toEqual(['monarch']);
    await collection.close();
  });

  it('takes any index of vectors', async () => {
    const index = binary({ space: encoder.space, dim: 2 });
    const collection = await openCollection(memoryDirectory(), { ...options, dense: { encoder, index, depth: 1 } });
    await collection.add(papers);
    expect((await collection.search('hardware', { k: 1 })).map((hit) => hit.id)).toEqual(['monarch']);
    expect(await collection.search('hardware', { k: 3 })).toHaveLength(3); // a depth below k is k
    await collection.close();
  });

  it('takes an index with a codec', async () => {
    const index = binary({ space: encoder.space, dim: 2, vectors: 'none' });
    const collection = await openCollection(memoryDirectory(), { ...options, dense: { encoder, index } });
    await collection.add(papers);
    expect(await collection.search('hardware', { k: 3 })).toHaveLength(3);
    await collection.close();
  });

  it('refuses a change that is begun while it closes', async () => {
    const directory = memoryDirectory();
    const collection = await openCollection(directory, options);
    await collection.add(papers.slice(0, 1));
    const closed = collection.close();
    await expect(collection.add(papers)).rejects.toMatchObject({ code: 'CLOSED' });
    await closed;
    const again = await openCollection(directory, options);
    expect(again.size).toBe(1);
    await again.close();
  });

  it('gets an encoder later and then answers like a collection with the encoder from the start', async () => {
    const directory = memoryDirectory();
    const late = await openCollection(directory, options);
    const early = await openCollection(memoryDirectory(), hybrid);
    const more = [
      { id: 'empty', fields: {} },
      { id: 'blank', fields: { title: '', abstract: 'A lookup.' } },
    ];
    for (const collection of [late, early]) {
      await collection.add(papers);
      await collection.add(more);
      await collection.delete(['bidr']);
    }
    expect(await late.search('hardware')).toEqual([]);
    const events: TraceEvent[] = [];
    await late.buildDense(dense, { trace: (event) => void events.push(event) });
    expect(events.filter(({ name }) => name === 'collection.encode').at(-1)).toMatchObject({ done: 4, total: 4 });
    for (const text of ['hardware', 'late interaction lookup', 'nothing known']) {
      expect(await late.search(text, { explain: true })).toEqual(await early.search(text, { explain: true }));
    }
    await late.add([{ id: 'new', fields: { title: 'Disk lookup', abstract: '' } }]); // encoded like the others
    expect((await late.search('hardware')).map((hit) => hit.id)).toContain('new');
    const before = await late.search('hardware');
    await late.close();
    await early.close();
    const again = await openCollection(directory, { ...hybrid, readOnly: true });
    expect(await again.search('hardware')).toEqual(before);
    await again.close();
  });

  it('changes its encoder in one commit, while it is searched', async () => {
    const directory = memoryDirectory();
    const collection = await openCollection(directory, hybrid);
    await collection.add(papers);
    const second = topics('topics 2');
    const next = { encoder: second, index: binary({ space: second.space, dim: 2 }) };
    let isDone = false;
    const soon = { id: 'soon', fields: { title: 'Hardware on disk' } }; // by the new encoder, though begun before it is there
    const building = Promise.all([collection.buildDense(next), collection.add([soon])]).finally(() => {
      isDone = true;
    });
    while (!isDone) {
      expect((await collection.search('hardware')).length).toBeGreaterThan(0);
      await nextTurn(); // a search in memory waits for nothing, and would keep the building from going on
    }
    await building;
    expect((await collection.search('hardware')).map((hit) => hit.id)).toEqual(['soon', 'monarch', 'bidr', 'prf']);
    await collection.close();
    await (await openCollection(directory, { ...options, dense: next })).close();
    await expect(openCollection(directory, hybrid)).rejects.toMatchObject({ code: 'SCHEMA_MISMATCH' });
  });

  it.each([
    ['is aborted', { signal: AbortSignal.abort() }, encoder, { code: 'CANCELLED' }],
    ['fails', {}, { ...encoder, encodeDocuments: () => Promise.reject(new Error('no model')) }, /no model/],
  ])('stays as it is where building %s', async (_what, cancel, failing, error) => {
    const directory = memoryDirectory();
    const collection = await openCollection(directory, options);
    await collection.add(papers);
    const built = collection.buildDense({ ...dense, encoder: failing }, cancel);
    await (error instanceof RegExp ? expect(built).rejects.toThrow(error) : expect(built).rejects.toMatchObject(error));
    expect(await collection.search('hardware')).toEqual([]);
    await collection.add([{ id: 'later', fields: { title: 'Hardware' } }]); // the lock was released
    expect((await collection.search('hardware')).map((hit) => hit.id)).toEqual(['later']);
    await collection.close();
    await (await openCollection(directory, options)).close();
  });

  it('encodes a document alike however it arrives, in the order of the fields at creation', async () => {
    const seen = new Map<string, Set<string>>();
    const spy: Encoder<'dense'> = {
      ...encoder,
      encodeDocuments: async (documents) => {
        for (const fields of documents) {
          const text = Object.entries(fields).flat().join('|');
          const id = fields.title ?? '';
          seen.set(id, (seen.get(id) ?? new Set()).add(text));
        }
        return encoder.encodeDocuments(documents);
      },
    };
    const [ab, ba] = [
      { title: 'one', abstract: 'x' },
      { abstract: 'x', title: 'one' },
    ];
    const index = flat({ space: encoder.space, dim: 2 });
    const directory = memoryDirectory();
    const first = await openCollection(directory, { ...options, dense: { encoder: spy, index } });
    await first.add([{ id: 'a', fields: ab }]);
    await first.add([{ id: 'a', fields: ba }]);
    await first.add([{ id: 'b', fields: ba }]);
    await first.buildDense({ encoder: spy, index: flat({ space: encoder.space, dim: 2 }) });
    await first.close();
    const reordered = { fields: { abstract: 1, title: 2 }, columns: options.columns };
    const again = await openCollection(directory, { ...reordered, dense: { encoder: spy, index } });
    await again.add([{ id: 'c', fields: ba }]);
    await again.buildDense({ encoder: spy, index: flat({ space: encoder.space, dim: 2 }) });
    await again.close();
    expect([...seen.get('one')!]).toEqual(['title|one|abstract|x']);
  });

  it('refuses an encoder that returns fewer vectors than documents', async () => {
    const short: Encoder<'dense'> = {
      ...encoder,
      encodeDocuments: async (documents) => (await encoder.encodeDocuments(documents)).slice(1),
    };
    const collection = await openCollection(memoryDirectory(), { ...options, dense: { ...dense, encoder: short } });
    const refused = {
      code: 'INVALID_ARGUMENT',
      message: 'The encoder topics returned 2 representations of 3 documents',
    };
    await expect(collection.add(papers)).rejects.toMatchObject(refused);
    expect(collection.size).toBe(0);
    await collection.close();
    const later = await openCollection(memoryDirectory(), options);
    await later.add(papers);
    await expect(later.buildDense({ ...dense, encoder: short })).rejects.toMatchObject(refused);
    await later.close();
  });

  it('refuses to build an index of another space', async () => {
    const collection = await openCollection(memoryDirectory(), options);
    const index = flat({ space: 'elsewhere', dim: 2 });
    await expect(collection.buildDense({ encoder, index })).rejects.toMatchObject({ code: 'ENCODER_MISMATCH' });
    await collection.close();
  });

  it('refuses an index of another space, and a folder made without one', async () => {
    const index = flat({ space: 'elsewhere', dim: 2 });
    await expect(openCollection(memoryDirectory(), { ...options, dense: { encoder, index } })).rejects.toMatchObject({
      code: 'ENCODER_MISMATCH',
    });
    const directory = memoryDirectory();
    const byWords = await openCollection(directory, options);
    await byWords.add(papers);
    await byWords.close();
    const opened = openCollection(directory, hybrid).then((collection) => collection.search('late'));
    await expect(opened).rejects.toMatchObject({ code: 'SCHEMA_MISMATCH' });
  });
});

function* all(why: Explanation): Generator<Explanation> {
  yield why;
  for (const detail of why.details) yield* all(detail);
}

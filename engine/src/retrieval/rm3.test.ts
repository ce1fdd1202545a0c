// RM3 on a library small enough for exact expectations; the published numbers are in
// engine/test/parity/cacm.node.test.ts.

import type { IndexReader, Trace, TraceEvent } from '@quire/engine/core';
import { termsEncoder } from '@quire/engine/encoders';
import { inverted } from '@quire/engine/indexes';
import { cut, part, pipe, querySyntax, retrieve, rm3 } from '@quire/engine/retrieval';
import { memoryDirectory, openLibrary } from '@quire/engine/storage';
import { english } from '@quire/engine/text';
import { describe, expect, it } from 'vitest';

const encoder = termsEncoder(english(), { fields: ['text'] });
const options = { k: 10, feedbackDocuments: 1, feedbackTerms: 2, maxDocumentShare: 0.5 };

async function libraryOf(texts: Readonly<Record<string, string>>, budget = {}) {
  const library = await openLibrary(memoryDirectory(), {
    schema: { fields: { text: { stored: true } }, columns: {} },
    parts: { lexical: inverted({ space: encoder.space, fields: { text: 1 }, budget }) },
  });
  const writer = await library.writer();
  for (const [id, text] of Object.entries(texts)) {
    const [lexical] = await encoder.encodeDocuments([{ text }]);
    await writer.add({ id, fields: { text } }, { lexical: lexical! });
  }
  await writer.commit();
  await writer.close();
  return library;
}

const texts = {
  a: 'quantum computer qubit qubit qubit gate gate',
  b: 'qubit gate noise',
  c: 'classical music',
  d: 'weather report',
};

describe('RM3', () => {
  it('finds documents that share no word with the query, through the words of the best', async () => {
    const library = await libraryOf(texts);
    const snapshot = library.snapshot();
    const source = part(library, 'lexical');
    const plain = await retrieve(encoder, source, 10).run({ text: 'quantum' }, { snapshot });
    const events: TraceEvent[] = [];
    const expanded = await rm3(encoder, source, options).run(
      { text: 'quantum' },
      { snapshot, trace: (event) => events.push(event) },
    );
    expect(plain.map((hit) => hit.id)).toEqual(['a']);
    expect(expanded.map((hit) => hit.id)).toEqual(['a', 'b']);
    // document model: qubit 3/5, gate 2/5; half of it, half of the query
    expect(events.find((event) => event.name === 'rm3.expanded')?.message).toBe(
      'quantum^0.5000 qubit^0.3000 gate^0.2000',
    );
    snapshot.release();
  });

  it('takes no feedback from terms that are frequent, short or long', async () => {
    const odd = 'quantum x abcdefghijklmnopqrstuvwxyz common gate';
    const library = await libraryOf({ a: odd, b: 'common', c: 'common' });
    const snapshot = library.snapshot();
    const events: TraceEvent[] = [];
    await rm3(encoder, part(library, 'lexical'), { ...options, feedbackTerms: 10 }).run(
      { text: 'quantum' },
      { snapshot, trace: (event) => events.push(event) },
    );
    expect(events.find((event) => event.name === 'rm3.expanded')?.message).toBe('quantum^0.7500 gate^0.2500');
    snapshot.release();
  });

  it('counts all terms of the feedback documents, however few a query of the index may have', async () => {
    const long = Array.from({ length: 700 }, (_, i) => `w${i}`).join(' ');
    const model = `quantum ${long} qubit qubit qubit`;
    for (const budget of [{}, { terms: 3 }]) {
      const library = await libraryOf({ a: model, b: 'qubit w3', c: 'w1', d: 'w2' }, budget);
      const hits = await rm3(encoder, part(library, 'lexical'), { ...options, feedbackTerms: 1 }).run({
        text: 'quantum',
      });
      expect(hits.map((hit) => hit.id)).toEqual(['a', 'b']);
      await library.close();
    }
  });

  it('takes feedback from every alphabet, and from an ideograph, which is a word', async () => {
    const library = await libraryOf({ a: 'quantum Größe квант किताब 知 x', b: 'other', c: 'more', d: 'last' });
    const messages: (string | undefined)[] = [];
    await rm3(encoder, part(library, 'lexical'), { ...options, feedbackTerms: 10 }).run(
      { text: 'quantum' },
      { trace: ({ name, message }) => name === 'rm3.expanded' && messages.push(message) },
    );
    expect(messages).toEqual(['quantum^0.6000 größe^0.1000 квант^0.1000 किताब^0.1000 知^0.1000']);
  });

  it.each(['boost', 'field', 'or'] as const)('keeps an exclusion inside a %s', async (around) => {
    const library = await libraryOf({ a: 'qubit gate', b: 'qubit noise gate', c: 'music', d: 'weather' });
    const term = (word: string) => ({ type: 'term', term: word }) as const;
    const query = { type: 'or', clauses: [term('qubit'), { type: 'not', clause: term('nois') }] } as const;
    const trees = {
      boost: { type: 'boost', boost: 2, query },
      field: { type: 'field', field: 'text', query },
      or: { type: 'or', clauses: [query] },
    } as const;
    const reps = new Map([[encoder.fingerprints.query, encoder.query(trees[around])]]);
    const hits = await rm3(encoder, part(library, 'lexical'), options).run({ text: 'qubit', reps });
    expect(hits.map((hit) => hit.id)).toEqual(['a']);
    await library.close();
  });

  it('is the plain query where nothing is found, and nothing for a query without terms', async () => {
    const library = await libraryOf(texts);
    const snapshot = library.snapshot();
    const retriever = rm3(encoder, part(library, 'lexical'), options);
    expect(await retriever.run({ text: 'nowhere' }, { snapshot })).toEqual([]);
    expect(await retriever.run({ text: 'the of' }, { snapshot })).toEqual([]);
    snapshot.release();
  });

  it('explains by the expanded query, with the score of the hit', async () => {
    const library = await libraryOf(texts);
    const snapshot = library.snapshot();
    const retriever = rm3(encoder, part(library, 'lexical'), options);
    const hits = await retriever.run({ text: 'quantum' }, { snapshot });
    const why = await retriever.explain({ text: 'quantum' }, ['b', 'c', 'none'], { snapshot });
    expect([...why.keys()]).toEqual(['b']);
    expect(why.get('b')).toMatchObject({ value: hits[1]!.score, description: expect.stringContaining('qubit^0.3000') });
    snapshot.release();
  });

  it('weighs the model of each document by that document’s own score', async () => {
    const library = await libraryOf({
      a: 'quantum alpha',
      b: 'quantum beta with several further different words',
      c: 'other',
      d: 'another',
    });
    const snapshot = library.snapshot();
    const events: TraceEvent[] = [];
    const two = { ...options, feedbackDocuments: 2, feedbackTerms: 1 };
    const retriever = rm3(encoder, part(library, 'lexical'), two);
    await retriever.run({ text: 'quantum' }, { snapshot, trace: (event) => events.push(event) });
    // each document gives its first term of tf 1; a, the shorter, scores higher, so its term is the heaviest
    expect(events.find((event) => event.name === 'rm3.expanded')?.message).toBe('quantum^0.5000 alpha^0.5000');
    snapshot.release();
  });

  it('is the plain query where all the weight is the query’s own', async () => {
    const library = await libraryOf(texts);
    const snapshot = library.snapshot();
    const own = rm3(encoder, part(library, 'lexical'), { ...options, originalWeight: 1 });
    const none = rm3(encoder, part(library, 'lexical'), { ...options, originalWeight: 0 });
    expect((await own.run({ text: 'quantum' }, { snapshot })).map((hit) => hit.id)).toEqual(['a']);
    expect((await none.run({ text: 'quantum' }, { snapshot })).map((hit) => hit.id)).toEqual(['a', 'b']);
    snapshot.release();
  });

  it.each([
    { feedbackTerms: -1 },
    { feedbackDocuments: 0.5 },
    { originalWeight: 2 },
    { originalWeight: Number.NaN },
    { maxDocumentShare: -1 },
  ])('refuses %j', async (wrong) => {
    const library = await libraryOf(texts);
    expect(() => rm3(encoder, part(library, 'lexical'), { ...options, ...wrong })).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT' }),
    );
  });

  it('reads the texts of the snapshot that it searches, given or its own', async () => {
    const library = await libraryOf(texts);
    const source = part(library, 'lexical');
    expect(await rm3(encoder, source, options).run({ text: 'quantum' })).toHaveLength(2);
    expect(await cut(rm3(encoder, source, options), 2).run({ text: 'quantum' })).toHaveLength(2);
  });

  it('reads the texts of the context, and says what it needs when it has none', async () => {
    const library = await libraryOf(texts);
    const snapshot = library.snapshot();
    const retriever = rm3(encoder, snapshot.part('lexical') as IndexReader<'terms'>, options);
    await expect(retriever.run({ text: 'quantum' })).rejects.toThrow(/no texts of feedback documents/);
    const given = async (id: string) => ({ text: texts[id as 'a'] });
    expect(await retriever.run({ text: 'quantum' }, { texts: given })).toHaveLength(2);
    snapshot.release();
  });
});

describe('RM3 and the syntax of the user', () => {
  const search = async (source: string, trace?: Trace) => {
    const library = await libraryOf(texts);
    const retriever = pipe(querySyntax(encoder), rm3(encoder, part(library, 'lexical'), options));
    return (await retriever.run(source, { trace })).map((hit) => hit.id);
  };

  it.each([
    ['quantum', ['a', 'b']],
    ['quantum -noise', ['a']],
    ['quantum -"gate noise"', ['a']],
    ['+quantum', ['a']],
    ['+quantum -computer', []],
    ['"quantum computer"', ['a']],
    ['-noise', []],
  ])('finds for %s only what it allows', async (source, ids) => {
    expect(await search(source)).toEqual(ids);
  });

  it('shows the exclusion in the expanded query', async () => {
    const messages: (string | undefined)[] = [];
    await search('quantum -noise', ({ name, message }) => name === 'rm3.expanded' && messages.push(message));
    expect(messages).toEqual(['quantum^0.5000 qubit^0.3000 gate^0.2000 -nois']);
  });
});

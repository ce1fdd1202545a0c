import type { TraceEvent } from '@quire/engine/core';
import { bagOfWords, termsEncoder } from '@quire/engine/encoders';
import { english } from '@quire/engine/text';
import { describe, expect, it } from 'vitest';

const flat = termsEncoder(english(), { fields: { contents: ['title', 'text'] } });

describe('the terms encoder', () => {
  it('makes a bag of words of a query, a repeated word a boost', async () => {
    const [query] = await flat.encodeQueries(['Ranking the rankings of papers']);
    expect(query!.query).toEqual({
      type: 'or',
      clauses: [
        { type: 'boost', boost: 2, query: { type: 'term', term: 'rank' } },
        { type: 'term', term: 'paper' },
      ],
    });
    expect(query).toMatchObject({ kind: 'terms', side: 'query', space: flat.space });
  });

  it.each(['', 'the of and', '?!', '\ud800'])('makes an empty bag of a query without terms: %j', async (text) => {
    const [query] = await flat.encodeQueries([text]);
    expect(query!.query).toMatchObject({ type: 'or' });
    expect(bagOfWords(english().analyze('the of'))).toEqual({ type: 'or', clauses: [] });
  });

  it('joins the fields of a document by line feeds, leaving empty ones out', async () => {
    const [both, title, none] = await flat.encodeDocuments([
      { title: 'A title', text: 'Text' },
      { title: 'One' },
      { other: 'x' },
    ]);
    expect(both!.fields.get('contents')!.terms).toEqual(['titl', 'text']);
    expect([...both!.fields.get('contents')!.starts]).toEqual([2, 8]);
    expect(title!.fields.get('contents')!.terms).toEqual(['on']);
    expect(none!.fields.size).toBe(0);
  });

  it('does not take what every object has for a field', async () => {
    const odd = termsEncoder(english(), { fields: ['constructor', 'toString'] });
    const [document] = await odd.encodeDocuments([{ toString: 'words' }]);
    expect([...document!.fields.keys()]).toEqual(['toString']);
  });

  it.each([[[]], [['a', 'a']]])('refuses the fields %j', (fields) => {
    expect(() => termsEncoder(english(), { fields })).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  });

  it('keeps separate fields apart', async () => {
    const encoder = termsEncoder(english(), { fields: ['title', 'abstract'] });
    expect(encoder.fields).toEqual(['title', 'abstract']);
    const [document] = await encoder.encodeDocuments([{ title: 'x', abstract: 'y', ignored: 'z' }]);
    expect([...document!.fields.keys()]).toEqual(['title', 'abstract']);
  });

  it('reads the beginning of a query of 100,000 words and says so; a document is read whole', async () => {
    const text = Array.from({ length: 100_000 }, (_, i) => `w${i}`).join(' ');
    const events: TraceEvent[] = [];
    const trace = (event: TraceEvent) => events.push(event);
    const [query, short] = await flat.encodeQueries([text, 'short'], { trace });
    expect(query).toEqual((await flat.encodeQueries([text.slice(0, 16_384)]))[0]);
    expect(short!.query).toMatchObject({ clauses: [{ term: 'short' }] });
    expect(events).toMatchObject([
      { name: 'query.budget', facts: { what: 'characters', limit: 16_384, found: text.length } },
    ]);
    const [document] = await flat.encodeDocuments([{ text }], { trace });
    expect(document!.fields.get('contents')!.length).toBe(100_000);
    expect(events).toHaveLength(1);
  });

  it('takes another limit for queries, and refuses one that is none', async () => {
    const four = termsEncoder(english(), { fields: ['t'], maxQueryLength: 4 });
    expect((await four.encodeQueries(['abc 😀']))[0]).toEqual((await four.encodeQueries(['abc ']))[0]);
    expect(() => termsEncoder(english(), { fields: ['t'], maxQueryLength: 0 })).toThrow('maxQueryLength is 0');
  });

  it('has a space of its own for each analyzer and each choice of fields', () => {
    const same = termsEncoder(english(), { fields: { contents: ['title', 'text'] } });
    expect(same.space).toBe(flat.space);
    const others = [
      termsEncoder(english(), { fields: { contents: ['text', 'title'] } }),
      termsEncoder(english(), { fields: ['contents'] }),
      termsEncoder({ ...english(), fingerprint: 'another' }, { fields: { contents: ['title', 'text'] } }),
    ];
    expect(new Set([flat.space, ...others.map((other) => other.space)]).size).toBe(4);
  });

  it('stops when it is cancelled', async () => {
    const signal = AbortSignal.abort();
    await expect(flat.encodeQueries(['x'], { signal })).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect(flat.encodeDocuments([{ text: 'x' }], { signal })).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});

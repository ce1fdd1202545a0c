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

// What every encoder must do, whatever it makes. A new encoder is a few lines: encoderContract('name', make).

import { describe, expect, it } from 'vitest';
import type { Encoder, Kind, MultiDocument, MultiQuery, Representation } from '../../src/core/index.ts';
import { unless } from '../support/skip.ts';

/** Cases that an encoder may leave out, with the reason in words. */
export type EncoderCase = 'truncation' | 'unit length';

export interface EncoderContractOptions {
  readonly skip?: readonly { readonly case: EncoderCase; readonly reason: string }[];
  /** A text with more tokens than the encoder reads. Default: "word " 20,000 times. */
  readonly longText?: string;
}

/** Texts that break careless code; each must encode, alone and among others. */
const TEXTS: readonly (readonly [name: string, text: string])[] = [
  ['plain words', 'dense retrieval of scientific papers'],
  ['nothing', ''],
  ['white space', ' \t\r\n\u00a0\u2003'],
  ['punctuation', '... --- !!! ((()))'],
  ['emoji with joiners', '👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽'],
  ['combining marks, stacked', `e${'\u0301'.repeat(50)} a\u0308o\u0308`],
  ['composed and decomposed', 'Crème brûlée Cre\u0300me bru\u0302le\u0301e'],
  ['Chinese, Japanese, Korean', '自然言語処理 信息检索 정보 검색'],
  ['right to left', 'שלום עולם مرحبا بالعالم'],
  ['lone surrogates', 'a\ud800b \udc00'],
  ['controls and zero', 'a\u0000b\u0007c\u200b\ufeff'],
  ['a very long word', 'x'.repeat(5_000)],
  ['formulas', 'O(n log n) $\\alpha_{ij}$ x² ≤ ½ µm'],
  ['line separators', 'one\u2028two\u2029three\u0085four'],
];

/** Runs the contract on encoders from `make`, which must give equal encoders each time. */
export function encoderContract<K extends Kind>(
  name: string,
  make: () => Encoder<K> | Promise<Encoder<K>>,
  { skip = [], longText = 'word '.repeat(20_000) }: EncoderContractOptions = {},
): void {
  const reasonFor = (wanted: EncoderCase) => skip.find((entry) => entry.case === wanted)?.reason;
  const texts = TEXTS.map(([, text]) => text);
  const documents = texts.map((text) => ({ title: 'A title', abstract: text }));

  describe(`${name} keeps the encoder contract`, () => {
    it('encodes a batch exactly as it encodes each text alone, in any order', async () => {
      const encoder = await make();
      const queries = await encoder.encodeQueries(texts);
      const backwards = await encoder.encodeQueries([...texts].reverse());
      const encoded = await encoder.encodeDocuments(documents);
      expect([...backwards].reverse()).toEqual(queries);
      for (let i = 0; i < texts.length; i++) {
        expect(await encoder.encodeQueries([texts[i]!])).toEqual([queries[i]]);
        expect(await encoder.encodeDocuments([documents[i]!])).toEqual([encoded[i]]);
      }
    });

    it.each(TEXTS)('makes finite numbers of its kind and space from %s', async (_name, text) => {
      const encoder = await make();
      const reps = [...(await encoder.encodeQueries([text])), ...(await encoder.encodeDocuments([{ abstract: text }]))];
      expect(reps).toHaveLength(2);
      for (const [i, rep] of (reps as readonly Representation[]).entries()) {
        const { space, fingerprints, queryKind, documentKind } = encoder;
        const kind = i === 0 ? queryKind : documentKind;
        const fingerprint = i === 0 ? fingerprints.query : fingerprints.document;
        expect(rep).toMatchObject({ kind, space, fingerprint });
        checkNumbers(rep, text, reasonFor('unit length') === undefined);
      }
    });

    it('gives one representation a text, none for none', async () => {
      const encoder = await make();
      expect(await encoder.encodeQueries([])).toEqual([]);
      expect(await encoder.encodeDocuments([])).toEqual([]);
      expect(await encoder.encodeQueries(['same', 'same', 'same'])).toHaveLength(3);
      expect(await encoder.encodeDocuments([{}, { title: '' }])).toHaveLength(2);
    });

    it('is deterministic: two encoders made alike share a space and every bit', async () => {
      const [a, b] = [await make(), await make()];
      expect(a.space).toBe(b.space);
      expect(a.space).not.toBe('');
      expect(await a.encodeQueries(texts)).toEqual(await b.encodeQueries(texts));
      expect(await a.encodeDocuments(documents)).toEqual(await b.encodeDocuments(documents));
    });

    it('is not changed by what it encoded before', async () => {
      const encoder = await make();
      const before = await encoder.encodeQueries(['dense retrieval']);
      await encoder.encodeDocuments(documents);
      expect(await encoder.encodeQueries(['dense retrieval'])).toEqual(before);
    });

    it('stops with CANCELLED when the signal has fired, and when it fires during a long batch', async () => {
      const encoder = await make();
      const fired = AbortSignal.abort();
      await expect(encoder.encodeQueries(['a'], { signal: fired })).rejects.toMatchObject({ code: 'CANCELLED' });
      await expect(encoder.encodeDocuments([{}], { signal: fired })).rejects.toMatchObject({ code: 'CANCELLED' });
      const controller = new AbortController();
      const batch = encoder.encodeDocuments(new Array(20_000).fill({ abstract: 'some words to encode' }), {
        signal: controller.signal,
      });
      setTimeout(() => controller.abort(), 0);
      await expect(batch).rejects.toMatchObject({ code: 'CANCELLED' });
    });

    unless(reasonFor('truncation')).it('reports a text that is too long, and no other', async () => {
      const encoder = await make();
      const events: string[] = [];
      const trace = (event: { readonly name: string; readonly facts?: object }) =>
        events.push(`${event.name} ${JSON.stringify(event.facts)}`);
      await encoder.encodeQueries(['short', longText], { trace });
      await encoder.encodeDocuments([{ abstract: longText }, { abstract: 'short' }], { trace });
      const clipped = events.filter((event) => event.startsWith('encode.truncated'));
      expect(clipped).toHaveLength(2);
      expect(clipped[0]).toContain('"text":1');
      expect(clipped[1]).toContain('"text":0');
    });
  });
}

/** `text`: what was encoded, alone or as the only field of a document. */
function checkNumbers(rep: Representation, text: string, isUnit: boolean): void {
  switch (rep.kind) {
    case 'dense':
      checkVector(rep.vec, isUnit);
      return;
    case 'multi':
      checkTokens(rep, text, isUnit);
      return;
    case 'sparse':
      expect(rep.ids).toHaveLength(rep.weights.length);
      expect(rep.weights.every(Number.isFinite)).toBe(true);
      for (let i = 1; i < rep.ids.length; i++) expect(rep.ids[i]!).toBeGreaterThan(rep.ids[i - 1]!);
      return;
    case 'binary':
      expect(rep.bits.length).toBeGreaterThan(0);
      return;
    case 'terms':
      return; // strings: their own tests look at them
    default:
      rep satisfies never;
  }
}

/** Everything that a multi-vector keeps of a token has one element a token; offsets lie in the text, in its order. */
function checkTokens(rep: MultiQuery | MultiDocument, text: string, isUnit: boolean): void {
  expect(Number.isInteger(rep.vecs.length / rep.dim)).toBe(true);
  const tokens = rep.vecs.length / rep.dim;
  for (let i = 0; i < tokens; i++) checkVector(rep.vecs.subarray(i * rep.dim, (i + 1) * rep.dim), isUnit);
  if (rep.side === 'query') {
    expect(rep.weights).toHaveLength(tokens);
    expect(rep.weights.every((weight) => Number.isFinite(weight) && weight >= 0)).toBe(true);
    return;
  }
  expect([rep.tokens.length, rep.starts.length, rep.ends.length]).toEqual([tokens, tokens, tokens]);
  for (let i = 0; i < tokens; i++) {
    expect(rep.ends[i]!).toBeGreaterThanOrEqual(rep.starts[i]!); // equal: a token that stands for no text ([CLS])
    expect(rep.ends[i]!).toBeLessThanOrEqual(text.length);
    if (i > 0) expect(rep.starts[i]!).toBeGreaterThanOrEqual(rep.starts[i - 1]!);
  }
}

/** Finite, and at unit length or all zeros unless the encoder says otherwise. */
function checkVector(vector: Float32Array, isUnit: boolean): void {
  expect(vector.every(Number.isFinite)).toBe(true);
  const length = Math.sqrt(vector.reduce((sum, x) => sum + x * x, 0));
  if (isUnit && length !== 0) expect(length).toBeCloseTo(1, 5);
}

import { describe, expect, it } from 'vitest';
import { encoderContract } from '../../test/contract/encoder-contract.ts';
import { sha256Hex } from '../core/hash.ts';
import type { TraceEvent } from '../core/index.ts';
import { Rng } from '../core/rng.ts';
import { type Tensor, writeSafetensors } from './safetensors.ts';
import { type StaticModelFiles, staticEncoder } from './static.ts';
import { quantiseRows } from './token-table.ts';

const VOCABULARY = [
  '[PAD]',
  '[UNK]',
  '[CLS]',
  '[SEP]',
  '[MASK]',
  'dense',
  'sparse',
  'search',
  '##ing',
  'word',
  'a',
  'the',
];
const DIM = 6;
const ROWS = (() => {
  const rng = new Rng(8);
  return Float32Array.from({ length: VOCABULARY.length * DIM }, () => rng.float() - 0.5);
})();
const WEIGHTS = Float32Array.of(0, 0, 0, 0, 0, 4, 3, 2, 1, 2, 0.5, 0.25);

const TOKENIZER = JSON.stringify({
  version: '1.0',
  truncation: null,
  padding: null,
  added_tokens: [],
  normalizer: {
    type: 'BertNormalizer',
    clean_text: true,
    handle_chinese_chars: true,
    strip_accents: null,
    lowercase: true,
  },
  pre_tokenizer: { type: 'BertPreTokenizer' },
  post_processor: null,
  decoder: null,
  model: {
    type: 'WordPiece',
    unk_token: '[UNK]',
    continuing_subword_prefix: '##',
    max_input_chars_per_word: 100,
    vocab: Object.fromEntries(VOCABULARY.map((piece, id) => [piece, id])),
  },
});
const CONFIG = { type: 'static', version: 1, name: 'test', dim: DIM, maxTokens: 64, counts: 'root' };

interface Changes {
  readonly config?: object;
  readonly quantised?: boolean;
  readonly projection?: Float32Array; // (rows, DIM)
}

function model({ config, quantised = false, projection }: Changes = {}): StaticModelFiles {
  const tensors = new Map<string, Tensor>([['weights', { dtype: 'F32', shape: [WEIGHTS.length], values: WEIGHTS }]]);
  if (quantised) for (const [name, tensor] of Object.entries(quantiseRows(ROWS, DIM))) tensors.set(name, tensor);
  else tensors.set('table', { dtype: 'F32', shape: [VOCABULARY.length, DIM], values: ROWS });
  if (projection) {
    tensors.set('projection', { dtype: 'F32', shape: [projection.length / DIM, DIM], values: projection });
  }
  return { config: JSON.stringify({ ...CONFIG, ...config }), tokenizer: TOKENIZER, weights: writeSafetensors(tensors) };
}

/** What the header of static.ts says, in the plainest code. */
function byHand(counts: Readonly<Record<string, number>>, root: boolean): number[] {
  const sum = new Array<number>(DIM).fill(0);
  for (const [piece, count] of Object.entries(counts)) {
    const token = VOCABULARY.indexOf(piece);
    for (let d = 0; d < DIM; d++) {
      sum[d]! += (root ? Math.sqrt(count) : count) * WEIGHTS[token]! * ROWS[token * DIM + d]!;
    }
  }
  const length = Math.hypot(...sum);
  return sum.map((x) => x / length);
}

encoderContract('static, float32', () => staticEncoder(model()));
encoderContract('static, int8', () => staticEncoder(model({ quantised: true }), { fields: ['title', 'abstract'] }));
encoderContract('static, projected', () =>
  staticEncoder(model({ config: { dim: 2 }, projection: Float32Array.from({ length: 12 }, (_, i) => i - 5) })),
);

describe('the static encoder', () => {
  it.each([
    { counts: 'root', root: true },
    { counts: 'linear', root: false },
  ])('is the weighted mean by $counts counts, at unit length', ({ counts, root }) => {
    const { vec } = staticEncoder(model({ config: { counts } })).encodeSync('Searching the SPARSE, sparse word; dénse');
    const expected = byHand({ search: 1, '##ing': 1, the: 1, sparse: 2, word: 1, dense: 1 }, root);
    expected.forEach((x, d) => {
      expect(vec[d]).toBeCloseTo(x, 6);
    });
  });

  it('has frozen bits: these vectors never change, in Node and in browsers', () => {
    const text = 'dense searching of a sparse word, a word';
    const hashes = [model(), model({ quantised: true })].map((files) => {
      const { vec } = staticEncoder(files).encodeSync(text);
      return sha256Hex(new Uint8Array(vec.buffer)).slice(0, 16);
    });
    expect(hashes).toEqual(['bb138ccc02bf0ef7', '6a206800fd352a6c']);
  });

  it('as int8 points where float32 points', () => {
    const [a, b] = [model(), model({ quantised: true })].map(
      (files) => staticEncoder(files).encodeSync('dense word').vec,
    );
    const cosine = a!.reduce((sum, x, d) => sum + x * b![d]!, 0);
    expect(cosine).toBeGreaterThan(0.9999);
  });

  it('applies a projection after the mean', () => {
    const twice = new Float32Array(2 * DIM);
    twice[0] = 1; // first output = first component
    twice[DIM + 1] = 1; // second output = second component
    const projected = staticEncoder(model({ config: { dim: 2 }, projection: twice })).encodeSync('dense word').vec;
    const plain = byHand({ dense: 1, word: 1 }, true);
    const length = Math.hypot(plain[0]!, plain[1]!);
    expect(projected[0]).toBeCloseTo(plain[0]! / length, 6);
    expect(projected[1]).toBeCloseTo(plain[1]! / length, 6);
  });

  it.each(['', ' \n', '§ ± 漢字', '!!!'])('gives the zero vector for %j: no token that it knows', (text) => {
    expect([...staticEncoder(model()).encodeSync(text).vec]).toEqual(new Array(DIM).fill(0));
  });

  it('joins the fields of a document by line feeds, in the order asked for, leaving out empty ones', async () => {
    const encoder = staticEncoder(model(), { fields: ['title', 'abstract'] });
    const [document, bare] = await encoder.encodeDocuments([
      { abstract: 'sparse word', title: 'dense search', ignored: 'the the the' },
      { title: '', abstract: 'word' },
    ]);
    expect(document!.vec).toEqual(encoder.encodeSync('dense search\nsparse word').vec);
    expect(bare!.vec).toEqual(encoder.encodeSync('word').vec);
    const all = staticEncoder(model());
    const [joined] = await all.encodeDocuments([{ b: 'word', a: 'dense' }]);
    expect(joined!.vec).toEqual(all.encodeSync('word\ndense').vec);
  });

  it('reads maxTokens tokens and says so when there were more', () => {
    const encoder = staticEncoder(model({ config: { maxTokens: 3 } }));
    const events: TraceEvent[] = [];
    const clipped = encoder.encodeSync('dense dense word sparse', { trace: (event) => events.push(event) });
    expect(clipped.vec).toEqual(encoder.encodeSync('dense dense word').vec);
    expect(events).toEqual([
      {
        name: 'encode.truncated',
        message: 'Text 0 has more than 3 tokens; the rest is not read',
        facts: { text: 0, limit: 3, characters: 23 },
      },
    ]);
  });

  it.each(['x', '\u0301', '漢', '😀', ' '])(
    'reads 16 characters for each of maxTokens of a text of millions of %j',
    (unit) => {
      const encoder = staticEncoder(model());
      const text = `dense ${unit.repeat(5_000_000 / unit.length)}`;
      const events: TraceEvent[] = [];
      const start = performance.now();
      const { vec } = encoder.encodeSync(text, { trace: (event) => events.push(event) });
      expect(performance.now() - start).toBeLessThan(1000); // 9.8 s when the text was read to its end
      expect(vec).toEqual(encoder.encodeSync(text.slice(0, 64 * 16)).vec);
      expect(events).toMatchObject([{ name: 'encode.truncated', facts: { text: 0, characters: text.length } }]);
    },
  );

  it('has a space of its own for every weight, setting and choice of fields', () => {
    const spaces = [
      staticEncoder(model()),
      staticEncoder(model({ quantised: true })),
      staticEncoder(model({ config: { counts: 'linear' } })),
      staticEncoder(model({ config: { maxTokens: 63 } })),
      staticEncoder({ ...model(), tokenizer: `${TOKENIZER} ` }),
      staticEncoder(model(), { fields: ['title'] }),
      staticEncoder(model(), { fields: ['title', 'abstract'] }),
    ].map(({ space }) => space);
    expect(new Set(spaces).size).toBe(spaces.length);
  });

  it.each([
    { name: 'config that is not JSON', files: { ...model(), config: '{' }, code: 'PARSE_FAILED' },
    { name: 'config of another type', files: model({ config: { type: 'onnx' } }), code: 'UNSUPPORTED_FORMAT' },
    { name: 'config of a later version', files: model({ config: { version: 2 } }), code: 'UNSUPPORTED_FORMAT' },
    { name: 'config without a limit', files: model({ config: { maxTokens: 0 } }), code: 'PARSE_FAILED' },
    { name: 'another dimension', files: model({ config: { dim: 7 } }), code: 'CORRUPT' },
    { name: 'weights cut short', files: { ...model(), weights: model().weights.slice(0, -1) }, code: 'CORRUPT' },
    { name: 'a tokenizer that is not JSON', files: { ...model(), tokenizer: 'x' }, code: 'PARSE_FAILED' },
    {
      name: 'a tokenizer of another vocabulary',
      files: { ...model(), tokenizer: TOKENIZER.replace('"the":11', '"the":11,"more":12') },
      code: 'CORRUPT',
    },
  ])('refuses $name', ({ files, code }) => {
    expect(() => staticEncoder(files)).toThrow(expect.objectContaining({ code }));
  });
});

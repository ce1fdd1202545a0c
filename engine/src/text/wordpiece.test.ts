import { describe, expect, it } from 'vitest';
import { count, seed } from '../../test/support/env.ts';
import { EngineError } from '../core/errors.ts';
import { Rng } from '../core/rng.ts';
import { wordPiece } from './wordpiece.ts';

const PIECES = [
  '[PAD]',
  '[UNK]',
  '[CLS]',
  '[SEP]',
  '[MASK]',
  'den',
  '##se',
  'dense',
  're',
  '##tri',
  '##eval',
  '.',
  '漢',
];

function tokenizerJson(edit: (file: Record<string, unknown>) => void = () => {}): string {
  const file: Record<string, unknown> = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: ['[CLS]', '[SEP]', '[MASK]'].map((content) => {
      return { id: PIECES.indexOf(content), content, special: true, normalized: false };
    }),
    normalizer: {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
      lowercase: true,
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: { type: 'BertProcessing', cls: ['[CLS]', 2], sep: ['[SEP]', 3] },
    model: { type: 'WordPiece', unk_token: '[UNK]', vocab: Object.fromEntries(PIECES.map((piece, id) => [piece, id])) },
  };
  edit(file);
  return JSON.stringify(file);
}

const tokenizer = wordPiece(tokenizerJson());
const ids = (text: string, options = {}) => [...tokenizer.encode(text, options).ids];
const errorOf = (run: () => unknown): EngineError => {
  try {
    run();
  } catch (error) {
    if (error instanceof EngineError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
};

describe('wordPiece', () => {
  it('gives a long text without blanks the ids of its words one by one', () => {
    const rng = new Rng(seed('wordpiece long chunks'));
    const signs = [
      'dense',
      'retrieval',
      '.',
      ',',
      '漢',
      '=',
      '\u0338',
      '\u0301',
      'É',
      '\u00ad',
      '<',
      '字',
      '。',
      '😀',
      '[MASK]',
    ];
    for (const options of [{}, { handle_chinese_chars: false }, { lowercase: false, strip_accents: false }]) {
      const made = wordPiece(tokenizerJson((file) => Object.assign(file.normalizer as object, options)));
      for (let round = 0; round < count(20, 400); round++) {
        const text = Array.from({ length: 400 }, () => signs[rng.below(signs.length)]!).join('');
        const plain = { specialTokens: false };
        const oneByOne = text.split(/(\[MASK\])/).flatMap((piece) => {
          const words = piece === '[MASK]' ? [piece] : made.words(piece);
          return words.flatMap((word) => [...made.encode(word, plain).ids]);
        });
        expect([...made.encode(text, plain).ids]).toEqual(oneByOne);
        expect([...made.encode(text, { ...plain, maxLength: 100 }).ids]).toEqual(oneByOne.slice(0, 100));
      }
    }
  });

  it.each(['漢', '.', 'dense.', '[MASK]', 'dense '])(
    'reads no more of a text of millions of %s than it needs',
    (unit) => {
      const text = unit.repeat(Math.floor(5_000_000 / unit.length));
      const start = performance.now();
      expect(tokenizer.encode(text, { maxLength: 512 }).truncated).toBe(true);
      expect(performance.now() - start).toBeLessThan(2000); // 10 s or more when the text was read to its end
    },
  );

  it('takes the longest piece first and marks what it cannot cut', () => {
    expect(ids('Dense denser RETRIEVAL.')).toEqual([2, 7, 1, 8, 9, 10, 11, 3]);
    expect(ids('dénse 漢漢', { specialTokens: false })).toEqual([7, 12, 12]);
  });

  it('recognises special tokens inside a text', () => {
    expect(ids('dense[MASK]den', { specialTokens: false })).toEqual([7, 4, 5]);
    expect(ids('[mask]', { specialTokens: false })).toEqual([1, 1, 1]);
  });

  it('reads a megabyte of marks on one letter', () => {
    expect(ids(`dense${'\u0301\u0316'.repeat(250_000)}`, { specialTokens: false })).toEqual([7]);
  });

  it('keeps room for the special tokens when it truncates, and says so', () => {
    expect(tokenizer.encode('dense retrieval', { maxLength: 4 })).toEqual({
      ids: Uint32Array.of(2, 7, 8, 3),
      truncated: true,
    });
    expect(tokenizer.encode('dense re', { maxLength: 4 }).truncated).toBe(false);
    expect(ids('dense', { maxLength: 2 })).toEqual([2, 3]);
    const error = errorOf(() => tokenizer.encode('dense', { maxLength: 1 }));
    expect([error.code, error.message]).toEqual([
      'INVALID_ARGUMENT',
      'maxLength is 1; the special tokens alone take 2',
    ]);
    expect(errorOf(() => tokenizer.encode('dense', { maxLength: Number.NaN })).code).toBe('INVALID_ARGUMENT');
  });

  it("uses the file's own truncation until told otherwise", () => {
    const short = wordPiece(
      tokenizerJson((file) => Object.assign(file, { truncation: { max_length: 3, direction: 'Right' } })),
    );
    expect([...short.encode('dense dense').ids]).toEqual([2, 7, 3]);
    expect(short.encode('dense dense', { maxLength: Infinity }).ids.length).toBe(4);
  });

  it('gives an empty text its special tokens alone', () => {
    expect(ids('')).toEqual([2, 3]);
    expect(ids(' \u0000\ud800 ', { specialTokens: false })).toEqual([]);
  });

  it('gives the same ids from its cache', () => {
    const texts = Array.from({ length: 200 }, (_, i) => `dense${i % 7} retrieval. ${i % 5}`);
    const first = texts.map((text) => ids(text));
    expect(texts.map((text) => ids(text))).toEqual(first);
  });

  it('names its words, its pieces and itself', () => {
    expect(tokenizer.words('Dénse, 漢 Retrieval')).toEqual(['dense', ',', '漢', 'retrieval']);
    expect([tokenizer.size, tokenizer.idOf('##se'), tokenizer.idOf('[MASK]'), tokenizer.idOf('x')]).toEqual([
      13,
      6,
      4,
      undefined,
    ]);
    expect(tokenizer.fingerprint).toMatch(/^[0-9a-f]{16}$/);
  });

  const wrong: readonly (readonly [
    what: string,
    code: string,
    edit: (file: Record<string, unknown>) => void,
    says: RegExp,
  ])[] = [
    ['no model', 'PARSE_FAILED', (f) => Object.assign(f, { model: null }), /model: expected an object, got null/],
    ['another model', 'UNSUPPORTED', (f) => Object.assign(f.model as object, { type: 'BPE' }), /model\.type is "BPE"/],
    ['no unknown token', 'PARSE_FAILED', (f) => Object.assign(f.model as object, { unk_token: 'x' }), /unk_token/],
    ['a negative id', 'PARSE_FAILED', (f) => Object.assign(f.model as object, { vocab: { '[UNK]': -1 } }), /\[UNK\]/],
    [
      'a huge id',
      'PARSE_FAILED',
      (f) => Object.assign(f.model as object, { vocab: { '[UNK]': 2 ** 40 } }),
      /not below 16777216/,
    ],
    [
      'another normalizer',
      'UNSUPPORTED',
      (f) => Object.assign(f, { normalizer: { type: 'NFKC' } }),
      /normalizer\.type is "NFKC"/,
    ],
    ['no splitter', 'UNSUPPORTED', (f) => Object.assign(f, { pre_tokenizer: null }), /pre_tokenizer is null/],
    [
      'truncation on the left',
      'UNSUPPORTED',
      (f) => Object.assign(f, { truncation: { direction: 'Left', max_length: 3 } }),
      /Left/,
    ],
    [
      'a template without the text',
      'PARSE_FAILED',
      (f) => Object.assign(f, { post_processor: { type: 'TemplateProcessing', single: [], special_tokens: {} } }),
      /holds the text 0 times/,
    ],
    [
      'a word-bound token',
      'UNSUPPORTED',
      (f) => Object.assign(f, { added_tokens: [{ id: 1, content: 'x', single_word: true }] }),
      /single_word/,
    ],
    ['an empty token', 'PARSE_FAILED', (f) => Object.assign(f, { added_tokens: [{ id: 1, content: '' }] }), /empty/],
  ];
  for (const [what, code, edit, says] of wrong) {
    it(`refuses ${what}, naming the place`, () => {
      const error = errorOf(() => wordPiece(tokenizerJson(edit)));
      expect(error.code).toBe(code);
      expect(error.message).toMatch(says);
    });
  }

  it('refuses what is not JSON', () => {
    expect(errorOf(() => wordPiece('{"model":')).code).toBe('PARSE_FAILED');
    expect(errorOf(() => wordPiece('[]')).code).toBe('PARSE_FAILED');
  });

  it('does not confuse a vocabulary with the prototype of objects', () => {
    const odd = wordPiece(
      tokenizerJson((f) => Object.assign(f.model as object, { vocab: { '[UNK]': 0, constructor: 1 } })),
    );
    expect([...odd.encode('constructor toString', { specialTokens: false }).ids]).toEqual([1, 0]);
  });
});

// Slow readable twins of the models and the pattern, long words, and files that are refused.

import { describe, expect, it } from 'vitest';
import { count, seed } from '../../../test/support/env.ts';
import { EngineError } from '../../core/errors.ts';
import { Rng } from '../../core/rng.ts';
import { normalForm } from './normalizers.ts';
import { gpt2, LLAMA3, scannerOf } from './patterns.ts';
import { tokenizer } from './tokenizer.ts';
import { asRead } from './unigram.ts';

type Json = Record<string, unknown>;

/** A random vocabulary: the characters of `alphabet`, then the products of random merges. */
function randomBpe(rng: Rng, alphabet: string, size: number) {
  const pieces = [...alphabet];
  const merges: [string, string][] = [];
  while (merges.length < size) {
    const pair: [string, string] = [rng.pick(pieces), rng.pick(pieces)];
    if (pair.join('').length > 8) continue;
    if (!pieces.includes(pair.join(''))) pieces.push(pair.join(''));
    merges.push(pair);
  }
  for (let i = merges.length - 1; i > 0; i--) {
    const j = rng.below(i + 1); // ranks in any order, which training would not give
    [merges[i], merges[j]] = [merges[j]!, merges[i]!];
  }
  const vocab = Object.fromEntries(pieces.map((piece, id) => [piece, id]));
  return { type: 'BPE', vocab, merges, unk_token: null };
}

/** Joins the pair of the lowest rank, the leftmost first, until none is left. */
function slowBpe(
  { vocab, merges }: { vocab: Record<string, number>; merges: [string, string][] },
  word: string,
): number[] {
  const symbols = [...word];
  const rankOf = (i: number) => merges.findLastIndex(([a, b]) => a === symbols[i] && b === symbols[i + 1]);
  for (;;) {
    let best = -1;
    for (let i = 0; i + 1 < symbols.length; i++) {
      if (rankOf(i) >= 0 && (best < 0 || rankOf(i) < rankOf(best))) best = i;
    }
    if (best < 0) return symbols.map((symbol) => vocab[symbol]!);
    symbols.splice(best, 2, symbols[best]! + symbols[best + 1]!);
  }
}

/** The best sum of every beginning of the word, from all pieces that end there. */
function slowUnigram(pieces: readonly [string, number][], word: string): number[] {
  const unknownScore = Math.min(...pieces.map(([, score]) => score)) - 10;
  const best: { sum: number; ids: number[] }[] = [{ sum: 0, ids: [] }];
  for (let end = 1; end <= word.length; end++) {
    for (let start = 0; start < end; start++) {
      const text = word.slice(start, end);
      let id = pieces.findIndex(([piece]) => piece === text);
      if (id < 0 && end - start > 1) continue;
      const score = id < 0 ? unknownScore : pieces[id]![1];
      if (id < 0) id = 0;
      const sum = best[start]!.sum + score;
      if (best[end] === undefined || sum > best[end]!.sum) best[end] = { sum, ids: [...best[start]!.ids, id] };
    }
  }
  return best.at(-1)!.ids.filter((id, i, all) => id !== 0 || all[i - 1] !== 0);
}

const idsOf = (json: Json, text: string, maxLength = Infinity) => [
  ...tokenizer(JSON.stringify(json)).encode(text, { maxLength }).ids,
];
const textOf = (rng: Rng, alphabet: string, length: number) =>
  Array.from({ length }, () => rng.pick([...alphabet])).join('');
const errorOf = (run: () => unknown): EngineError => {
  try {
    run();
  } catch (error) {
    if (error instanceof EngineError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
};

describe('BPE', () => {
  it('joins the pairs that a search of all pairs joins', () => {
    const rng = new Rng(seed('bpe'));
    for (let round = 0; round < count(150, 3000); round++) {
      const model = randomBpe(rng, 'abcd'.slice(0, 1 + rng.below(4)), 1 + rng.below(20));
      const word = textOf(rng, Object.keys(model.vocab).join(''), 1 + rng.below(60));
      expect(idsOf({ model }, word), JSON.stringify([model, word])).toEqual(slowBpe(model, word));
    }
  });

  it('divides a long word only where no merge crosses', () => {
    const rng = new Rng(seed('long words'));
    for (let round = 0; round < count(8, 100); round++) {
      const model = randomBpe(rng, 'abcdefgh', 12);
      const word = textOf(rng, 'abcdefgh', 700);
      const all = slowBpe(model, word);
      expect(idsOf({ model }, word)).toEqual(all);
      expect(idsOf({ model }, word, 20)).toEqual(all.slice(0, 20));
    }
  });
});

describe('Unigram', () => {
  it('finds the division that a table of all pieces finds', () => {
    const rng = new Rng(seed('unigram'));
    for (let round = 0; round < count(150, 3000); round++) {
      const vocab: [string, number][] = [['<unk>', 0]];
      for (let n = 1 + rng.below(25); n > 0; n--) {
        const piece = textOf(rng, 'abc', 1 + rng.below(5));
        if (!vocab.some(([known]) => known === piece)) vocab.push([piece, -rng.below(1000) / 64 - 1]);
      }
      const word = textOf(rng, 'abcd', 1 + rng.below(80));
      const all = slowUnigram(vocab, word);
      const json = { model: { type: 'Unigram', unk_id: 0, vocab } };
      expect(idsOf(json, word), JSON.stringify([vocab, word])).toEqual(all);
      expect(idsOf(json, word, 3)).toEqual(all.slice(0, 3));
    }
  });

  it('reads a score as the reference does', () => {
    expect([asRead(-2.5), asRead(0), asRead(-1e-7), asRead(12)]).toEqual([-2.5, 0, -1e-7, 12]);
    expect(Math.abs(asRead(-3.4648566246032715) + 3.4648566246032715)).toBeLessThan(1e-15);
  });
});

describe('the patterns', () => {
  const S = '[\\t-\\r \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]';
  const NOT = (more: string) => `(?:(?!${S}|${more})[^])`;
  const twins = {
    'GPT-2': [gpt2(), `'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?${NOT('[\\p{L}\\p{N}]')}+|${S}+(?=${S}|$)|${S}+`],
    'Llama 3': [
      scannerOf(LLAMA3)!,
      `'(?:[sSſtTmMdD]|[rR][eE]|[vV][eE]|[lL][lL])|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?${NOT('[\\p{L}\\p{N}]')}+[\\r\\n]*|${S}*[\\r\\n]+|${S}+(?=${S}|$)|${S}+`,
    ],
  } as const;
  for (const [name, [scan, source]] of Object.entries(twins)) {
    it(`divide a text as the regular expression of ${name}`, () => {
      const rng = new Rng(seed(name));
      const pattern = new RegExp(source, 'gu');
      const signs = [..."aZé漢1٣½ \n\r\t\u00a0\u3000\ufeff.,'!😀\u0301sStrRevVmllLLdD", "'s", "'ll", '  '];
      for (let round = 0; round < count(3000, 60_000); round++) {
        const text = Array.from({ length: 1 + rng.below(20) }, () => rng.pick(signs)).join('');
        const words: string[] = [];
        for (let at = 0; at < text.length; at += words.at(-1)!.length) words.push(text.slice(at, scan(text, at)));
        expect(words, JSON.stringify(text)).toEqual(text.match(pattern));
      }
    });
  }
});

describe('a text of megabytes', () => {
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false };
  const vocab = Object.fromEntries([...'abcdefghij', 'ab', 'aa', 'aaaa', 'abab'].map((piece, id) => [piece, id]));
  const merges = ['a b', 'a a', 'aa aa', 'ab ab'];
  const bpe = { model: { type: 'BPE', vocab, merges }, normalizer: { type: 'NFC' }, pre_tokenizer: byteLevel };
  const pieces = Object.keys(vocab).map((piece, id) => [piece, -id - 1]);
  const unigram = {
    model: { type: 'Unigram', unk_id: 0, vocab: [['<unk>', 0], ...pieces] },
    pre_tokenizer: { type: 'Metaspace', replacement: '▁' },
  };
  const length = count(500_000, 5_000_000);
  for (const [name, json] of Object.entries({ bpe, unigram })) {
    const made = tokenizer(JSON.stringify(json));
    it.each(['abcde', 'ab ', 'a', 'é', '漢'])(`costs ${name} little: %s`, (unit) => {
      const text = unit.repeat(Math.floor(length / unit.length));
      const start = performance.now();
      const { ids, truncated } = made.encode(text, { maxLength: 64 });
      expect(performance.now() - start).toBeLessThan(15_000); // minutes or more if it were quadratic
      expect(truncated ? ids.length : 64).toBe(64);
    });
  }

  it('has its marks ordered in linear time', () => {
    const marks = '\u0301\u0316'.repeat(100_000);
    for (const form of ['NFC', 'NFKC', 'NFKD'] as const) {
      expect(normalForm(`x${marks}`, form)).toBe(`x${'\u0316'.repeat(100_000)}${'\u0301'.repeat(100_000)}`);
    }
    expect(normalForm('か\uff9e\u0301'.repeat(400), 'NFKC')).toBe('か\uff9e\u0301'.repeat(400).normalize('NFKC'));
  });
});

describe('tokenizer', () => {
  const bpe = () => ({
    model: { type: 'BPE', vocab: { a: 0, b: 1, ab: 2 }, merges: ['a b'] } as Json,
    normalizer: null as unknown,
    pre_tokenizer: null as unknown,
    post_processor: null as unknown,
    added_tokens: [] as unknown[],
  });
  const unigram = (vocab: unknown, more: Json = {}) => ({ model: { type: 'Unigram', unk_id: 0, vocab, ...more } });

  it('names its size, itself and its pieces, whatever the model', () => {
    const file = { ...bpe(), added_tokens: [{ id: 7, content: '<x>', special: true }] };
    const made = tokenizer(JSON.stringify(file));
    expect([made.size, made.idOf('ab'), made.idOf('<x>'), made.idOf('c')]).toEqual([8, 2, 7, undefined]);
    expect(made.fingerprint).toMatch(/^[0-9a-f]{16}$/);
    expect([...made.encode('ab<x>ba').ids]).toEqual([2, 7, 1, 0]);
    expect([...made.encode('').ids]).toEqual([]);
  });

  const model = (more: Json) => ({ ...bpe(), model: { ...bpe().model, ...more } });
  const pre = (value: unknown) => ({ ...bpe(), pre_tokenizer: value });
  const wrong: readonly (readonly [what: string, code: string, file: unknown, says: RegExp])[] = [
    ['another model', 'UNSUPPORTED', model({ type: 'WordLevel' }), /model\.type is "WordLevel"/],
    ['merges that are not a list', 'PARSE_FAILED', model({ merges: {} }), /model\.merges: expected a list/],
    ['a merge of three', 'PARSE_FAILED', model({ merges: ['a b c'] }), /model\.merges\[0\]: it has 3 pieces/],
    ['a merge of numbers', 'PARSE_FAILED', model({ merges: [[1, 2]] }), /merges\[0\]\[0\]: expected a string/],
    ['a merge of unknown pieces', 'PARSE_FAILED', model({ merges: ['a b', 'b a'] }), /merges\[1\]: "ba" is not in the/],
    [
      'an id out of range',
      'PARSE_FAILED',
      model({ vocab: { a: 2 ** 30 } }),
      /vocab\["a"\]: id 1073741824 is not below/,
    ],
    ['a negative id', 'PARSE_FAILED', model({ vocab: { a: -1 } }), /vocab\["a"\]: expected a whole number/],
    ['dropout', 'UNSUPPORTED', model({ dropout: 0.1 }), /model\.dropout is 0\.1/],
    ['word suffixes', 'UNSUPPORTED', model({ end_of_word_suffix: '</w>' }), /end_of_word_suffix is "<\/w>"/],
    ['an unknown token out of the vocabulary', 'PARSE_FAILED', model({ unk_token: 'x' }), /unk_token: "x" is not/],
    [
      'a map of characters',
      'UNSUPPORTED',
      { ...bpe(), normalizer: { type: 'Precompiled' } },
      /normalizer\.type is "Pre/,
    ],
    [
      'a step inside a sequence',
      'UNSUPPORTED',
      { ...bpe(), normalizer: { type: 'Sequence', normalizers: [{ type: 'NFC' }, { type: 'Nmt' }] } },
      /normalizer\.normalizers\[1\]\.type is "Nmt"/,
    ],
    [
      'a replaced expression',
      'UNSUPPORTED',
      { ...bpe(), normalizer: { type: 'Replace', pattern: { Regex: ' +' }, content: ' ' } },
      /normalizer\.pattern is \{"Regex":" \+"\}/,
    ],
    [
      'another expression',
      'UNSUPPORTED',
      pre({ type: 'Split', pattern: { Regex: '(a+)+$' }, behavior: 'Isolated' }),
      /pre_tokenizer\.pattern\.Regex is "\(a\+\)\+\$"/,
    ],
    [
      'another pre-tokenizer',
      'UNSUPPORTED',
      pre({ type: 'UnicodeScripts' }),
      /pre_tokenizer\.type is "UnicodeScripts"/,
    ],
    [
      'a wrong behaviour',
      'UNSUPPORTED',
      pre({ type: 'Split', pattern: { String: 'a' }, behavior: 'x' }),
      /behavior is "x"/,
    ],
    [
      'an empty pattern',
      'PARSE_FAILED',
      pre({ type: 'Split', pattern: { String: '' }, behavior: 'Isolated' }),
      /is empty/,
    ],
    ['a long replacement', 'PARSE_FAILED', pre({ type: 'Metaspace', replacement: '__' }), /is not one character/],
    [
      'another post-processor',
      'UNSUPPORTED',
      { ...bpe(), post_processor: { type: 'X' } },
      /post_processor\.type is "X"/,
    ],
    [
      'an unknown id out of the list',
      'PARSE_FAILED',
      unigram([['a', -1]], { unk_id: 1 }),
      /1 is not below the 1 pieces/,
    ],
    ['no unknown id', 'UNSUPPORTED', unigram([['a', -1]], { unk_id: null }), /model\.unk_id is null/],
    ['a piece without a score', 'PARSE_FAILED', unigram([['a']]), /model\.vocab\[0\]\[1\]: undefined is not a number/],
    ['a piece of three values', 'PARSE_FAILED', unigram([['a', 1, 2]]), /vocab\[0\]: it has 3 values/],
    ['an empty piece', 'PARSE_FAILED', unigram([['', 1]]), /vocab\[0\]\[0\]: it is empty/],
    ['half a character', 'PARSE_FAILED', unigram([['\ud83d', 1]]), /lone surrogate/],
  ];
  for (const [what, code, file, says] of wrong) {
    it(`refuses ${what}, naming the place`, () => {
      const error = errorOf(() => tokenizer(JSON.stringify(file)));
      expect([error.code, error.message]).toEqual([code, expect.stringMatching(says)]);
    });
  }

  it('refuses a file that is cut anywhere', () => {
    const json = JSON.stringify(bpe());
    for (let end = 0; end < json.length; end++) {
      expect(errorOf(() => tokenizer(json.slice(0, end))).code).toBe('PARSE_FAILED');
    }
  });
});

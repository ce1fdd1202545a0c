// Settings of the trained BPE and Unigram vocabularies for equality with HuggingFace tokenizers, and seeded texts.

import { Rng } from '@quire/engine/internals';
import { hardText } from './text-cases.ts';
import { LLAMA3_PATTERN, QWEN2_PATTERN } from './tokenizer-patterns.ts';
import type { WordPieceCase } from './wordpiece-cases.ts';

const EXTRA = [
  '[MASK]',
  ' <mask>',
  '|||IP|||',
  '   ',
  '<unk>',
  'new token',
  "I'LL we've",
  '\n\n',
  ' \t x',
  '12345',
  '▁',
];

export function tokenizerCases(seed: number, count: number): readonly WordPieceCase[] {
  const rng = new Rng(seed);
  return Array.from({ length: count }, () => {
    let text = hardText(rng);
    while (text.length > 400) text = hardText(rng);
    for (let n = rng.below(3); n > 0; n--) {
      const at = rng.below(text.length + 1);
      text = `${text.slice(0, at)}${rng.pick(EXTRA)}${rng.pick(['', ' ', '\u2003 ', 'x'])}${text.slice(at)}`;
    }
    const special = rng.below(5) > 0;
    return rng.below(4) === 0 ? { text, special, maxLength: 2 + rng.below(20) } : { text, special };
  });
}

type Json = { [key: string]: unknown };
interface File extends Json {
  model: Json;
  added_tokens: Json[];
}
export interface Trained {
  readonly bytes: unknown;
  readonly characters: unknown;
  readonly unigram: unknown;
}

const metaspace = (more: Json) => ({
  type: 'Metaspace',
  replacement: '▁',
  prepend_scheme: 'always',
  split: true,
  ...more,
});
const byteLevel = (more: Json) => ({
  type: 'ByteLevel',
  add_prefix_space: false,
  trim_offsets: true,
  use_regex: true,
  ...more,
});
const splitBy = (pattern: Json, behavior: string, invert = false) => ({ type: 'Split', pattern, behavior, invert });
const sequence = (...pretokenizers: Json[]) => ({ type: 'Sequence', pretokenizers });
const steps = (...normalizers: Json[]) => ({ type: 'Sequence', normalizers });
const replaceBlank = { type: 'Replace', pattern: { String: ' ' }, content: '▁' };

/** [what, tokenizer.json] */
export function tokenizerVariants(trained: Trained): readonly (readonly [what: string, json: string])[] {
  const change = (what: string, file: unknown, edit: (file: File) => void = () => {}) => {
    const copy = JSON.parse(JSON.stringify(file)) as File;
    edit(copy);
    return [what, JSON.stringify(copy)] as const;
  };
  const { bytes, characters, unigram } = trained;
  const pre = (value: unknown) => (file: File) => Object.assign(file, { pre_tokenizer: value });
  return [
    change('byte-level', bytes),
    change('byte-level with a prefix space, as RoBERTa', bytes, (file) =>
      Object.assign(file, {
        normalizer: null,
        pre_tokenizer: byteLevel({ add_prefix_space: true }),
        post_processor: {
          type: 'RobertaProcessing',
          sep: ['[SEP]', 2],
          cls: ['[CLS]', 1],
          trim_offsets: true,
          add_prefix_space: true,
        },
      }),
    ),
    change('byte-level after the pattern of Llama 3', bytes, (file) => {
      Object.assign(file.model, { ignore_merges: true });
      Object.assign(file, {
        pre_tokenizer: sequence(splitBy({ Regex: LLAMA3_PATTERN }, 'Isolated'), byteLevel({ use_regex: false })),
        post_processor: {
          type: 'Sequence',
          processors: [
            { type: 'ByteLevel', add_prefix_space: true, trim_offsets: false, use_regex: true },
            file.post_processor,
          ],
        },
      });
    }),
    change('byte-level after the pattern of Qwen2', bytes, (file) => {
      Object.assign(file.model, { merges: (file.model.merges as string[][]).map((pair) => [...pair].join(' ')) });
      pre(sequence(splitBy({ Regex: QWEN2_PATTERN }, 'Removed', true), byteLevel({ use_regex: false })))(file);
    }),
    change('byte-level after digits, without a post-processor', bytes, (file) =>
      Object.assign(file, {
        pre_tokenizer: sequence({ type: 'Digits', individual_digits: true }, byteLevel({})),
        post_processor: null,
      }),
    ),
    change('byte-level of folded text', bytes, (file) =>
      Object.assign(file, { normalizer: steps({ type: 'NFD' }, { type: 'Lowercase' }, { type: 'StripAccents' }) }),
    ),
    change('characters', characters),
    change('characters, unknown ones apart', characters, (file) => Object.assign(file.model, { fuse_unk: false })),
    change('characters or bytes, as Llama 2', characters, (file) => {
      Object.assign(file.model, { byte_fallback: true });
      Object.assign(file, { normalizer: steps({ type: 'Prepend', prepend: '▁' }, replaceBlank), pre_tokenizer: null });
    }),
    change('characters without an unknown token', characters, (file) => Object.assign(file.model, { unk_token: null })),
    change('characters, some bytes lacking', characters, (file) => {
      const vocab = file.model.vocab as Json;
      for (const byte of ['<0xE4>', '<0xCC>']) delete vocab[byte];
      Object.assign(file.model, { byte_fallback: true });
    }),
    ...(['Removed', 'MergedWithPrevious', 'MergedWithNext', 'Contiguous'] as const).map((behavior) =>
      change(`characters split at e, ${behavior}`, characters, pre(splitBy({ String: 'e' }, behavior))),
    ),
    change('characters split at e, inverted', characters, pre(splitBy({ String: 'e' }, 'MergedWithPrevious', true))),
    change('unigram', unigram),
    change('unigram with a prefix at the beginning alone', unigram, (file) =>
      Object.assign(file, {
        normalizer: { type: 'StripAccents' },
        pre_tokenizer: metaspace({ prepend_scheme: 'first' }),
      }),
    ),
    change('unigram without a prefix or a split', unigram, (file) =>
      Object.assign(file, {
        normalizer: { type: 'NFKD' },
        pre_tokenizer: metaspace({ prepend_scheme: 'never', split: false }),
      }),
    ),
    change('unigram with bytes', unigram, (file) => {
      const vocab = file.model.vocab as [string, number][];
      for (let byte = 0; byte < 256; byte++)
        vocab.push([`<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`, -20]);
      file.added_tokens = file.added_tokens.filter(({ id }) => (id as number) < vocab.length - 256);
      Object.assign(file.model, { byte_fallback: true });
    }),
    change(
      'unigram of digits in runs',
      unigram,
      pre(sequence({ type: 'Digits', individual_digits: false }, metaspace({}))),
    ),
    change('unigram of replaced text', unigram, (file) =>
      Object.assign(file, {
        normalizer: steps({ type: 'Replace', pattern: { String: 're' }, content: '' }, { type: 'Lowercase' }),
        pre_tokenizer: metaspace({ prepend_scheme: 'first' }),
      }),
    ),
  ];
}

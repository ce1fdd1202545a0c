// Seeded texts and tokenizer variants for equality with HuggingFace tokenizers.

import { Rng } from '@quire/engine/internals';
import { hardText } from './text-cases.ts';

export interface WordPieceCase {
  readonly text: string;
  readonly maxLength?: number;
  readonly special?: boolean;
}

const SPECIALS = ['[MASK]', '[SEP]', ' [CLS]', '[mask]', '[UNK', 'new token', 'Ünï TOKEN', '\ufffd', '\ufffc'];

export function wordPieceCases(seed: number, count: number): readonly WordPieceCase[] {
  const rng = new Rng(seed);
  return Array.from({ length: count }, () => {
    let text = hardText(rng);
    if (rng.below(6) === 0) {
      const at = rng.below(text.length + 1);
      text = `${text.slice(0, at)}${rng.pick(SPECIALS)}${rng.pick(['', ' ', '\u2003 ', 'x'])}${text.slice(at)}`;
    }
    const special = rng.below(5) > 0;
    return rng.below(4) === 0 ? { text, special, maxLength: 2 + rng.below(20) } : { text, special };
  });
}

type Json = { [key: string]: unknown };

/** Other settings of the same vocabulary: [what, tokenizer.json]. */
export function variants(json: string): readonly (readonly [what: string, json: string])[] {
  const change = (edit: (file: { normalizer: Json; model: Json; added_tokens: Json[] } & Json) => void) => {
    const file = JSON.parse(json);
    edit(file);
    return JSON.stringify(file);
  };
  const token = (id: number, content: string, more: Json) => {
    return {
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: false,
      ...more,
    };
  };
  return [
    ['as trained', json],
    ['cased', change(({ normalizer }) => Object.assign(normalizer, { lowercase: false }))],
    [
      'cased without accents',
      change(({ normalizer }) => Object.assign(normalizer, { lowercase: false, strip_accents: true })),
    ],
    ['lower case with accents', change(({ normalizer }) => Object.assign(normalizer, { strip_accents: false }))],
    ['nothing normalised', change((file) => Object.assign(file, { normalizer: null }))],
    [
      'not cleaned',
      change(({ normalizer }) => Object.assign(normalizer, { clean_text: false, handle_chinese_chars: false })),
    ],
    ['short words only', change(({ model }) => Object.assign(model, { max_input_chars_per_word: 4 }))],
    [
      'added tokens',
      change((file) => {
        const next = Object.keys(file.model.vocab as Json).length;
        file.added_tokens.push(
          token(next, 'new token', { lstrip: true }),
          token(next + 1, 'Ünï TOKEN', { normalized: true, rstrip: true }),
          token(next + 2, '[MASK]x', { rstrip: true }),
        );
      }),
    ],
    ['no special tokens around', change((file) => Object.assign(file, { post_processor: null }))],
  ];
}

/** The encoding of a lone surrogate for the reference. */
export function wellFormed(text: string): string {
  return text.replace(/[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff]/g, (m) => (m.length === 2 ? m : '\ufffd'));
}

// Writes a vocabulary as tokenizer.json in the HuggingFace format: BERT's normaliser (lower case, accents stripped) and
// pre-tokeniser, WordPiece, no special tokens around a text.

import { SPECIAL_TOKENS } from './wordpiece-trainer.ts';

/** The text of the file. An id is an index into `vocabulary`, which starts with the special tokens. */
export function wordPieceJson(vocabulary: readonly string[]): string {
  const special = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
  return `${JSON.stringify({
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: SPECIAL_TOKENS.map((content, id) => ({ id, content, ...special })),
    normalizer: {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
      lowercase: true,
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: null,
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: '[UNK]',
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab: Object.fromEntries(vocabulary.map((piece, id) => [piece, id])),
    },
  })}\n`;
}

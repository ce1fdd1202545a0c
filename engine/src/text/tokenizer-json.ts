// Reads the part of HuggingFace's tokenizer.json that WordPiece models use, and refuses everything else by name.

import type { BertOptions } from './bert.ts';
import {
  type Fields,
  fail,
  flagAt,
  objectAt,
  only,
  stringAt,
  unsupported,
  vocabularyAt,
  wholeAt,
} from './tokenizers/fields.ts';
import { parseSurroundings, type Surroundings } from './tokenizers/post-processor.ts';

/** The content of a tokenizer.json. */
export interface WordPieceConfig extends Surroundings {
  /** Piece → id, the added tokens not included. */
  readonly vocabulary: ReadonlyMap<string, number>;
  readonly unknownToken: string;
  /** The prefix of a piece inside a word: "##". */
  readonly continuation: string;
  /** A word of more code points becomes the unknown token. */
  readonly maxWordLength: number;
  /** undefined: the text is used unchanged. */
  readonly normalizer: BertOptions | undefined;
}

/** Throws PARSE_FAILED for a field of the wrong kind, UNSUPPORTED if the tokenizer is not WordPiece. */
export function parseWordPiece(file: Fields): WordPieceConfig {
  const model = objectAt(file.model, 'model');
  if (model.type !== undefined) only(model.type, ['WordPiece'], 'model.type');
  const vocabulary = vocabularyAt(model.vocab, 'model.vocab');
  const unknownToken = stringAt(model.unk_token ?? '[UNK]', 'model.unk_token');
  if (!vocabulary.has(unknownToken))
    fail('model.unk_token', `${JSON.stringify(unknownToken)} is not in the vocabulary`);
  if (file.pre_tokenizer !== null) {
    only(objectAt(file.pre_tokenizer, 'pre_tokenizer').type, ['BertPreTokenizer'], 'pre_tokenizer.type');
  } else throw unsupported('pre_tokenizer', null);
  return {
    vocabulary,
    unknownToken,
    continuation: stringAt(model.continuing_subword_prefix ?? '##', 'model.continuing_subword_prefix'),
    maxWordLength: wholeAt(model.max_input_chars_per_word ?? 100, 'model.max_input_chars_per_word'),
    normalizer: parseNormalizer(file.normalizer),
    ...parseSurroundings(file),
  };
}

function parseNormalizer(value: unknown): BertOptions | undefined {
  if (value === null || value === undefined) return undefined;
  const normalizer = objectAt(value, 'normalizer');
  only(normalizer.type, ['BertNormalizer'], 'normalizer.type');
  const lowercase = flagAt(normalizer.lowercase ?? true, 'normalizer.lowercase');
  return {
    cleanText: flagAt(normalizer.clean_text ?? true, 'normalizer.clean_text'),
    handleChineseChars: flagAt(normalizer.handle_chinese_chars ?? true, 'normalizer.handle_chinese_chars'),
    stripAccents: flagAt(normalizer.strip_accents ?? lowercase, 'normalizer.strip_accents'),
    lowercase,
  };
}

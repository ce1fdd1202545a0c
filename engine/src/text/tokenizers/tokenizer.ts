// The tokenizer of a model, from HuggingFace's tokenizer.json: WordPiece (BERT), byte-level BPE (GPT-2, RoBERTa, ModernBERT)
// or Unigram (XLM-R, T5). Ids equal those of the `tokenizers` library 0.23; what it does not read, it refuses by name.

import { sha256Hex } from '../../core/hash.ts';
import { wordPieceOf } from '../wordpiece.ts';
import { Bpe, parseBpe } from './bpe.ts';
import type { Tokenizer } from './encoding.ts';
import { type Fields, objectAt, parseFile, typeAt } from './fields.ts';
import { parseNormalizers } from './normalizers.ts';
import { Pipeline } from './pipeline.ts';
import { parseSurroundings } from './post-processor.ts';
import { parsePreTokenizer } from './pre-tokenizers.ts';
import { parseUnigram, Unigram } from './unigram.ts';

const MODELS = ['WordPiece', 'BPE', 'Unigram'] as const;

/**
 * Reads a tokenizer.json, given as text. Throws PARSE_FAILED or UNSUPPORTED, naming the place.
 *
 * ```ts
 * const model = { type: 'BPE', vocab: { h: 0, i: 1, hi: 2, Ġ: 3, 'Ġhi': 4 }, merges: ['h i', 'Ġ hi'] };
 * const json = JSON.stringify({ model, pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false } });
 * console.assert(tokenizer(json).encode('hi hi', { maxLength: 128 }).ids.join() === '2,4');
 * ```
 */
export function tokenizer(json: string): Tokenizer {
  const file = parseFile(json);
  const model = objectAt(file.model, 'model');
  const type = model.type === undefined ? 'WordPiece' : typeAt(model, MODELS, 'model');
  if (type === 'WordPiece') return wordPieceOf(file, json);
  return new Pipeline({
    ...(type === 'BPE' ? bpe(model) : unigram(model)),
    fingerprint: sha256Hex(new TextEncoder().encode(json)).slice(0, 16),
    around: parseSurroundings(file),
    normalizer: parseNormalizers(file.normalizer),
    preTokenizer: parsePreTokenizer(file.pre_tokenizer),
  });
}

function bpe(model: Fields) {
  const config = parseBpe(model);
  return { vocabulary: config.vocabulary, model: new Bpe(config) };
}

function unigram(model: Fields) {
  const config = parseUnigram(model);
  return { vocabulary: new Map(config.pieces.map(([piece], id) => [piece, id])), model: new Unigram(config) };
}

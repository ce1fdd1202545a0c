// The WordPiece tokenizer of BERT (greedy longest match from the left), from HuggingFace's tokenizer.json. Ids equal
// those of the `tokenizers` library. Linear in the text: a piece is never longer than the longest in the vocabulary.

import { sha256Hex } from '../core/hash.ts';
import { AddedTokens } from './added-tokens.ts';
import { BertText } from './bert.ts';
import { MEMO_WORD, SliceMemo } from './memo.ts';
import { parseWordPiece, type WordPieceConfig } from './tokenizer-json.ts';
import { encodingOf, type Ids, sizeOf, type Tokenizer, wellFormed } from './tokenizers/encoding.ts';
import { type Fields, parseFile } from './tokenizers/fields.ts';

/** UTF-16 units after which a chunk without blanks is divided at the next punctuation mark or ideograph. */
const LONG_CHUNK = 256;

export interface WordPiece extends Tokenizer {
  /** The normalised words that the model divides into pieces: the training data of a vocabulary. */
  words(text: string): readonly string[];
}

/**
 * Reads a tokenizer.json, given as text. Throws PARSE_FAILED or UNSUPPORTED, naming the place.
 *
 * ```ts
 * const model = { type: 'WordPiece', unk_token: '[UNK]', continuing_subword_prefix: '##', max_input_chars_per_word: 100,
 *   vocab: { '[UNK]': 0, dense: 1, retriev: 2, '##al': 3 } };
 * const json = JSON.stringify({ model, normalizer: { type: 'BertNormalizer', lowercase: true }, pre_tokenizer: { type: 'BertPreTokenizer' } });
 * console.assert(wordPiece(json).encode('Dense retrieval', { maxLength: 128 }).ids.join() === '1,2,3');
 * ```
 */
export function wordPiece(json: string): WordPiece {
  return wordPieceOf(parseFile(json), json);
}

/** The same for a file that is parsed already. */
export function wordPieceOf(file: Fields, json: string): WordPiece {
  const config = parseWordPiece(file);
  const model = new Model(config);
  const fingerprint = sha256Hex(new TextEncoder().encode(json)).slice(0, 16);
  return {
    size: model.size,
    fingerprint,
    encode: (text, options = {}) => encodingOf(config, options, (out) => model.encode(text, out)),
    words: (text) => model.words(text),
    idOf: (token) => config.addedTokens.find(({ content }) => content === token)?.id ?? config.vocabulary.get(token),
  };
}

class Model {
  readonly size: number;
  readonly #config: WordPieceConfig;
  readonly #bert: BertText;
  readonly #unknown: number;
  readonly #longest: number; // UTF-16 units of the longest piece
  readonly #raw: AddedTokens; // searched in the original text
  readonly #normalized: AddedTokens; // searched in the normalised text
  readonly #memo = new SliceMemo<readonly number[]>();
  readonly #setsIdeographsApart: boolean;

  constructor(config: WordPieceConfig) {
    this.#config = config;
    this.#bert = new BertText(config.normalizer);
    this.#setsIdeographsApart = config.normalizer !== undefined && this.#bert.options.handleChineseChars;
    this.#unknown = config.vocabulary.get(config.unknownToken)!;
    let longest = 0;
    for (const piece of config.vocabulary.keys()) longest = Math.max(longest, piece.length);
    this.size = sizeOf(config.vocabulary, config);
    this.#longest = longest;
    const isSpace = (c: number) => this.#bert.isSpace(c);
    const raw = config.addedTokens.filter((token) => !token.normalized);
    const normalized = config.addedTokens.filter((token) => token.normalized);
    const contents = (tokens: typeof raw) => tokens.map(({ content }) => content);
    this.#raw = new AddedTokens(raw, contents(raw), isSpace);
    this.#normalized = new AddedTokens(
      normalized,
      contents(normalized).map((content) => this.#normalize(content)),
      isSpace,
    );
  }

  encode(given: string, out: Ids): void {
    const text = wellFormed(given);
    for (const stretch of this.#raw.split(text)) {
      if (out.truncated) return;
      if ('id' in stretch) out.push(stretch.id);
      else if (this.#normalized.isEmpty) this.#encodeChunks(text, stretch.start, stretch.end, out);
      else this.#encodeNormalized(this.#normalize(text.slice(stretch.start, stretch.end)), out);
    }
  }

  words(text: string): readonly string[] {
    return this.#bert.split(this.#normalize(wellFormed(text)));
  }

  #normalize(text: string): string {
    return this.#config.normalizer === undefined ? text : this.#bert.normalize(text);
  }

  /** Splits at blanks first, because no rule matches across one: the ids of each chunk are cached. Stops at the limit. */
  #encodeChunks(text: string, from: number, to: number, out: Ids): void {
    for (let at = from; at < to && !out.truncated; ) {
      let end = at;
      while (end < to && !isBlank(text.charCodeAt(end)) && !(end - at >= LONG_CHUNK && this.#beginsWord(text, end))) {
        end++;
      }
      if (end > at) for (const id of this.#chunk(text, at, end)) out.push(id);
      at = end < to && isBlank(text.charCodeAt(end)) ? end + 1 : end;
    }
  }

  /**
   * Is this unit a word of its own, which no rule joins to the text before it? A long chunk is divided there, so that a
   * text without blanks (Chinese, a list of numbers) is not read to its end when the limit is near its beginning.
   */
  #beginsWord(text: string, at: number): boolean {
    const c = text.charCodeAt(at);
    if (c < 0x80) return isPunctuation(c);
    return this.#setsIdeographsApart && c >= 0x4e00 && c <= 0x9fff;
  }

  #chunk(text: string, start: number, end: number): readonly number[] {
    if (end - start > MEMO_WORD) return this.#pieces(text.slice(start, end));
    const known = this.#memo.find(text, start, end);
    if (known !== undefined) return known;
    const ids = this.#pieces(text.slice(start, end));
    this.#memo.add(text, start, end, ids);
    return ids;
  }

  #encodeNormalized(text: string, out: Ids): void {
    for (const stretch of this.#normalized.split(text)) {
      if ('id' in stretch) out.push(stretch.id);
      else {
        const ids: number[] = [];
        for (const word of this.#bert.split(text.slice(stretch.start, stretch.end))) this.#match(word, ids);
        for (const id of ids) out.push(id);
      }
    }
  }

  #pieces(chunk: string): readonly number[] {
    const ids: number[] = [];
    for (const word of this.#bert.split(this.#normalize(chunk))) this.#match(word, ids);
    return ids;
  }

  /** Longest piece first, from the left; if one place has no piece, the whole word is unknown. */
  #match(word: string, ids: number[]): void {
    const { vocabulary, continuation, maxWordLength } = this.#config;
    const before = ids.length;
    let known = word.length <= maxWordLength || codePoints(word) <= maxWordLength;
    for (let start = 0; known && start < word.length; ) {
      let end = Math.min(word.length, start + this.#longest);
      let id: number | undefined;
      for (; end > start; end--) {
        if (isLow(word.charCodeAt(end)) && end < word.length) continue; // inside a pair
        const piece = word.slice(start, end);
        id = vocabulary.get(start === 0 ? piece : continuation + piece);
        if (id !== undefined) break;
      }
      if (id === undefined) known = false;
      else ids.push(id);
      start = end;
    }
    if (known) return;
    ids.length = before;
    ids.push(this.#unknown);
  }
}

/** Space, tab, line feed, carriage return. */
function isBlank(unit: number): boolean {
  return unit === 0x20 || unit === 0x09 || unit === 0x0a || unit === 0x0d;
}
/** ASCII punctuation. */
function isPunctuation(unit: number): boolean {
  return (
    (unit >= 0x21 && unit <= 0x2f) ||
    (unit >= 0x3a && unit <= 0x40) ||
    (unit >= 0x5b && unit <= 0x60) ||
    (unit >= 0x7b && unit <= 0x7e)
  );
}
function isLow(unit: number): boolean {
  return (unit & 0xfc00) === 0xdc00;
}

function codePoints(word: string): number {
  let n = word.length;
  for (let i = 1; i < word.length; i++) if (isLow(word.charCodeAt(i))) n--;
  return n;
}

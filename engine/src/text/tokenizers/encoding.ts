// What every tokenizer answers, and the list of ids that it fills: the special tokens around the text, the limit between.

import { EngineError } from '../../core/errors.ts';
import type { Surroundings } from './post-processor.ts';

export interface EncodeOptions {
  /** Maximum number of ids, special tokens included. Default: the file's own truncation, else all. */
  readonly maxLength?: number;
  /** Whether [CLS] and [SEP] are added around the text. Default true. */
  readonly specialTokens?: boolean;
}

export interface Encoding {
  readonly ids: Uint32Array; // (tokens)
  /** Whether the text had more tokens than `maxLength`. */
  readonly truncated: boolean;
}

/** A tokenizer of any model: WordPiece, BPE or Unigram. */
export interface Tokenizer {
  /** Ids run from 0 to size − 1. */
  readonly size: number;
  /** Hash of the tokenizer.json: equal fingerprints give equal ids for every text. */
  readonly fingerprint: string;
  /**
   * The ids of a text. A lone surrogate counts as U+FFFD. Added tokens are recognised inside the text ("[MASK]" too),
   * as in the reference. INVALID_ARGUMENT when maxLength has no room for the special tokens.
   */
  encode(text: string, options?: EncodeOptions): Encoding;
  /** The id of a piece or of an added token. */
  idOf(token: string): number | undefined;
}

/** The encoding of one text; `fill` pushes the ids of the text and may stop once `truncated` is set. */
export function encodingOf(around: Surroundings, options: EncodeOptions, fill: (out: Ids) => void): Encoding {
  const { specialTokens = true, maxLength = around.maxLength ?? Infinity } = options;
  const { prefix, suffix } = specialTokens ? around : { prefix: [], suffix: [] };
  const room = maxLength - prefix.length - suffix.length;
  if (!(room >= 0)) {
    throw new EngineError(
      'INVALID_ARGUMENT',
      `maxLength is ${maxLength}; the special tokens alone take ${prefix.length + suffix.length}`,
      {
        hint: 'Pass a larger maxLength, or specialTokens: false.',
      },
    );
  }
  const out = new Ids(room);
  for (const id of prefix) out.force(id);
  out.begin();
  fill(out);
  for (const id of suffix) out.force(id);
  return { ids: out.finish(), truncated: out.truncated };
}

/** A list of ids that grows up to its limit. */
export class Ids {
  truncated = false;
  #ids = new Uint32Array(64);
  #length = 0;
  #limit: number; // of #length, while the text is read

  constructor(room: number) {
    this.#limit = room;
  }
  /** Applies the limit to the ids that follow. */
  begin(): void {
    this.#limit += this.#length;
  }
  push(id: number): void {
    if (this.#length >= this.#limit) this.truncated = true;
    else this.force(id);
  }
  force(id: number): void {
    if (this.#length === this.#ids.length) {
      const more = new Uint32Array(this.#length * 2);
      more.set(this.#ids);
      this.#ids = more;
    }
    this.#ids[this.#length++] = id;
  }
  finish(): Uint32Array {
    return this.#ids.slice(0, this.#length);
  }
}

/** One more than the largest id of a vocabulary and of what surrounds a text. */
export function sizeOf(vocabulary: ReadonlyMap<string, number>, around: Surroundings): number {
  let size = 0;
  for (const id of vocabulary.values()) size = Math.max(size, id + 1);
  for (const { id } of around.addedTokens) size = Math.max(size, id + 1);
  for (const id of [...around.prefix, ...around.suffix]) size = Math.max(size, id + 1);
  return size;
}

/** Lone surrogates become U+FFFD. */
export function wellFormed(text: string): string {
  if (!/[\ud800-\udfff]/.test(text)) return text;
  return text.replace(/[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff]/g, (match) =>
    match.length === 2 ? match : '\ufffd',
  );
}

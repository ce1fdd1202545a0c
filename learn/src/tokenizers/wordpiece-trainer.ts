// Learns a WordPiece vocabulary from word counts by byte-pair-style merging: start from characters (continuations carry
// "##"), join the most frequent neighbouring pair until the vocabulary is full. Pieces that greedy longest-match never
// uses afterwards are dropped, and further merges take their places. The tokenizer itself is in @quire/engine/text.

import { type Cancellable, compareUtf8, EngineError, throwIfAborted } from '@quire/engine/core';
import { PairTable, type Word } from './pair-table.ts';

/** Prefix of a piece that continues a word. */
const CONTINUATION = '##';
/** The first pieces of every vocabulary; ids 0 … 4. */
export const SPECIAL_TOKENS = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'] as const;

export interface WordPieceTrainerOptions extends Cancellable {
  /** Pieces in the vocabulary, special tokens included. */
  readonly size: number;
  /** Characters rarer than this are left out of the alphabet (words with them become [UNK]). Default 10. */
  readonly minCharacterCount?: number;
  /** Words rarer than this are ignored. Default 2. */
  readonly minWordCount?: number;
  /** A pair is merged only when it occurs this often. Default 2. */
  readonly minPairCount?: number;
  /** Merging continues to size × this, then the pieces that greedy matching uses least are dropped. ≥ 1. Default 1.25. */
  readonly surplus?: number;
}

/**
 * The vocabulary in id order: special tokens, then single characters by UTF-8 order, then pieces in the order in which
 * they were learnt. The result does not depend on the order of the counts.
 *
 * Throws INVALID_ARGUMENT when `size` leaves no room for the alphabet.
 */
export function trainWordPiece(counts: ReadonlyMap<string, number>, options: WordPieceTrainerOptions): string[] {
  const { minCharacterCount = 10, minWordCount = 2, minPairCount = 2, surplus = 1.25 } = options;
  const words = [...counts].filter(([, count]) => count >= minWordCount).sort((a, b) => compareUtf8(a[0], b[0]));
  const alphabet = alphabetOf(words, minCharacterCount);
  if (SPECIAL_TOKENS.length + alphabet.length > options.size) {
    throw new EngineError(
      'INVALID_ARGUMENT',
      `A vocabulary of ${options.size} pieces has no room for an alphabet of ${alphabet.length}`,
      { hint: 'Raise size or minCharacterCount.' },
    );
  }
  const room = options.size - SPECIAL_TOKENS.length;
  const learnt = merge(words, alphabet, Math.floor(room * surplus), minPairCount, options);
  const kept = learnt.length <= room ? learnt : dropLeastUsed(learnt, alphabet.length, words, room);
  return [...SPECIAL_TOKENS, ...kept];
}

/** Every frequent character, as a first and as a continuing piece. */
function alphabetOf(words: readonly (readonly [string, number])[], minCount: number): string[] {
  const counts = new Map<string, number>();
  for (const [word, count] of words) {
    let first = true;
    for (const char of word) {
      const piece = first ? char : CONTINUATION + char;
      counts.set(piece, (counts.get(piece) ?? 0) + count);
      first = false;
    }
  }
  return [...counts]
    .filter(([, count]) => count >= minCount)
    .map(([piece]) => piece)
    .sort(compareUtf8);
}

/** Merges until there are `target` pieces or no pair is frequent enough. */
function merge(
  words: readonly (readonly [string, number])[],
  alphabet: readonly string[],
  target: number,
  minPairCount: number,
  { signal, trace }: Cancellable,
): string[] {
  const pieces = [...alphabet];
  const ids = new Map(pieces.map((piece, i) => [piece, i]));
  const table = new PairTable(splitWords(words, ids));
  for (let merges = 0; pieces.length < target; merges++) {
    if (merges % 1000 === 0) {
      throwIfAborted(signal);
      trace?.({ name: 'train.vocabulary', done: pieces.length, total: target });
    }
    const best = table.takeBest(minPairCount);
    if (best === undefined) break;
    const joined = pieces[best.left]! + pieces[best.right]!.slice(CONTINUATION.length);
    let id = ids.get(joined);
    if (id === undefined) {
      id = pieces.length;
      pieces.push(joined);
      ids.set(joined, id);
    }
    table.join(best.left, best.right, id);
  }
  return pieces;
}

function splitWords(words: readonly (readonly [string, number])[], ids: ReadonlyMap<string, number>): Word[] {
  const out: Word[] = [];
  for (const [word, count] of words) {
    const pieces: number[] = [];
    let known = true;
    for (const char of word) {
      const id = ids.get(pieces.length === 0 ? char : CONTINUATION + char);
      if (id === undefined) {
        known = false;
        break;
      }
      pieces.push(id);
    }
    if (known && pieces.length > 1) out.push({ pieces, count });
  }
  return out;
}

/** Keeps the alphabet and the `room` pieces that greedy longest-match uses most (ties: learnt earlier). */
function dropLeastUsed(
  pieces: readonly string[],
  alphabetSize: number,
  words: readonly (readonly [string, number])[],
  room: number,
): string[] {
  const ids = new Map(pieces.map((piece, i) => [piece, i]));
  const uses = new Float64Array(pieces.length);
  for (const [word, count] of words) for (const id of greedy(word, ids)) uses[id]! += count;
  const order = pieces
    .map((_, i) => i)
    .slice(alphabetSize)
    .sort((a, b) => uses[b]! - uses[a]! || a - b);
  const kept = new Set(order.slice(0, room - alphabetSize));
  return pieces.filter((_, i) => i < alphabetSize || kept.has(i));
}

/** Ids of the longest pieces from the left; empty when a remainder has no piece. */
function greedy(word: string, ids: ReadonlyMap<string, number>): number[] {
  const out: number[] = [];
  let start = 0;
  while (start < word.length) {
    let end = word.length;
    let id: number | undefined;
    for (; end > start; end--) {
      const piece = word.slice(start, end);
      id = ids.get(start === 0 ? piece : CONTINUATION + piece);
      if (id !== undefined) break;
    }
    if (id === undefined) return [];
    out.push(id);
    start = end;
  }
  return out;
}

// The neighbouring pairs of pieces in a set of words, by how often they occur: what trainers of merges (WordPiece, byte-level BPE) take the best of,
// again and again.

import { MaxHeap } from './max-heap.ts';

/** A word being merged: its pieces, and how often it occurs. */
export interface Word {
  pieces: number[];
  readonly count: number;
}

/** Two piece ids in one number; vocabularies stay far below 2²¹. */
const PAIR = 2 ** 21;

/** Counts of neighbouring pairs, the words that contain them, and a heap that is corrected lazily. */
export class PairTable {
  readonly #words: readonly Word[];
  readonly #counts = new Map<number, number>();
  readonly #where = new Map<number, Set<number>>();
  readonly #heap: MaxHeap;

  constructor(words: readonly Word[]) {
    this.#words = words;
    words.forEach((word, w) => {
      this.#add(word, w, 1);
    });
    // Ties go to the pair of smaller ids, that is, of pieces learnt earlier.
    this.#heap = new MaxHeap(this.#counts);
  }

  /** The most frequent pair, removed; undefined when none occurs `minCount` times. */
  takeBest(minCount: number): { readonly left: number; readonly right: number } | undefined {
    for (;;) {
      const top = this.#heap.pop();
      if (top === undefined) return undefined;
      const now = this.#counts.get(top.key) ?? 0;
      if (now !== top.count) {
        if (now > 0 && now < top.count) this.#heap.push(top.key, now);
        continue;
      }
      if (now < minCount) return undefined;
      return { left: Math.floor(top.key / PAIR), right: top.key % PAIR };
    }
  }

  /** Replaces every neighbouring left, right by `id`. */
  join(left: number, right: number, id: number): void {
    const key = left * PAIR + right;
    const touched = [...(this.#where.get(key) ?? [])].sort((a, b) => a - b);
    const changed = new Set<number>();
    for (const w of touched) {
      const word = this.#words[w]!;
      this.#add(word, w, -1, changed);
      word.pieces = joined(word.pieces, left, right, id);
      this.#add(word, w, 1, changed);
    }
    this.#counts.delete(key);
    this.#where.delete(key);
    // A count that rose needs a new entry; one that fell is corrected when its entry is popped.
    for (const pair of changed) if (pair !== key) this.#heap.push(pair, this.#counts.get(pair) ?? 0);
  }

  #add(word: Word, w: number, sign: 1 | -1, changed?: Set<number>): void {
    for (let i = 0; i + 1 < word.pieces.length; i++) {
      const key = word.pieces[i]! * PAIR + word.pieces[i + 1]!;
      this.#counts.set(key, (this.#counts.get(key) ?? 0) + sign * word.count);
      if (sign === 1) {
        const where = this.#where.get(key);
        if (where === undefined) this.#where.set(key, new Set([w]));
        else where.add(w);
        changed?.add(key);
      }
    }
  }
}

function joined(pieces: readonly number[], left: number, right: number, id: number): number[] {
  const out: number[] = [];
  for (let i = 0; i < pieces.length; i++) {
    if (pieces[i] === left && pieces[i + 1] === right) {
      out.push(id);
      i++;
    } else out.push(pieces[i]!);
  }
  return out;
}

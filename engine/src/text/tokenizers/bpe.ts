// Byte pair encoding (Sennrich et al., 2016) as HuggingFace tokenizers applies it: of all neighbours that have a merge, the
// pair of the lowest rank is joined, the leftmost first, until no pair has one. A heap finds the pair: n log n in the word.

import { bytePieces } from './byte-level.ts';
import type { Ids } from './encoding.ts';
import { type Fields, fail, flagAt, listAt, MAX_ID, only, stringAt, vocabularyAt } from './fields.ts';
import { widthAt } from './patterns.ts';
import type { WordModel } from './pipeline.ts';

export interface BpeConfig {
  readonly vocabulary: ReadonlyMap<string, number>;
  /** Pairs of pieces in the order of their ranks. */
  readonly merges: readonly (readonly [left: string, right: string])[];
  /** Stands for a character without a piece; undefined: such characters are dropped. */
  readonly unknown: number | undefined;
  /** Whether a run of unknown characters is one unknown token. */
  readonly fuseUnknown: boolean;
  /** Whether an unknown character becomes the pieces <0x00> … <0xFF> of its bytes. */
  readonly byteFallback: boolean;
  /** Whether a word that is a piece is taken whole. */
  readonly ignoreMerges: boolean;
}

export function parseBpe(model: Fields): BpeConfig {
  only(model.dropout ?? 0, [0], 'model.dropout');
  only(model.continuing_subword_prefix ?? '', [''], 'model.continuing_subword_prefix');
  only(model.end_of_word_suffix ?? '', [''], 'model.end_of_word_suffix');
  const vocabulary = vocabularyAt(model.vocab, 'model.vocab');
  const merges: (readonly [string, string])[] = [];
  for (const [i, merge] of listAt(model.merges, 'model.merges').entries()) {
    if (typeof merge === 'string' && merge.startsWith('#version')) continue;
    const pair = pairAt(merge, `model.merges[${i}]`);
    for (const piece of [...pair, pair[0] + pair[1]]) {
      if (!vocabulary.has(piece)) fail(`model.merges[${i}]`, `${JSON.stringify(piece)} is not in the vocabulary`);
    }
    merges.push(pair);
  }
  return {
    vocabulary,
    merges,
    unknown: unknownAt(model.unk_token, vocabulary),
    fuseUnknown: flagAt(model.fuse_unk ?? false, 'model.fuse_unk'),
    byteFallback: flagAt(model.byte_fallback ?? false, 'model.byte_fallback'),
    ignoreMerges: flagAt(model.ignore_merges ?? false, 'model.ignore_merges'),
  };
}

/** "a b" or ["a", "b"]. */
function pairAt(value: unknown, at: string): readonly [string, string] {
  const parts = typeof value === 'string' ? value.split(' ') : listAt(value, at);
  if (parts.length !== 2) fail(at, `it has ${parts.length} pieces instead of 2`);
  return [stringAt(parts[0], `${at}[0]`), stringAt(parts[1], `${at}[1]`)];
}

function unknownAt(value: unknown, vocabulary: ReadonlyMap<string, number>): number | undefined {
  if (value === null || value === undefined) return undefined;
  const token = stringAt(value, 'model.unk_token');
  return vocabulary.get(token) ?? fail('model.unk_token', `${JSON.stringify(token)} is not in the vocabulary`);
}

/** UTF-16 units after which a long word is divided at the next place that no merge crosses. */
const LONG_WORD = 256;

export class Bpe implements WordModel {
  readonly #config: BpeConfig;
  readonly #ranks = new Map<number, number>(); // pair → rank
  readonly #joined: Uint32Array; // (merges): the id of a merge's piece, by rank
  readonly #characters = new Int32Array(0x10000).fill(-1); // the ids of pieces of one UTF-16 unit
  #lastPair = -1;
  #lastRank: number | undefined;
  readonly #neighbours = new Set<number>(); // the two characters around the joint of every merge

  constructor(config: BpeConfig) {
    this.#config = config;
    const { vocabulary, merges } = config;
    for (const [piece, id] of vocabulary) if (piece.length === 1) this.#characters[piece.charCodeAt(0)] = id;
    this.#joined = new Uint32Array(merges.length);
    for (const [rank, [left, right]] of merges.entries()) {
      this.#ranks.set(pairOf(vocabulary.get(left)!, vocabulary.get(right)!), rank); // parseBpe found all three
      this.#joined[rank] = vocabulary.get(left + right)!;
      this.#neighbours.add(jointOf(lastCharacter(left), right.codePointAt(0) ?? 0));
    }
  }

  encode(word: string, out: Ids): void {
    const whole = this.#config.ignoreMerges ? this.#config.vocabulary.get(word) : undefined;
    if (whole !== undefined) {
      out.push(whole);
      return;
    }
    for (let start = 0; start < word.length && !out.truncated; ) {
      const end = word.length <= LONG_WORD ? word.length : this.#cut(word, start);
      this.#merge(this.#symbols(word.slice(start, end)), out);
      start = end;
    }
  }

  /**
   * The next place, at least LONG_WORD units away, that no merge crosses: what is before it has the same pieces alone. A
   * reader that stops early leaves the rest of a long word unread.
   */
  #cut(word: string, start: number): number {
    let before = -1; // the character before, −1 for an unknown one
    for (let at = start; at < word.length; at += widthAt(word, at)) {
      const c = word.codePointAt(at)!;
      const after = this.#idOf(c) >= 0 ? c : -1;
      const isFar = at - start >= LONG_WORD;
      if (isFar && before >= 0 && after >= 0 && !this.#neighbours.has(jointOf(before, after))) return at;
      before = after;
    }
    return word.length;
  }

  /** The ids of the single characters, before any merge. */
  #symbols(word: string): number[] {
    const { vocabulary, unknown, fuseUnknown, byteFallback } = this.#config;
    const ids: number[] = [];
    let held = false; // an unknown token that may still stand for more
    const release = () => {
      if (held) ids.push(unknown!); // held is set only where unknown is known
      held = false;
    };
    for (let at = 0; at < word.length; at += widthAt(word, at)) {
      const c = word.codePointAt(at)!;
      const id = this.#idOf(c);
      if (id >= 0) {
        release();
        ids.push(id);
        continue;
      }
      if (byteFallback) {
        const bytes = bytePieces(String.fromCodePoint(c)).map((piece) => vocabulary.get(piece));
        if (bytes.every((byte) => byte !== undefined)) {
          ids.push(...bytes); // a held unknown token comes after them, as in the reference
          continue;
        }
      }
      if (unknown === undefined) continue;
      if (!fuseUnknown) release();
      held = true;
    }
    release();
    return ids;
  }

  /** The id of a character, −1 without one. */
  #idOf(c: number): number {
    if (c < 0x10000) return this.#characters[c]!;
    return this.#config.vocabulary.get(String.fromCodePoint(c)) ?? -1;
  }

  /** The rank of a pair. The last answer is kept, for long runs of one character. */
  #rankOf(left: number, right: number): number | undefined {
    const pair = pairOf(left, right);
    if (pair !== this.#lastPair) {
      this.#lastPair = pair;
      this.#lastRank = this.#ranks.get(pair);
    }
    return this.#lastRank;
  }

  #merge(ids: number[], out: Ids): void {
    const n = ids.length;
    const next = new Int32Array(n);
    const previous = new Int32Array(n);
    for (let at = 0; at < n; at++) {
      next[at] = at + 1;
      previous[at] = at - 1;
    }
    const queue = new MinHeap(); // rank · n + place: the lowest rank, then the leftmost
    const offer = (at: number) => {
      if (at < 0 || next[at]! >= n) return;
      const rank = this.#rankOf(ids[at]!, ids[next[at]!]!);
      if (rank !== undefined) queue.push(rank * n + at);
    };
    for (let at = 0; at + 1 < n; at++) offer(at);
    for (let key = queue.pop(); key !== undefined; key = queue.pop()) {
      const at = key % n;
      const right = next[at]!;
      if (ids[at] === GONE || right >= n) continue;
      const rank = (key - at) / n;
      if (this.#rankOf(ids[at]!, ids[right]!) !== rank) continue; // one of the two has changed since
      ids[at] = this.#joined[rank]!;
      ids[right] = GONE;
      next[at] = next[right]!;
      if (next[at]! < n) previous[next[at]!] = at;
      offer(previous[at]!);
      offer(at);
    }
    for (let at = 0; at < n && !out.truncated; at = next[at]!) out.push(ids[at]!);
  }
}

/** The id of a symbol that was joined to its left neighbour. */
const GONE = -1;

function pairOf(left: number, right: number): number {
  return left * MAX_ID + right; // below 2^48
}

function jointOf(before: number, after: number): number {
  return before * 0x110000 + after;
}

function lastCharacter(piece: string): number {
  return [...piece.slice(-2)].at(-1)?.codePointAt(0) ?? 0;
}

/** A binary heap of numbers below 2^53. */
class MinHeap {
  #keys = new Float64Array(64);
  #size = 0;

  push(key: number): void {
    if (this.#size === this.#keys.length) {
      const more = new Float64Array(this.#size * 2);
      more.set(this.#keys);
      this.#keys = more;
    }
    const keys = this.#keys;
    let at = this.#size++;
    for (let parent = (at - 1) >> 1; at > 0 && keys[parent]! > key; parent = (at - 1) >> 1) {
      keys[at] = keys[parent]!;
      at = parent;
    }
    keys[at] = key;
  }

  pop(): number | undefined {
    if (this.#size === 0) return undefined;
    const keys = this.#keys;
    const least = keys[0]!;
    const key = keys[--this.#size]!;
    let at = 0;
    for (let child = 1; child < this.#size; child = 2 * at + 1) {
      if (child + 1 < this.#size && keys[child + 1]! < keys[child]!) child++;
      if (keys[child]! >= key) break;
      keys[at] = keys[child]!;
      at = child;
    }
    keys[at] = key;
    return least;
  }
}

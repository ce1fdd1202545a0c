// Which of many words are near a term, for terms that come one after another. Two ideas together, and editDistance
// (edit-distance.ts) as the slow twin of both:
//
//   - Terms in ascending order are the paths of a trie: the states of all words are kept at every depth of the present
//     path, so that a term takes up where it parts from the last one, and a word that cannot become anything that begins
//     so is left behind for all of it. H. Shang, T. H. Merrettal: Tries for approximate string matching, IEEE TKDE 8(4), 1996.
//   - The state of a word is bits: bit j of R[e] is set when the path so far can be its first j code points with e edits.
//     S. Wu, U. Manber: Fast text searching allowing errors, CACM 35(10), 1992. With B the bits j whose code point j − 1
//     is the one just read, and ' for the state after it:
//       R'[e] = R[e]«1 & B  |  R[e−1] inserted  |  R[e−1]«1 substituted  |  R'[e−1]«1 deleted  |  T[e] & B«1 swapped
//       T'[e] = R[e−1]«2 & B, the second of a swapped pair read first

import { editDistance } from '../../core/edit-distance.ts';

/** A word to look for. */
export interface NearWord {
  /** Code points. */
  readonly points: readonly number[];
  /** Edits allowed. */
  readonly distance: number;
  /** Leading code points that must agree. */
  readonly exact: number;
}

/** Longer words do not fit in 32 bits. Few terms are as long; those are compared one by one. */
const MAX_BITS = 29;
const NONE: readonly number[] = [];

export class NearTerms {
  readonly #words: readonly NearWord[];
  /** By word, (depth, 2 · distance + 1): R[0] … R[distance], T[1] … T[distance]. Empty for a long word. */
  readonly #states: readonly Int32Array[];
  /** (words, 128): B by ASCII code point. */
  readonly #masks: Int32Array;
  /** By depth: the words that may still become a term with this beginning. */
  readonly #alive: number[][];
  readonly #long: readonly number[];
  #path = new Uint32Array(64);
  /** States and lists are those of so many points of #path. */
  #depth = 0;

  constructor(words: readonly NearWord[]) {
    const numbers = words.map((_, i) => i);
    this.#words = words;
    this.#long = numbers.filter((i) => words[i]!.points.length > MAX_BITS);
    this.#alive = [numbers.filter((i) => words[i]!.points.length <= MAX_BITS)];
    this.#states = words.map(({ points, distance }) => {
      if (points.length > MAX_BITS) return new Int32Array(0);
      const states = new Int32Array((2 * distance + 1) * (points.length + distance + 2));
      for (let e = 0; e <= distance; e++) states[e] = 2 ** Math.min(e + 1, points.length + 1) - 1; // e points deleted
      return states;
    });
    this.#masks = new Int32Array(128 * words.length);
    for (const [i, { points }] of words.entries()) {
      for (const point of points) if (point < 128) this.#masks[128 * i + point] = maskOf(points, point);
    }
  }

  /**
   * Numbers of the words within their distance of the term, ascending. Terms may come in any order; ascending is fast.
   */
  near(term: Uint32Array, length: number): readonly number[] {
    let depth = 0;
    const most = Math.min(this.#depth, length);
    while (depth < most && this.#path[depth] === term[depth]) depth++;
    while (depth < length && this.#alive[depth]!.length > 0) {
      this.#step(depth, term[depth]!);
      depth++;
    }
    this.#depth = depth;
    const found = depth < length ? NONE : this.#alive[depth]!.filter((word) => this.#isNear(word, length));
    if (this.#long.length === 0) return found;
    return [...found, ...this.#longNear(term, length)].sort((a, b) => a - b);
  }

  /** After `near`: no term that begins with so many points of the term is near any word. undefined: some may be. */
  get deadPoints(): number | undefined {
    return this.#long.length === 0 && this.#alive[this.#depth]!.length === 0 ? this.#depth : undefined;
  }

  /** Edits between `term` and a word that `match` has just returned for it. */
  distance(word: number, term: Uint32Array, length: number): number {
    const { points, distance } = this.#words[word]!;
    if (points.length > MAX_BITS) return editDistance(points, [...term.subarray(0, length)], distance);
    let e = 0;
    while (e <= distance && !this.#ends(word, e)) e++;
    return e;
  }

  #isNear(word: number, length: number): boolean {
    const { points, distance, exact } = this.#words[word]!;
    if (length < Math.min(exact, points.length)) return false;
    for (let e = 0; e <= distance; e++) if (this.#ends(word, e)) return true;
    return false;
  }

  /** Can the path be the whole word with e edits? */
  #ends(word: number, e: number): boolean {
    const { points, distance } = this.#words[word]!;
    return ((this.#states[word]![this.#depth * (2 * distance + 1) + e]! >>> points.length) & 1) === 1;
  }

  /** From `depth` points of the path to one more. */
  #step(depth: number, point: number): void {
    if (depth === this.#path.length) {
      const longer = new Uint32Array(2 * depth);
      longer.set(this.#path);
      this.#path = longer;
    }
    this.#path[depth] = point;
    const left: number[] = [];
    for (const word of this.#alive[depth]!) if (this.#advance(word, depth, point)) left.push(word);
    this.#alive[depth + 1] = left;
  }

  /** The state below `depth`; false when the word is out of reach of every term that goes on from there. */
  #advance(word: number, depth: number, point: number): boolean {
    const { points, distance, exact } = this.#words[word]!;
    if (depth < exact && depth < points.length && points[depth] !== point) return false;
    const mask = point < 128 ? this.#masks[128 * word + point]! : maskOf(points, point);
    const states = this.#states[word]!;
    const from = depth * (2 * distance + 1);
    const to = from + 2 * distance + 1;
    const all = (2 << points.length) - 1;
    let left = (states[from]! << 1) & mask;
    states[to] = left;
    for (let e = 1; e <= distance; e++) {
      const less = states[from + e - 1]!;
      const swapped = states[from + distance + e]! & (mask << 1);
      const next = (((states[from + e]! << 1) & mask) | less | ((less | states[to + e - 1]!) << 1) | swapped) & all;
      states[to + e] = next;
      states[to + distance + e] = (less << 2) & mask;
      left |= next;
    }
    return left !== 0;
  }

  #longNear(term: Uint32Array, length: number): readonly number[] {
    return this.#long.filter((word) => {
      const { points, distance, exact } = this.#words[word]!;
      if (Math.abs(points.length - length) > distance) return false;
      for (let i = 0; i < exact && i < points.length; i++) if (points[i] !== term[i] || i >= length) return false;
      return editDistance(points, [...term.subarray(0, length)], distance) <= distance;
    });
  }
}

/** Bit j + 1 where code point j of the word is `point`. */
function maskOf(points: readonly number[], point: number): number {
  let mask = 0;
  for (let j = 0; j < points.length && j < MAX_BITS; j++) if (points[j] === point) mask |= 2 << j;
  return mask;
}

/** Code points of a string. */
export function pointsOf(text: string): number[] {
  const points: number[] = [];
  for (let i = 0; i < text.length; i++) {
    const point = text.codePointAt(i)!;
    if (point > 0xffff) i++; // a pair
    points.push(point);
  }
  return points;
}

/** Code points of the first `length` UTF-8 bytes, into `out`; how many there are. `out` has room for one a byte. */
export function decodePoints(bytes: Uint8Array, length: number, out: Uint32Array): number {
  let n = 0;
  for (let i = 0; i < length; ) {
    const lead = bytes[i++]!;
    let point = lead;
    if (lead >= 0x80) {
      const trailing = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
      point = lead & (0x3f >> trailing);
      for (let t = 0; t < trailing; t++) point = (point << 6) | (bytes[i++]! & 0x3f);
    }
    out[n++] = point;
  }
  return n;
}

/** Bytes of the first `count` code points in UTF-8. */
export function encodedLength(points: Uint32Array, count: number): number {
  let bytes = 0;
  for (let i = 0; i < count; i++) {
    const point = points[i]!;
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  }
  return bytes;
}

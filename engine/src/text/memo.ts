// A cache from words to values. A word is found by its range of the text: to make a string of it, and to hash that
// string, would cost more than the rest of the analysis. Open addressing; a full table is emptied.

/** Number of words in one memo. */
export const MEMO_LIMIT = 65_536;
/** UTF-16 units of the longest cached word; longer ones are rare. */
export const MEMO_WORD = 40;

const SLOTS = MEMO_LIMIT * 2; // a power of two

export class SliceMemo<T> {
  readonly #slots = new Uint32Array(SLOTS); // number of the word + 1, 0 empty
  readonly #starts = new Uint32Array(MEMO_LIMIT + 1); // word i is units[starts[i] … starts[i + 1] − 1]
  #units = new Uint16Array(1 << 12);
  #values: T[] = [];
  #slot = 0; // where the last `find` ended

  /** The cached value of text[start … end − 1], or undefined. */
  find(text: string, start: number, end: number): T | undefined {
    const slots = this.#slots;
    const starts = this.#starts;
    const units = this.#units;
    let hash = 0x811c9dc5;
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
    let slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
    for (; slots[slot] !== 0; slot = (slot + 1) & (SLOTS - 1)) {
      const word = slots[slot]! - 1;
      const from = starts[word]!;
      if (starts[word + 1]! - from !== end - start) continue;
      let i = start;
      while (i < end && text.charCodeAt(i) === units[from + i - start]) i++;
      if (i === end) return this.#values[word];
    }
    this.#slot = slot;
    return undefined;
  }

  /** Stores the value of the word that the last `find`, with the same range, did not find. */
  add(text: string, start: number, end: number, value: T): void {
    if (this.#values.length === MEMO_LIMIT) {
      this.#slots.fill(0);
      this.#values = [];
      this.find(text, start, end);
    }
    const word = this.#values.length;
    const from = this.#starts[word]!;
    if (from + end - start > this.#units.length) {
      const more = new Uint16Array(this.#units.length * 2);
      more.set(this.#units);
      this.#units = more;
    }
    for (let i = start; i < end; i++) this.#units[from + i - start] = text.charCodeAt(i);
    this.#starts[word + 1] = from + end - start;
    this.#slots[this.#slot] = word + 1;
    this.#values.push(value);
  }
}

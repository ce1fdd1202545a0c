// The best k of a stream of (score, ord): score descending, then ord ascending. A binary min-heap with the worst kept
// candidate at the root: one comparison with the root rejects most candidates.

export class TopK {
  readonly k: number;
  readonly #scores: Float64Array; // (k), heap
  readonly #ords: Uint32Array; // (k), heap
  #size = 0;

  /** k ≥ 0. */
  constructor(k: number) {
    this.k = k;
    this.#scores = new Float64Array(k);
    this.#ords = new Uint32Array(k);
  }

  get size(): number {
    return this.#size;
  }

  /**
   * The k-th best score, or −Infinity while fewer than k are kept. A lower score cannot enter; an equal one needs a
   * lower ord.
   */
  get threshold(): number {
    return this.#size < this.k ? Number.NEGATIVE_INFINITY : this.k === 0 ? Number.POSITIVE_INFINITY : this.#scores[0]!;
  }

  /** Returns true when the candidate was kept. Ords may come in any order. */
  push(score: number, ord: number): boolean {
    if (this.#size < this.k) {
      this.#up(this.#size++, score, ord);
      return true;
    }
    if (this.k === 0 || !this.#isWorse(this.#scores[0]!, this.#ords[0]!, score, ord)) return false;
    this.#down(score, ord, this.#size);
    return true;
  }

  /** Empties the heap and returns its content, best first. */
  drain(): { ords: Uint32Array; scores: Float64Array } {
    const n = this.#size;
    const ords = new Uint32Array(n);
    const scores = new Float64Array(n);
    for (let i = n - 1; i >= 0; i--) {
      ords[i] = this.#ords[0]!;
      scores[i] = this.#scores[0]!;
      this.#size = i;
      this.#down(this.#scores[i]!, this.#ords[i]!, i);
    }
    return { ords, scores };
  }

  #isWorse(aScore: number, aOrd: number, bScore: number, bOrd: number): boolean {
    return aScore < bScore || (aScore === bScore && aOrd > bOrd);
  }

  #up(at: number, score: number, ord: number): void {
    let i = at;
    while (i > 0) {
      const parent = (i - 1) >>> 1;
      if (!this.#isWorse(score, ord, this.#scores[parent]!, this.#ords[parent]!)) break;
      this.#scores[i] = this.#scores[parent]!;
      this.#ords[i] = this.#ords[parent]!;
      i = parent;
    }
    this.#scores[i] = score;
    this.#ords[i] = ord;
  }

  /** Replaces the root of the first `size` entries by (score, ord) and restores the heap order. */
  #down(score: number, ord: number, size: number): void {
    if (size === 0) return;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= size) break;
      const right = child + 1;
      if (
        right < size &&
        this.#isWorse(this.#scores[right]!, this.#ords[right]!, this.#scores[child]!, this.#ords[child]!)
      ) {
        child = right;
      }
      if (!this.#isWorse(this.#scores[child]!, this.#ords[child]!, score, ord)) break;
      this.#scores[i] = this.#scores[child]!;
      this.#ords[i] = this.#ords[child]!;
      i = child;
    }
    this.#scores[i] = score;
    this.#ords[i] = ord;
  }
}

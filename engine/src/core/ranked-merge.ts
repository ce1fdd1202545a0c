// Ranked lists joined into one: the best k so far, after each list. A list is in order already (scores descending, ties in
// the order of `compareTies`), so two lists are merged by comparing their heads. TopK (topk.ts) selects from a stream in any order.

/** Entry `a` of list `listA` against entry `b` of list `listB`, which has the same score: negative when `a` ranks before. */
export type CompareTies = (listA: number, a: number, listB: number, b: number) => number;

export class RankedMerge {
  readonly k: number;
  readonly #compareTies: CompareTies;
  #lists: Uint32Array = new Uint32Array(0); // (n) list of each kept entry
  #entries: Uint32Array = new Uint32Array(0); // (n) its place there
  #scores: Float64Array = new Float64Array(0); // (n) descending

  /** k ≥ 0. */
  constructor(k: number, compareTies: CompareTies) {
    this.k = k;
    this.#compareTies = compareTies;
  }

  /** The k-th best score, −Infinity while there are fewer: a lower score cannot enter. */
  get floor(): number {
    return this.#scores.length < this.k ? Number.NEGATIVE_INFINITY : (this.#scores.at(-1) ?? Number.POSITIVE_INFINITY);
  }

  /** Adds list number `list`: its scores, descending. No score is NaN. */
  add(list: number, scores: Float64Array): void {
    const size = Math.min(this.k, this.#scores.length + scores.length);
    const [lists, entries, merged] = [new Uint32Array(size), new Uint32Array(size), new Float64Array(size)];
    let old = 0;
    let added = 0;
    for (let n = 0; n < size; n++) {
      if (this.#isOldNext(old, list, added, scores)) {
        lists[n] = this.#lists[old]!;
        entries[n] = this.#entries[old]!;
        merged[n] = this.#scores[old++]!;
      } else {
        lists[n] = list;
        entries[n] = added;
        merged[n] = scores[added++]!;
      }
    }
    this.#lists = lists;
    this.#entries = entries;
    this.#scores = merged;
  }

  /** What is kept, best first: the list of each entry, its place in that list, its score. */
  get best(): { readonly lists: Uint32Array; readonly entries: Uint32Array; readonly scores: Float64Array } {
    return { lists: this.#lists, entries: this.#entries, scores: this.#scores };
  }

  #isOldNext(old: number, list: number, added: number, scores: Float64Array): boolean {
    if (added === scores.length) return true;
    if (old === this.#scores.length) return false;
    const [a, b] = [this.#scores[old]!, scores[added]!];
    return a === b ? this.#compareTies(this.#lists[old]!, this.#entries[old]!, list, added) < 0 : a > b;
  }
}

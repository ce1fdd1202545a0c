// A trie over UTF-16 units: all pieces that begin at a place of a text, in one walk. The edges are one hash table in typed
// arrays, because a vocabulary has millions of them.

/** The node where every walk begins. */
export const ROOT = 0;
/** The value of a node where no piece ends. */
export const NONE = -1;

export class Trie {
  #parents = new Int32Array(1024); // (slots): the edge's upper node
  #units = new Uint16Array(1024);
  #children = new Int32Array(1024); // 0: the slot is empty; no edge leads to the root
  #values: number[] = [NONE]; // (nodes)

  /** A piece given twice keeps its last value. */
  constructor(pieces: Iterable<readonly [piece: string, value: number]>) {
    for (const [piece, value] of pieces) {
      let node = ROOT;
      for (let i = 0; i < piece.length; i++) node = this.#child(node, piece.charCodeAt(i));
      this.#values[node] = value;
    }
  }

  /** The node below, or 0 without one. */
  step(node: number, unit: number): number {
    return this.#children[this.#slot(node, unit)]!;
  }
  valueAt(node: number): number {
    return this.#values[node]!;
  }

  #slot(node: number, unit: number): number {
    const mask = this.#children.length - 1;
    const hash = Math.imul(node, 0x9e3779b1) ^ Math.imul(unit + 1, 0x85ebca6b);
    let slot = (hash ^ (hash >>> 15)) & mask;
    while (this.#children[slot] !== 0 && (this.#parents[slot] !== node || this.#units[slot] !== unit)) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  #child(node: number, unit: number): number {
    const slot = this.#slot(node, unit);
    const known = this.#children[slot]!;
    if (known !== 0) return known;
    const child = this.#values.push(NONE) - 1;
    this.#put(slot, node, unit, child);
    if (this.#values.length * 2 > this.#children.length) this.#grow();
    return child;
  }

  #put(slot: number, node: number, unit: number, child: number): void {
    this.#parents[slot] = node;
    this.#units[slot] = unit;
    this.#children[slot] = child;
  }

  #grow(): void {
    const parents = this.#parents;
    const units = this.#units;
    const children = this.#children;
    this.#parents = new Int32Array(parents.length * 2);
    this.#units = new Uint16Array(parents.length * 2);
    this.#children = new Int32Array(parents.length * 2);
    for (const [i, child] of children.entries()) {
      if (child !== 0) this.#put(this.#slot(parents[i]!, units[i]!), parents[i]!, units[i]!, child);
    }
  }
}

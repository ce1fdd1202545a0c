// A fixed-size set of Ords: deletes, filters, visited documents. Bit i is in words[i >> 5].

export class BitSet {
  readonly size: number;
  /** Bits past `size` are always zero. */
  readonly words: Uint32Array; // (ceil(size / 32))

  constructor(size: number, words?: Uint32Array) {
    this.size = size;
    this.words = words ?? new Uint32Array((size + 31) >>> 5);
  }

  static full(size: number): BitSet {
    const set = new BitSet(size);
    set.words.fill(0xffffffff);
    set.#trim();
    return set;
  }

  has(i: number): boolean {
    return (this.words[i >>> 5]! & (1 << (i & 31))) !== 0;
  }
  add(i: number): void {
    this.words[i >>> 5]! |= 1 << (i & 31);
  }
  delete(i: number): void {
    this.words[i >>> 5]! &= ~(1 << (i & 31));
  }

  and(other: BitSet): BitSet {
    return this.#combine(other, (a, b) => a & b);
  }
  or(other: BitSet): BitSet {
    return this.#combine(other, (a, b) => a | b);
  }
  andNot(other: BitSet): BitSet {
    return this.#combine(other, (a, b) => a & ~b);
  }
  not(): BitSet {
    const out = new BitSet(
      this.size,
      this.words.map((w) => ~w),
    );
    out.#trim();
    return out;
  }
  clone(): BitSet {
    return new BitSet(this.size, this.words.slice());
  }

  /** Number of members. */
  count(): number {
    let n = 0;
    for (const word of this.words) n += popcount32(word);
    return n;
  }

  /** Members in ascending order. */
  *[Symbol.iterator](): Generator<number> {
    for (let w = 0; w < this.words.length; w++) {
      let word = this.words[w]!;
      while (word !== 0) {
        const low = word & -word;
        yield w * 32 + (31 - Math.clz32(low));
        word ^= low;
      }
    }
  }

  #combine(other: BitSet, op: (a: number, b: number) => number): BitSet {
    const out = new BitSet(this.size);
    for (let i = 0; i < out.words.length; i++) out.words[i] = op(this.words[i]!, other.words[i]!);
    return out;
  }
  #trim(): void {
    const tail = this.size & 31;
    if (tail !== 0) this.words[this.words.length - 1]! &= (1 << tail) - 1;
  }
}

function popcount32(word: number): number {
  let w = word - ((word >>> 1) & 0x55555555);
  w = (w & 0x33333333) + ((w >>> 2) & 0x33333333);
  return (((w + (w >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}

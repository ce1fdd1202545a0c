// A binary heap of (count, key), largest count first, ties by smaller key. Entries are never updated in place: a caller
// pushes the new count and skips the outdated entry when it is popped.

export interface HeapEntry {
  readonly key: number;
  readonly count: number;
}

export class MaxHeap {
  readonly #entries: HeapEntry[] = [];

  constructor(counts: Iterable<readonly [key: number, count: number]> = []) {
    for (const [key, count] of counts) this.push(key, count);
  }

  get size(): number {
    return this.#entries.length;
  }

  push(key: number, count: number): void {
    const entries = this.#entries;
    const entry = { key, count };
    let i = entries.length;
    entries.push(entry);
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!before(entry, entries[parent]!)) break;
      entries[i] = entries[parent]!;
      i = parent;
    }
    entries[i] = entry;
  }

  /** The first entry, removed; undefined when empty. */
  pop(): HeapEntry | undefined {
    const entries = this.#entries;
    const top = entries[0];
    const last = entries.pop();
    if (top === undefined || last === undefined || entries.length === 0) return top;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= entries.length) break;
      if (child + 1 < entries.length && before(entries[child + 1]!, entries[child]!)) child++;
      if (!before(entries[child]!, last)) break;
      entries[i] = entries[child]!;
      i = child;
    }
    entries[i] = last;
    return top;
  }
}

function before(a: HeapEntry, b: HeapEntry): boolean {
  return a.count !== b.count ? a.count > b.count : a.key < b.key;
}

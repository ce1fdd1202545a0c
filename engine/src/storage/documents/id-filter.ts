// A Bloom filter over a segment's ids, so that a writer does not search every segment for every document that it adds.
// Built in memory on first use; 10 bits and 4 probes an id: about 1.2 % of absent ids pass and are then looked up.

const BITS_PER_ID = 10;
const PROBES = 4;

export interface IdFilter {
  /** false: the id is certainly absent. */
  mayHave(id: string): boolean;
}

export function idFilter(ids: Iterable<string>, size: number): IdFilter {
  const words = new Uint32Array(Math.max(1, Math.ceil((size * BITS_PER_ID) / 32)));
  const bits = words.length * 32;
  const each = (id: string, use: (bit: number) => boolean): boolean => {
    let first = 0x811c9dc5;
    let second = 0x9747b28c;
    for (let i = 0; i < id.length; i++) {
      const unit = id.charCodeAt(i);
      first = Math.imul(first ^ unit, 0x01000193);
      second = Math.imul(second ^ unit, 0x5bd1e995);
      second ^= second >>> 15;
    }
    first ^= first >>> 15;
    for (let probe = 0; probe < PROBES; probe++) {
      if (!use(((first + Math.imul(probe, second | 1)) >>> 0) % bits)) return false;
    }
    return true;
  };
  for (const id of ids) {
    each(id, (bit) => {
      words[bit >>> 5]! |= 1 << (bit & 31);
      return true;
    });
  }
  return { mayHave: (id) => each(id, (bit) => (words[bit >>> 5]! & (1 << (bit & 31))) !== 0) };
}

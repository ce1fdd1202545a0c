// The order of terms by their bytes. Comparing byte arrays in a callback took a tenth of indexing. So terms are sorted
// as numbers made of their first bytes, and bytes are compared only among terms with equal numbers.

import { compareBytes } from '../../core/byte-strings.ts';

/** Bits of an integer that a double holds exactly. */
const EXACT_BITS = 53;
/** Number of leading bytes in the number of a term, as far as their bits fit. */
const PREFIX_BYTES = 6;

/** Positions of `terms` (fewer than 2³², no two equal) in ascending order of their bytes; a prefix comes first. */
export function byteOrder(terms: readonly Uint8Array[]): Uint32Array<ArrayBuffer> {
  let bits = EXACT_BITS - 8 * PREFIX_BYTES;
  while (2 ** bits < terms.length) bits++;
  const room = 2 ** bits; // a number is (first bytes of the term, position)
  const dropped = 2 ** (8 * PREFIX_BYTES + bits - EXACT_BITS);
  const numbers = new Float64Array(terms.length);
  for (let i = 0; i < terms.length; i++) numbers[i] = Math.floor(beginning(terms[i]!) / dropped) * room + i;
  numbers.sort();
  const order = new Uint32Array(terms.length);
  for (let r = 0; r < order.length; r++) order[r] = numbers[r]! % room;
  for (let from = 0; from < order.length; ) {
    const prefix = Math.floor(numbers[from]! / room);
    let to = from + 1;
    while (to < order.length && Math.floor(numbers[to]! / room) === prefix) to++;
    if (to > from + 1) order.subarray(from, to).sort((a, b) => compareBytes(terms[a]!, terms[b]!));
    from = to;
  }
  return order;
}

/** The first bytes as a big-endian number, padded with zeros. */
function beginning(term: Uint8Array): number {
  let number = 0;
  for (let i = 0; i < PREFIX_BYTES; i++) number = number * 256 + (i < term.length ? term[i]! : 0);
  return number;
}

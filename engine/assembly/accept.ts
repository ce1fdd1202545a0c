// A bit set over documents in memory: bit ord % 32 of word ord / 32. Pointer 0 accepts every document.

// @ts-ignore: decorator
@inline
export function isAccepted(accept: usize, ord: u32): bool {
  return accept == 0 || ((load<u32>(accept + (<usize>(ord >>> 5) << 2)) >>> (ord & 31)) & 1) != 0;
}

/** Bits set in `words` 32-bit words. */
export function countBits(at: usize, words: u32): u32 {
  let sum: i64 = 0;
  const end = at + ((<usize>words & ~1) << 2);
  for (; at < end; at += 8) sum += popcnt<i64>(load<i64>(at));
  if (words & 1) sum += <i64>popcnt<u32>(load<u32>(at));
  return <u32>sum;
}

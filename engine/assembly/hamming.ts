// Hamming distance of bit codes, as 64-bit words.

/** Bits that differ between two codes of `words` 64-bit words. */
export function hamming(a: usize, b: usize, words: i32): i32 {
  let sum: i64 = 0;
  for (let i: i32 = 0; i < words; i++) {
    sum += popcnt<i64>(load<i64>(a + (<usize>i << 3)) ^ load<i64>(b + (<usize>i << 3)));
  }
  return <i32>sum;
}

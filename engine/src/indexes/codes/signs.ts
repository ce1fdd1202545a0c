// Sign codes: bit j of a code states whether component j is above the mean of the segment. Without the mean, the bit of
// a dimension that is nearly constant over all documents would carry no information.

/** 64-bit words of a code; bits past dim are zero. */
export function wordsOf(dim: number): number {
  return Math.ceil(dim / 64);
}

/** The code of `vec`, as pairs of 32-bit words, into `out` at word `at`. */
export function signCode(vec: Float32Array, mean: Float32Array, out: Uint32Array, at = 0): void {
  const words = 2 * wordsOf(vec.length);
  for (let w = 0; w < words; w++) {
    const end = Math.min(vec.length, 32 * w + 32);
    let word = 0;
    for (let j = 32 * w; j < end; j++) if (vec[j]! > mean[j]!) word |= 1 << (j & 31);
    out[at + w] = word;
  }
}

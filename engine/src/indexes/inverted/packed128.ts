// 128 unsigned integers at one bit width, interleaved over four 32-bit lanes as in a SIMD register: value i is in lane
// i % 4, at bit (i >> 2) · width of that lane. Lemire and Boytsov, "Decoding billions of integers per second through
// vectorization" (2015). The fast twin of `unpack` is in assembly/postings.ts.
//
//   width 5:   word 0      word 1      word 2      word 3      word 4 …
//            v24…v4 v0   v25…v5 v1   v26…v6 v2   v27…v7 v3     (low bits first; values run over into word + 4)

/** Values in a block. */
export const BLOCK = 128;

/** Bits that the largest of `values[0 … 127]` needs: 0 … 32. */
export function widthOf(values: Uint32Array): number {
  let all = 0;
  for (let i = 0; i < BLOCK; i++) all |= values[i]!;
  return 32 - Math.clz32(all);
}

/** Bytes of a packed block. */
export function packedBytes(width: number): number {
  return 16 * width;
}

/** Packs `values[0 … 127]` into `out` from byte `at`; `out` must be zero there. */
export function pack(values: Uint32Array, width: number, out: DataView, at: number): void {
  for (let i = 0; i < BLOCK; i++) {
    const bit = (i >> 2) * width;
    const word = at + ((bit >> 5) * 4 + (i & 3)) * 4;
    const shift = bit & 31;
    const value = values[i]!;
    if (width === 0) continue;
    out.setUint32(word, out.getUint32(word, true) | (value << shift), true);
    if (shift + width > 32) out.setUint32(word + 16, out.getUint32(word + 16, true) | (value >>> (32 - shift)), true);
  }
}

/** The reverse of `pack`. */
export function unpack(bytes: DataView, at: number, width: number, values: Uint32Array): void {
  if (width === 0) {
    values.fill(0, 0, BLOCK);
    return;
  }
  const mask = width === 32 ? 0xffffffff : (1 << width) - 1;
  for (let i = 0; i < BLOCK; i++) {
    const bit = (i >> 2) * width;
    const word = at + ((bit >> 5) * 4 + (i & 3)) * 4;
    const shift = bit & 31;
    let value = bytes.getUint32(word, true) >>> shift;
    if (shift + width > 32) value |= bytes.getUint32(word + 16, true) << (32 - shift);
    values[i] = (value & mask) >>> 0;
  }
}

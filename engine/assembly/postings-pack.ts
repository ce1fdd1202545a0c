// 128 integers of one width, unpacked four lanes at a time; the readable twin is indexes/inverted/packed128.ts.

/** 128 gaps of one width, four lanes at a time, summed up to documents. */
export function unpackGaps(source: usize, width: u32, out: usize, previous: i32): void {
  const mask = i32x4.splat(width == 32 ? -1 : (1 << width) - 1);
  const one = i32x4.splat(1);
  const zero = i32x4.splat(0);
  let base = i32x4.splat(previous);
  for (let row: u32 = 0; row < 32; row++) {
    let v = zero;
    if (width > 0) v = v128.and(rowOf(source, row, width), mask);
    v = i32x4.add(v, one);
    v = i32x4.add(v, v128.shuffle<i32>(zero, v, 0, 4, 5, 6));
    v = i32x4.add(v, v128.shuffle<i32>(zero, v, 0, 0, 4, 5));
    v = i32x4.add(v, base);
    v128.store(out + (<usize>row << 4), v);
    base = v128.shuffle<i32>(v, v, 3, 3, 3, 3);
  }
}

/** 128 tfs, stored less one. */
export function unpackTfs(source: usize, width: u32, out: usize): void {
  const mask = i32x4.splat(width == 32 ? -1 : (1 << width) - 1);
  const one = i32x4.splat(1);
  for (let row: u32 = 0; row < 32; row++) {
    let v = one;
    if (width > 0) v = i32x4.add(v128.and(rowOf(source, row, width), mask), one);
    v128.store(out + (<usize>row << 4), v);
  }
}

/** Values 4 · row … 4 · row + 3, with the bits of later values still above them. */
// @ts-ignore: decorator
@inline
export function rowOf(source: usize, row: u32, width: u32): v128 {
  const bit = row * width;
  const word = source + (<usize>(bit >> 5) << 4);
  const shift = bit & 31;
  let v = i32x4.shr_u(v128.load(word), shift);
  if (shift + width > 32) v = v128.or(v, i32x4.shl(v128.load(word, 16), 32 - shift));
  return v;
}

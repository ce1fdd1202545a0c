// The asymmetric distance of sign codes: documents have one bit a dimension, the query keeps four. Twice the work of a
// Hamming distance or more, and far better candidates (docs/kernels.md). Twin: engine/src/kernels/reference.ts.
//
// A query component is an integer v in -7 ... 7. The sum of v over the bits set in a code grows with the dot product of the
// query with the code's signs; distance = (sum of all positive v) - that sum, which is at least 0, smaller is nearer.
// Layout at `query`, for each 64-bit word of a code: u64 planes 0, 1, 2 and 3 of its 64 values in two's complement (plane 3
// weighs -8); after the last word, u32 sum of the positive values.

import { begin, offer } from './hamming';
import { threshold } from './topk';

// @ts-ignore: decorator
@inline
function part(code: i64, planes: usize): i64 {
  return (
    (popcnt<i64>(code & load<i64>(planes, 24)) << 3) -
    popcnt<i64>(code & load<i64>(planes)) -
    (popcnt<i64>(code & load<i64>(planes, 8)) << 1) -
    (popcnt<i64>(code & load<i64>(planes, 16)) << 2)
  );
}

/** As scanHamming, ranked by the asymmetric distance. */
export function scanPlanes(
  codes: usize, n: u32, words: u32, query: usize, first: u32, ords: usize, accept: usize, top: usize,
): void {
  begin(codes, words, first, ords, accept, top);
  const stride = <usize>words << 3;
  const end = codes + <usize>n * stride;
  const all = <i64>load<u32>(query + (<usize>words << 5));
  let worst = <i64>(threshold(top) >> 32);
  if (words == 4) {
    for (; codes < end; codes += 32) {
      const distance =
        all + part(load<i64>(codes), query) + part(load<i64>(codes, 8), query + 32) +
        (part(load<i64>(codes, 16), query + 64) + part(load<i64>(codes, 24), query + 96));
      if (distance <= worst) worst = offer(distance, codes, top);
    }
    return;
  }
  for (; codes < end; codes += stride) {
    let distance = all;
    for (let w: usize = 0; w < <usize>words; w++) distance += part(load<i64>(codes + (w << 3)), query + (w << 5));
    if (distance <= worst) worst = offer(distance, codes, top);
  }
}

// What reading memory costs and nothing else: the yardstick of the scans (npm run bench vectors).

/** Sum of all 64-bit lanes of `bytes` bytes (a multiple of 64), modulo 2⁶⁴, folded to f64 so that it is not elided. */
export function readAll(at: usize, bytes: u32): f64 {
  let a = i64x2.splat(0);
  let b = a;
  let c = a;
  let d = a;
  for (const end = at + <usize>bytes; at < end; at += 64) {
    a = i64x2.add(a, v128.load(at));
    b = i64x2.add(b, v128.load(at, 16));
    c = i64x2.add(c, v128.load(at, 32));
    d = i64x2.add(d, v128.load(at, 48));
  }
  const sum = i64x2.add(i64x2.add(a, b), i64x2.add(c, d));
  return <f64>(i64x2.extract_lane(sum, 0) + i64x2.extract_lane(sum, 1));
}

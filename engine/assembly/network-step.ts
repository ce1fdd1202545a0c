// What a training step does beside the network: Adam over parameters or over some rows of a table, sums of squares for clipping,
// and the barrier at which threads that share a program wait for one another.

/**
 * AdamW (Loshchilov and Hutter, 2019) on elements `from` … `to`−1. `rate` holds the bias corrections already: rate·√(1 − β2^t)/(1 − β1^t);
 * `eps` is scaled by √(1 − β2^t) likewise. `decay` is rate·weight decay. The gradient is multiplied by `factor` first (clipping).
 */
export function adam(
  weights: usize, grad: usize, m: usize, v: usize, rate: f32, beta1: f32, beta2: f32, eps: f32, decay: f32, factor: f32,
  from: u32, to: u32,
): void {
  const b1 = f32x4.splat(beta1);
  const c1 = f32x4.splat(1 - beta1);
  const b2 = f32x4.splat(beta2);
  const c2 = f32x4.splat(1 - beta2);
  const r = f32x4.splat(rate);
  const e = f32x4.splat(eps);
  const keep = f32x4.splat(1 - decay);
  const f = f32x4.splat(factor);
  let i = <usize>from << 2;
  const end = <usize>to << 2;
  for (; i + 16 <= end; i += 16) {
    const g = f32x4.mul(v128.load(grad + i), f);
    const m1 = f32x4.add(f32x4.mul(b1, v128.load(m + i)), f32x4.mul(c1, g));
    const v1 = f32x4.add(f32x4.mul(b2, v128.load(v + i)), f32x4.mul(c2, f32x4.mul(g, g)));
    v128.store(m + i, m1);
    v128.store(v + i, v1);
    const step = f32x4.div(f32x4.mul(r, m1), f32x4.add(f32x4.sqrt(v1), e));
    v128.store(weights + i, f32x4.sub(f32x4.mul(v128.load(weights + i), keep), step));
  }
  for (; i < end; i += 4) {
    const g = load<f32>(grad + i) * factor;
    const m1 = beta1 * load<f32>(m + i) + (1 - beta1) * g;
    const v1 = beta2 * load<f32>(v + i) + (1 - beta2) * (g * g);
    store<f32>(m + i, m1);
    store<f32>(v + i, v1);
    store<f32>(weights + i, load<f32>(weights + i) * (1 - decay) - (rate * m1) / (sqrt<f32>(v1) + eps));
  }
}

/** `adam` on rows ids[from] … ids[to − 1] of a table; row u of `grad` belongs to ids[u]. Rows that are not named keep their moments. */
export function adamRows(
  table: usize, ids: usize, grad: usize, m: usize, v: usize, cols: u32,
  rate: f32, beta1: f32, beta2: f32, eps: f32, decay: f32, factor: f32, from: u32, to: u32,
): void {
  for (let u = from; u < to; u++) {
    const row = <usize>load<u32>(ids + (<usize>u << 2)) * cols << 2;
    adam(table + row, grad + (<usize>u * cols << 2), m + row, v + row, rate, beta1, beta2, eps, decay, factor, 0, cols);
  }
}

/** x[i] += share·(y[i] − x[i]) for elements `from` … `to`−1. */
export function lerp(x: usize, y: usize, share: f32, from: u32, to: u32): void {
  const s = f32x4.splat(share);
  let i = <usize>from << 2;
  const end = <usize>to << 2;
  for (; i + 16 <= end; i += 16) {
    const a = v128.load(x + i);
    v128.store(x + i, f32x4.add(a, f32x4.mul(s, f32x4.sub(v128.load(y + i), a))));
  }
  for (; i < end; i += 4) {
    const a = load<f32>(x + i);
    store<f32>(x + i, a + share * (load<f32>(y + i) - a));
  }
}

/** Elements of a piece of `squares`. */
const PIECE: u32 = 4096;

/** out[p] (f64) = sum of the squares of elements 4096·p … of x, for pieces `from` … `to`−1. The caller adds the pieces in order. */
export function squares(x: usize, count: u32, out: usize, from: u32, to: u32): void {
  for (let piece = from; piece < to; piece++) {
    let total: f64 = 0;
    const end = min<u32>(count, (piece + 1) * PIECE);
    for (let i = piece * PIECE; i < end; i++) {
      const value = <f64>load<f32>(x + (<usize>i << 2));
      total += value * value;
    }
    store<f64>(out + (<usize>piece << 3), total);
  }
}

/** Turns of waiting before a thread sleeps: about 50 microseconds. */
const SPINS: u32 = 20000;

/**
 * Returns when `threads` threads have called it with the same `at`. Two words there, zero at first: arrived threads, and the number of the round.
 * Shared memory only where `threads` > 1.
 */
export function barrier(at: usize, threads: u32): void {
  if (threads <= 1) return;
  const round = atomic.load<u32>(at, 4);
  if (atomic.add<u32>(at, 1) === threads - 1) {
    atomic.store<u32>(at, 0);
    atomic.store<u32>(at, round + 1, 4);
    atomic.notify(at + 4, threads);
    return;
  }
  for (let spin: u32 = 0; spin < SPINS; spin++) if (atomic.load<u32>(at, 4) !== round) return;
  while (atomic.load<u32>(at, 4) === round) atomic.wait<i32>(at + 4, round, -1);
}

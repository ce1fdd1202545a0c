// The top-k heap that scans fill. A candidate is one 64-bit key: rank << 32 | ord, smaller is better, so ties go to the
// lower ord and no two keys are equal. Twin: engine/src/kernels/reference.ts.
//
// Layout at `top`: u32 capacity | u32 size | u64 threshold | working room for the scan in progress: eight u32, u16[32] |
// u64 keys[capacity], a max-heap (the worst key first).
// Only keys below the threshold enter; it starts at what the caller wrote and falls to keys[0] once the heap is full.

const KEYS: usize = 112;
export const BEGIN: usize = 16;
export const STRIDE: usize = 20;
export const FIRST: usize = 24;
export const ORDS: usize = 28;
export const ACCEPT: usize = 32;
export const SUMS: usize = 48;

// @ts-ignore: decorator
@inline
export function threshold(top: usize): u64 {
  return load<u64>(top, 8);
}

/** Rank of a score: larger scores have smaller ranks; −0 ranks as +0. Scores are never NaN. */
// @ts-ignore: decorator
@inline
export function rankOf(score: f32): u32 {
  const bits = reinterpret<u32>(score + 0.0);
  return bits ^ (bits >>> 31 ? 0 : 0x7fffffff);
}

/** Enters a key that is below the threshold; returns the new threshold. */
export function push(top: usize, key: u64): u64 {
  const capacity = load<u32>(top);
  const size = load<u32>(top, 4);
  const keys = top + KEYS;
  if (size < capacity) {
    let at: u32 = size;
    while (at > 0) {
      const parent = (at - 1) >>> 1;
      const above = load<u64>(keys + (<usize>parent << 3));
      if (above >= key) break;
      store<u64>(keys + (<usize>at << 3), above);
      at = parent;
    }
    store<u64>(keys + (<usize>at << 3), key);
    store<u32>(top, size + 1, 4);
    if (size + 1 < capacity) return load<u64>(top, 8);
  } else {
    sink(keys, capacity, key);
  }
  const worst = load<u64>(keys);
  store<u64>(top, worst, 8);
  return worst;
}

/** Puts `key` at the root and lets it sink to its place. */
function sink(keys: usize, size: u32, key: u64): void {
  let at: u32 = 0;
  for (;;) {
    let child: u32 = 2 * at + 1;
    if (child >= size) break;
    let below = load<u64>(keys + (<usize>child << 3));
    if (child + 1 < size) {
      const right = load<u64>(keys + (<usize>(child + 1) << 3));
      if (right > below) {
        below = right;
        child++;
      }
    }
    if (below <= key) break;
    store<u64>(keys + (<usize>at << 3), below);
    at = child;
  }
  store<u64>(keys + (<usize>at << 3), key);
}

/** Sorts the keys ascending (best first) and returns how many there are. The heap takes no more keys afterwards. */
export function topkSort(top: usize): u32 {
  const size = load<u32>(top, 4);
  const keys = top + KEYS;
  for (let end = size; end > 1; end--) {
    const last = keys + (<usize>(end - 1) << 3);
    const key = load<u64>(last);
    store<u64>(last, load<u64>(keys));
    sink(keys, end - 1, key);
  }
  return size;
}

// The best k of a kernel's search: a heap of (f32 score, u32 document), the worst at the root.

// ---- one search, 32 bytes
export const THRESHOLD = 0; // f64: scores at or below it are of no use
export const HEAP = 8; // address: (f32 score, u32 document) × k, the worst at the root
export const K = 12;
export const KEPT = 16;


// ---------------------------------------------------------------- the k best

/** Documents come in ascending order, so an equal score never displaces one that is kept. */
export function offer(search: usize, score: f32, doc: i32): void {
  if (<f64>score <= load<f64>(search, THRESHOLD)) return;
  const heap = load<usize>(search, HEAP);
  const k = load<i32>(search, K);
  let kept = load<i32>(search, KEPT);
  if (kept < k) {
    siftUp(heap, kept, score, doc);
    store<i32>(search, ++kept, KEPT);
    if (kept < k) return;
  } else siftDown(heap, k, score, doc);
  store<f64>(search, <f64>load<f32>(heap), THRESHOLD);
}

// @ts-ignore: decorator
@inline
export function isWorse(score: f32, doc: i32, other: usize): bool {
  const theirs = load<f32>(other);
  return score < theirs || (score == theirs && doc > load<i32>(other, 4));
}

export function siftUp(heap: usize, place: i32, score: f32, doc: i32): void {
  let i = place;
  while (i > 0) {
    const parent = (i - 1) >> 1;
    const slot = heap + (<usize>parent << 3);
    if (!isWorse(score, doc, slot)) break;
    store<u64>(heap + (<usize>i << 3), load<u64>(slot));
    i = parent;
  }
  store<f32>(heap + (<usize>i << 3), score);
  store<i32>(heap + (<usize>i << 3), doc, 4);
}

/** Puts (score, doc) in the place of the root. */
export function siftDown(heap: usize, size: i32, score: f32, doc: i32): void {
  let i = 0;
  for (;;) {
    let child = 2 * i + 1;
    if (child >= size) break;
    let slot = heap + (<usize>child << 3);
    if (child + 1 < size && isWorse(load<f32>(slot + 8), load<i32>(slot + 8, 4), slot)) {
      slot += 8;
      child++;
    }
    if (isWorse(score, doc, slot)) break;
    store<u64>(heap + (<usize>i << 3), load<u64>(slot));
    i = child;
  }
  store<f32>(heap + (<usize>i << 3), score);
  store<i32>(heap + (<usize>i << 3), doc, 4);
}

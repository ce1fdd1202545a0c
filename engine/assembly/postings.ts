// Top-k over postings: entry of postings.wasm. Disjunctions by MaxScore over windows of documents (Turtle and Flood, 1995;
// windows and block maxima as in Ding and Suel, 2011), conjunctions by block-skipping intersection. Pure functions over
// pointers (docs/adr/0012-memory-model.md). The readable twin, which scores every match, is indexes/inverted/cursors.ts;
// bytes of the lists are in docs/format/inverted.md; the struct offsets below are written by indexes/inverted/{kernel-lists,pruned}.ts.
//
// Ladder: v1 skipped blocks and windows by their bounds, unpacked and scored four postings at a time, and looked candidates
// up one by one; v2 looks them up a list at a time: 317 → 200 µs of CPU for a mixed query, 301 → 145 µs for a content query
// over 100,000 abstracts. Measured by `npm run bench lexical`. Windows of 1024 or 512 documents instead of 2048 take 7 or 18 %
// more for a mixed query over a million seeded texts, 10 or 31 % more for a content query; a first window of 64 changes nothing.

import { KEPT, offer, THRESHOLD } from './postings-heap';
import {
  ALL_BLOCKS, BLOCK, blockFrom, boundOf, COUNT, computeScores, DF, DOCS, decode, documentFrom, firstFrom, INDEX,
  LIST_BYTES, LIST_MAX, lastBefore, lastOf, lookUp, prepare, SCORES, scoreAt, skipTo, WINDOW_MAX, windowMax,
} from './postings-list';

export { exclude, searchAll } from './postings-all';

const WINDOW = 2048; // documents, most
const FIRST_WINDOW = 256; // the threshold rises fastest at the start: look at it often there

/**
 * The best k documents of an `or` over n lists. `accept` = address of a bit set or 0; `sums` = f64 × 2048 and `seen` =
 * u64 × 32, both zero, and zero again afterwards; `batch` = f64 × 2048, then u32 × 2048; `order` = u32 × 2n; `below` =
 * f64 × (n + 1).
 * Returns how many are in the heap, or −1 when a sum might not be exact in double: then order would matter.
 */
export function searchOr(
  search: usize, lists: usize, n: i32, size: i32, accept: usize, sums: usize, seen: usize,
  batch: usize, order: usize, below: usize,
): i32 {
  if (!prepare(lists, n)) return -1;
  const local = order + (<usize>n << 2);
  for (let i = 0; i < n; i++) store<u32>(order + (<usize>i << 2), <u32>(lists + <usize>i * LIST_BYTES));
  sortBy(order, n, LIST_MAX);
  let low: i32 = 0;
  let span = FIRST_WINDOW;
  while (low < size) {
    // Lists that together cannot pass the threshold anywhere need not be the first to name a document.
    const threshold = load<f64>(search, THRESHOLD);
    let sum: f64 = 0;
    let first = 0;
    for (; first < n; first++) {
      sum += <f64>load<f32>(at(order, first), LIST_MAX);
      if (sum > threshold) break;
    }
    if (first == n) break;
    let next = size;
    for (let i = first; i < n; i++) next = min(next, documentFrom(at(order, i), low));
    if (next >= size) break;
    low = next;
    const high = min(low + span, size);
    searchWindow(search, order, local, n, low, high, accept, sums, seen, batch, below);
    low = high;
    span = min(2 * span, WINDOW);
  }
  return load<i32>(search, KEPT);
}

/** The best k documents of an `and` over n lists, n ≥ 2. Arguments and result as for searchOr. */
export function searchAnd(
  search: usize, lists: usize, n: i32, accept: usize, order: usize, above: usize,
): i32 {
  if (!prepare(lists, n)) return -1;
  for (let i = 0; i < n; i++) store<u32>(order + (<usize>i << 2), <u32>(lists + <usize>i * LIST_BYTES));
  sortByDf(order, n);
  store<f64>(above + (<usize>n << 3), 0);
  for (let i = n - 1; i >= 0; i--) {
    store<f64>(above + (<usize>i << 3), load<f64>(above + (<usize>(i + 1) << 3)) + <f64>load<f32>(at(order, i), LIST_MAX));
  }
  const lead = at(order, 0);
  const blocks = load<i32>(lead, ALL_BLOCKS);
  const rest = load<f64>(above + 8);
  for (let b = 0; b < blocks; b++) {
    if (<f64>boundOf(lead, b) + rest <= load<f64>(search, THRESHOLD)) continue;
    decode(lead, b);
    computeScores(lead);
    const count = load<i32>(lead, COUNT);
    for (let i = 0; i < count; i++) {
      const doc = load<i32>(load<usize>(lead, DOCS) + (<usize>i << 2));
      if (accept != 0 && !isAccepted(accept, doc)) continue;
      let score = <f64>load<f32>(load<usize>(lead, SCORES) + (<usize>i << 2));
      let j = 1;
      for (; j < n; j++) {
        const others = load<f64>(above + (<usize>(j + 1) << 3));
        const part = lookUp(at(order, j), doc, score + others, load<f64>(search, THRESHOLD));
        if (part < 0) break;
        score += <f64>part;
      }
      if (j == n) offer(search, <f32>score, doc);
    }
  }
  return load<i32>(search, KEPT);
}

// ---------------------------------------------------------------- windows

function searchWindow(
  search: usize, order: usize, local: usize, n: i32, low: i32, high: i32,
  accept: usize, sums: usize, seen: usize, batch: usize, below: usize,
): void {
  let total: f64 = 0;
  for (let i = 0; i < n; i++) {
    const list = at(order, i);
    const bound = windowMax(list, low, high);
    store<f32>(list, bound, WINDOW_MAX);
    store<u32>(local + (<usize>i << 2), <u32>list);
    total += <f64>bound;
  }
  const threshold = load<f64>(search, THRESHOLD);
  if (total <= threshold) return;
  sortBy(local, n, WINDOW_MAX);
  // below[j] = bounds of local[0 … j−1] together; the first `optional` lists cannot lift a document by themselves.
  let optional = 0;
  store<f64>(below, 0);
  for (let i = 0; i < n; i++) {
    const sum = load<f64>(below + (<usize>i << 3)) + <f64>load<f32>(at(local, i), WINDOW_MAX);
    store<f64>(below + (<usize>(i + 1) << 3), sum);
    if (sum <= threshold) optional = i + 1;
  }
  const others = load<f64>(below + (<usize>optional << 3));
  let count: i32;
  if (n - optional == 1) count = collectOne(at(local, optional), low, high, accept, batch, others, threshold);
  else {
    for (let i = optional; i < n; i++) {
      const list = at(local, i);
      accumulate(list, low, high, sums, seen, total - <f64>load<f32>(list, WINDOW_MAX), threshold);
    }
    count = collect(low, high, accept, sums, seen, batch, others, threshold);
  }
  // What the optional lists give, best first; a document leaves the batch when the rest cannot lift it.
  for (let j = optional - 1; j >= 0 && count > 0; j--) {
    count = addOptional(at(local, j), batch, count, load<f64>(below + (<usize>j << 3)), threshold);
  }
  for (let i = 0; i < count; i++) {
    offer(search, <f32>load<f64>(batch + (<usize>i << 3)), load<i32>(batch + 8 * WINDOW + (<usize>i << 2)));
  }
}

/** The window's sums into the batch, those left out that `others` cannot lift; clears the sums. */
function collect(
  low: i32, high: i32, accept: usize, sums: usize, seen: usize, batch: usize, others: f64, threshold: f64,
): i32 {
  const docs = batch + 8 * WINDOW;
  const words = (high - low + 63) >> 6;
  let count = 0;
  for (let w = 0; w < words; w++) {
    let bits = load<u64>(seen + (<usize>w << 3));
    if (bits == 0) continue;
    store<u64>(seen + (<usize>w << 3), 0);
    while (bits != 0) {
      const offset = (w << 6) + <i32>ctz(bits);
      bits &= bits - 1;
      const slot = sums + (<usize>offset << 3);
      const score = load<f64>(slot);
      store<f64>(slot, 0);
      if (accept != 0 && !isAccepted(accept, low + offset)) continue;
      store<f64>(batch + (<usize>count << 3), score);
      store<i32>(docs + (<usize>count << 2), low + offset);
      count += <i32>(score + others > threshold);
    }
  }
  return count;
}

/** The same where one list alone can lift documents: no sums are needed. */
function collectOne(
  list: usize, low: i32, high: i32, accept: usize, batch: usize, others: f64, threshold: f64,
): i32 {
  const found = batch + 8 * WINDOW;
  const blocks = load<i32>(list, ALL_BLOCKS);
  let count = 0;
  for (let b = blockFrom(list, low); b < blocks && lastBefore(list, b) + 1 < high; b++) {
    if (<f64>boundOf(list, b) + others <= threshold) continue;
    decode(list, b);
    computeScores(list);
    const docs = load<usize>(list, DOCS);
    const scores = load<usize>(list, SCORES);
    const decoded = load<i32>(list, COUNT);
    let i = firstFrom(list, low);
    for (; i < decoded; i++) {
      const doc = load<i32>(docs + (<usize>i << 2));
      if (doc >= high) break;
      const score = <f64>load<f32>(scores + (<usize>i << 2));
      if (score + others <= threshold || (accept != 0 && !isAccepted(accept, doc))) continue;
      store<f64>(batch + (<usize>count << 3), score);
      store<i32>(found + (<usize>count << 2), doc);
      count++;
    }
    store<i32>(list, i, INDEX);
    if (i < decoded) break;
  }
  return count;
}

/** Adds one list's scores to the batch and drops what `others` cannot lift any more; returns how many stay. */
function addOptional(list: usize, batch: usize, count: i32, others: f64, threshold: f64): i32 {
  const found = batch + 8 * WINDOW;
  const docs = load<usize>(list, DOCS);
  const blocks = load<i32>(list, ALL_BLOCKS);
  let b = max(load<i32>(list, BLOCK), 0);
  let last = b < blocks ? lastOf(list, b) : i32.MAX_VALUE;
  let index = load<i32>(list, INDEX);
  let kept = 0;
  for (let i = 0; i < count; i++) {
    const doc = load<i32>(found + (<usize>i << 2));
    let score = load<f64>(batch + (<usize>i << 3));
    while (last < doc) last = ++b < blocks ? lastOf(list, b) : i32.MAX_VALUE;
    if (b < blocks) {
      if (b != load<i32>(list, BLOCK)) {
        if (score + others + <f64>boundOf(list, b) <= threshold) continue;
        decode(list, b);
        index = 0;
      }
      index = skipTo(docs, index, doc);
      if (load<i32>(docs + (<usize>index << 2)) == doc) score += <f64>scoreAt(list, index, doc);
    }
    store<f64>(batch + (<usize>kept << 3), score);
    store<i32>(found + (<usize>kept << 2), doc);
    kept += <i32>(score + others > threshold);
  }
  store<i32>(list, index, INDEX);
  return kept;
}

/** Adds a list's scores of the window; blocks that cannot matter even with all others' best are left out. */
function accumulate(
  list: usize, low: i32, high: i32, sums: usize, seen: usize, others: f64, threshold: f64,
): void {
  const blocks = load<i32>(list, ALL_BLOCKS);
  for (let b = blockFrom(list, low); b < blocks && lastBefore(list, b) + 1 < high; b++) {
    if (<f64>boundOf(list, b) + others <= threshold) continue;
    decode(list, b);
    computeScores(list);
    const docs = load<usize>(list, DOCS);
    const scores = load<usize>(list, SCORES);
    const count = load<i32>(list, COUNT);
    let i = firstFrom(list, low);
    for (; i < count; i++) {
      const doc = load<i32>(docs + (<usize>i << 2));
      if (doc >= high) break;
      const offset = doc - low;
      const slot = sums + (<usize>offset << 3);
      store<f64>(slot, load<f64>(slot) + <f64>load<f32>(scores + (<usize>i << 2)));
      const word = seen + (<usize>(offset >> 6) << 3);
      store<u64>(word, load<u64>(word) | ((<u64>1) << (offset & 63)));
    }
    store<i32>(list, i, INDEX);
    if (i < count) return;
  }
}

// ---------------------------------------------------------------- small things

// @ts-ignore: decorator
@inline
function at(order: usize, i: i32): usize {
  return <usize>load<u32>(order + (<usize>i << 2));
}
// @ts-ignore: decorator
@inline
function isAccepted(accept: usize, doc: i32): bool {
  return (load<u32>(accept + (<usize>(doc >> 5) << 2)) >> (doc & 31)) & 1 ? true : false;
}

/** Insertion sort, ascending by the f32 at `offset`; queries have few terms, and windows are nearly sorted already. */
function sortBy(order: usize, n: i32, offset: i32): void {
  for (let i = 1; i < n; i++) {
    const list = at(order, i);
    const key = load<f32>(list + <usize>offset);
    let j = i - 1;
    for (; j >= 0 && load<f32>(at(order, j) + <usize>offset) > key; j--) {
      store<u32>(order + (<usize>(j + 1) << 2), <u32>at(order, j));
    }
    store<u32>(order + (<usize>(j + 1) << 2), <u32>list);
  }
}

function sortByDf(order: usize, n: i32): void {
  for (let i = 1; i < n; i++) {
    const list = at(order, i);
    const key = load<i32>(list, DF);
    let j = i - 1;
    for (; j >= 0 && load<i32>(at(order, j), DF) > key; j--) {
      store<u32>(order + (<usize>(j + 1) << 2), <u32>at(order, j));
    }
    store<u32>(order + (<usize>(j + 1) << 2), <u32>list);
  }
}

// Top-k over postings: entry of postings.wasm. Disjunctions by MaxScore over windows of documents (Turtle and Flood, 1995;
// windows and block maxima as in Ding and Suel, 2011), conjunctions by block-skipping intersection. Pure functions over
// pointers (docs/adr/0012-memory-model.md). The readable twin, which scores every match, is indexes/inverted/cursors.ts;
// bytes of the lists are in docs/format/inverted.md; the struct offsets below are written by indexes/inverted/pruned.ts.
//
// Ladder: v1 scored every posting one by one; v2 unpacks and scores four at a time (SIMD128), about 3x; v3 skips blocks and
// windows by their bounds; v4 looks candidates up a list at a time instead of one by one, half the time of v3. Measured by `npm run bench lexical`.

// ---- one list, 96 bytes
const DATA = 0; // address of the list's bytes
const DF = 4;
const WEIGHT = 8; // f32
const NORMS = 12; // address: length byte by document
const INVERSE = 16; // address: f32 length factor by length byte
const BOUNDS = 20; // address: f32 upper bound of each block, the tail last
const DOCS = 24; // address: u32 × 136, documents of the decoded block; 128 … 135 are i32.MAX_VALUE
const TFS = 28; // address: u32 × 128
const SCORES = 32; // address: f32 × 128
const MAX_TF = 36; // no tf of the list is larger
// state
const BLOCKS = 40; // full blocks
const ALL_BLOCKS = 44; // with the tail
const TAIL = 48; // address
const TAIL_LAST = 52; // last document of the tail
const BLOCK = 56; // decoded block, −1 none
const COUNT = 60; // documents decoded
const INDEX = 64; // the next one to look at
const READY = 68; // 1 = tfs decoded, 2 = scores computed
const SHALLOW = 72; // first block that may reach the window
const WINDOW_MAX = 76; // f32
const LIST_MAX = 80; // f32
const MAX_X = 84; // f32: largest tf · length factor
const RAW_DOCS = 88; // address: u32 × df of a list scored beforehand (a phrase, a nested group), 0 for postings
const RAW_SCORES = 92; // address: f32 × df
const LIST_BYTES = 96;

// ---- one search, 32 bytes
const THRESHOLD = 0; // f64: scores at or below it are of no use
const HEAP = 8; // address: (f32 score, u32 document) × k, the worst at the root
const K = 12;
const KEPT = 16;

const ENTRY_BYTES = 16;
const PAIRS = 3;
const TF_CAP = 255;
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

/** Score of one document in a list: −1 when it is not there, −2 when `others` + its block's bound is of no use. */
function lookUp(list: usize, doc: i32, others: f64, threshold: f64): f32 {
  const b = blockFrom(list, doc);
  if (b >= load<i32>(list, ALL_BLOCKS)) return -1;
  if (b != load<i32>(list, BLOCK)) {
    if (others + <f64>boundOf(list, b) <= threshold) return -2;
    decode(list, b);
  }
  const i = firstFrom(list, doc);
  store<i32>(list, i, INDEX);
  return load<i32>(load<usize>(list, DOCS) + (<usize>i << 2)) == doc ? scoreAt(list, i, doc) : -1;
}

// ---------------------------------------------------------------- bounds

/** Sets up every list. false when Σ of float32 scores might not be exact in double, whatever the order. */
function prepare(lists: usize, n: i32): bool {
  let weights: f64 = 0;
  let least = 1000; // smallest exponent of a unit in the last place
  for (let i = 0; i < n; i++) {
    const list = lists + <usize>i * LIST_BYTES;
    if (load<usize>(list, RAW_DOCS) != 0) {
      const unit = prepareRaw(list);
      weights += <f64>load<f32>(list, LIST_MAX);
      least = min(least, unit);
      continue;
    }
    prepareList(list);
    const weight = load<f32>(list, WEIGHT);
    weights += <f64>weight;
    // A score w − y is a multiple of y's last place, and y ≥ w / (1 + x).
    const y: f32 = weight / (1 + load<f32>(list, MAX_X));
    if (weight > 0) least = min(least, <i32>((reinterpret<u32>(y) >> 23) & 255) - 127 - 24);
  }
  const top = <i32>((reinterpret<u64>(weights) >> 52) & 2047) - 1023 + 1;
  return least == 1000 || top - least <= 53;
}

function prepareList(list: usize): void {
  const data = load<usize>(list, DATA);
  const df = load<i32>(list, DF);
  const blocks = df >> 7;
  const bounds = load<usize>(list, BOUNDS);
  const weight = load<f32>(list, WEIGHT);
  const inverse = load<usize>(list, INVERSE);
  let most: f32 = 0;
  let largest: f32 = 0;
  for (let b = 0; b < blocks; b++) {
    const entry = data + <usize>b * ENTRY_BYTES + 10;
    let x: f32 = 0;
    for (let p = 0; p < PAIRS; p++) {
      const tf = load<u8>(entry + (<usize>p << 1));
      const factor = load<f32>(inverse + (<usize>load<u8>(entry + (<usize>p << 1) + 1) << 2));
      x = max(x, (tf == TF_CAP ? <f32>load<i32>(list, MAX_TF) : <f32>tf) * factor);
    }
    // The best pair is the one of the largest tf · factor, because the score grows with it.
    const bound = weight - weight / (1 + x);
    store<f32>(bounds + (<usize>b << 2), bound);
    most = max(most, bound);
    largest = max(largest, x);
  }
  let tail = data + <usize>blocks * ENTRY_BYTES;
  if (blocks > 0) {
    const entry = tail - ENTRY_BYTES;
    tail += <usize>load<u32>(entry + 4) + ((<usize>load<u8>(entry + 8) + <usize>load<u8>(entry + 9)) << 4);
  }
  store<i32>(list, blocks, BLOCKS);
  store<i32>(list, blocks + ((df & 127) > 0 ? 1 : 0), ALL_BLOCKS);
  store<usize>(list, tail, TAIL);
  store<i32>(list, -1, BLOCK);
  store<i32>(list, 0, INDEX);
  store<i32>(list, 0, COUNT);
  store<i32>(list, 0, SHALLOW);
  if (df & 127) {
    decode(list, blocks);
    computeScores(list);
    const count = df & 127;
    let bound: f32 = 0;
    for (let i = 0; i < count; i++) bound = max(bound, load<f32>(load<usize>(list, SCORES) + (<usize>i << 2)));
    for (let i = 0; i < count; i++) {
      const doc = load<i32>(load<usize>(list, DOCS) + (<usize>i << 2));
      largest = max(largest, <f32>load<i32>(load<usize>(list, TFS) + (<usize>i << 2)) * lengthFactor(list, doc));
    }
    store<f32>(bounds + (<usize>blocks << 2), bound);
    store<i32>(list, load<i32>(load<usize>(list, DOCS) + (<usize>(count - 1) << 2)), TAIL_LAST);
    most = max(most, bound);
    if (blocks > 0) store<i32>(list, -1, BLOCK); // block 0 comes first
  }
  store<f32>(list, most, LIST_MAX);
  store<f32>(list, largest, MAX_X);
}

/** Entries and bounds of a list scored beforehand; returns the exponent of its smallest unit in the last place. */
function prepareRaw(list: usize): i32 {
  const df = load<i32>(list, DF);
  const docs = load<usize>(list, RAW_DOCS);
  const scores = load<usize>(list, RAW_SCORES);
  const bounds = load<usize>(list, BOUNDS);
  const entries = load<usize>(list, DATA);
  let most: f32 = 0;
  let least = 1000;
  for (let from = 0; from < df; from += 128) {
    const to = min(from + 128, df);
    let bound: f32 = 0;
    for (let i = from; i < to; i++) {
      const score = load<f32>(scores + (<usize>i << 2));
      bound = max(bound, score);
      if (score > 0) least = min(least, <i32>((reinterpret<u32>(score) >> 23) & 255) - 127 - 24);
    }
    store<f32>(bounds + (<usize>(from >> 7) << 2), bound);
    most = max(most, bound);
    const last = load<i32>(docs + (<usize>(to - 1) << 2));
    if (to - from == 128) store<i32>(entries + <usize>(from >> 7) * ENTRY_BYTES, last);
    else store<i32>(list, last, TAIL_LAST);
  }
  store<i32>(list, df >> 7, BLOCKS);
  store<i32>(list, (df + 127) >> 7, ALL_BLOCKS);
  store<i32>(list, -1, BLOCK);
  store<i32>(list, 0, INDEX);
  store<i32>(list, 0, COUNT);
  store<i32>(list, 0, SHALLOW);
  store<f32>(list, most, LIST_MAX);
  return least;
}

/** Upper bound of the list's scores among documents low … high−1. */
function windowMax(list: usize, low: i32, high: i32): f32 {
  const blocks = load<i32>(list, ALL_BLOCKS);
  let b = load<i32>(list, SHALLOW);
  while (b < blocks && lastOf(list, b) < low) b++;
  store<i32>(list, b, SHALLOW);
  let bound: f32 = 0;
  for (; b < blocks; b++) {
    bound = max(bound, boundOf(list, b));
    if (lastOf(list, b) >= high - 1) break;
  }
  return bound;
}

// @ts-ignore: decorator
@inline
function boundOf(list: usize, b: i32): f32 {
  return load<f32>(load<usize>(list, BOUNDS) + (<usize>b << 2));
}

// ---------------------------------------------------------------- walking a list

/** Last document of a block. */
// @ts-ignore: decorator
@inline
function lastOf(list: usize, b: i32): i32 {
  return b < load<i32>(list, BLOCKS)
    ? load<i32>(load<usize>(list, DATA) + <usize>b * ENTRY_BYTES)
    : load<i32>(list, TAIL_LAST);
}
/** Last document before a block, −1 before the first. */
// @ts-ignore: decorator
@inline
function lastBefore(list: usize, b: i32): i32 {
  return b == 0 ? -1 : load<i32>(load<usize>(list, DATA) + <usize>(b - 1) * ENTRY_BYTES);
}
/** First block, from the decoded one on, that may hold a document ≥ doc. */
function blockFrom(list: usize, doc: i32): i32 {
  const blocks = load<i32>(list, ALL_BLOCKS);
  let b = max(load<i32>(list, BLOCK), 0);
  while (b < blocks && lastOf(list, b) < doc) b++;
  return b;
}
/** Index of the first decoded document ≥ doc, from INDEX on; COUNT when there is none. */
function firstFrom(list: usize, doc: i32): i32 {
  return skipTo(load<usize>(list, DOCS), load<i32>(list, INDEX), doc);
}
/** Eight at a time: eight sentinels behind the documents end the search. */
// @ts-ignore: decorator
@inline
function skipTo(docs: usize, from: i32, doc: i32): i32 {
  let i = from;
  while (load<i32>(docs + (<usize>i << 2), 28) < doc) i += 8;
  const v = i32x4.splat(doc);
  const at = docs + (<usize>i << 2);
  return i + popcnt(i32x4.bitmask(i32x4.lt_s(v128.load(at), v))) + popcnt(i32x4.bitmask(i32x4.lt_s(v128.load(at, 16), v)));
}
/** The first document ≥ doc, i32.MAX_VALUE when there is none. */
function documentFrom(list: usize, doc: i32): i32 {
  const b = blockFrom(list, doc);
  if (b >= load<i32>(list, ALL_BLOCKS)) return i32.MAX_VALUE;
  decode(list, b);
  const i = firstFrom(list, doc);
  store<i32>(list, i, INDEX);
  return load<i32>(load<usize>(list, DOCS) + (<usize>i << 2));
}

// ---------------------------------------------------------------- decoding

function decode(list: usize, b: i32): void {
  if (load<i32>(list, BLOCK) == b) return;
  store<i32>(list, b, BLOCK);
  store<i32>(list, 0, INDEX);
  if (load<usize>(list, RAW_DOCS) != 0) {
    copyRaw(list, b);
    return;
  }
  if (b == load<i32>(list, BLOCKS)) {
    decodeTail(list);
    return;
  }
  const entry = load<usize>(list, DATA) + <usize>b * ENTRY_BYTES;
  unpackGaps(bodyOf(list, entry), load<u8>(entry + 8), load<usize>(list, DOCS), lastBefore(list, b));
  store<i32>(list, 128, COUNT);
  store<i32>(list, 0, READY);
}

function copyRaw(list: usize, b: i32): void {
  const docs = load<usize>(list, DOCS);
  const from = <usize>b << 9;
  const count = min(load<i32>(list, DF) - (b << 7), 128);
  memory.copy(docs, load<usize>(list, RAW_DOCS) + from, <usize>count << 2);
  memory.copy(load<usize>(list, SCORES), load<usize>(list, RAW_SCORES) + from, <usize>count << 2);
  for (let i = 0; i < 8; i++) store<i32>(docs + (<usize>(count + i) << 2), i32.MAX_VALUE); // sentinels
  store<i32>(list, count, COUNT);
  store<i32>(list, 3, READY);
}

// @ts-ignore: decorator
@inline
function bodyOf(list: usize, entry: usize): usize {
  return load<usize>(list, DATA) + <usize>load<i32>(list, BLOCKS) * ENTRY_BYTES + <usize>load<u32>(entry + 4);
}

/** 128 gaps of one width, four lanes at a time, summed up to documents. */
function unpackGaps(source: usize, width: u32, out: usize, previous: i32): void {
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
function unpackTfs(source: usize, width: u32, out: usize): void {
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
function rowOf(source: usize, row: u32, width: u32): v128 {
  const bit = row * width;
  const word = source + (<usize>(bit >> 5) << 4);
  const shift = bit & 31;
  let v = i32x4.shr_u(v128.load(word), shift);
  if (shift + width > 32) v = v128.or(v, i32x4.shl(v128.load(word, 16), 32 - shift));
  return v;
}

/** One tf of the decoded block. */
function tfOf(list: usize, i: i32): u32 {
  if (load<i32>(list, READY) & 1) return load<u32>(load<usize>(list, TFS) + (<usize>i << 2));
  const entry = load<usize>(list, DATA) + <usize>load<i32>(list, BLOCK) * ENTRY_BYTES;
  const width = <u32>load<u8>(entry + 9);
  if (width == 0) return 1;
  const bit = <u32>(i >> 2) * width;
  const word = bodyOf(list, entry) + (<usize>load<u8>(entry + 8) << 4) + (<usize>(bit >> 5) << 4) + (<usize>(i & 3) << 2);
  const shift = bit & 31;
  let value = load<u32>(word) >> shift;
  if (shift + width > 32) value |= load<u32>(word + 16) << (32 - shift);
  return (width == 32 ? value : value & ((1 << width) - 1)) + 1;
}

function decodeTail(list: usize): void {
  const docs = load<usize>(list, DOCS);
  const tfs = load<usize>(list, TFS);
  const count = load<i32>(list, DF) & 127;
  let source = load<usize>(list, TAIL);
  let previous = lastBefore(list, load<i32>(list, BLOCKS));
  for (let i = 0; i < count; i++) {
    let code: u64 = 0;
    for (let shift: u64 = 0; ; shift += 7) {
      const byte = load<u8>(source++);
      code |= (<u64>(byte & 127)) << shift;
      if (byte < 128) break;
    }
    previous += <i32>(code >> 1) + 1;
    let tf: u32 = 1;
    if ((code & 1) == 0) {
      tf = 0;
      for (let shift: u32 = 0; ; shift += 7) {
        const byte = load<u8>(source++);
        tf |= (<u32>(byte & 127)) << shift;
        if (byte < 128) break;
      }
      tf += 2;
    }
    store<i32>(docs + (<usize>i << 2), previous);
    store<u32>(tfs + (<usize>i << 2), tf);
  }
  for (let i = 0; i < 8; i++) store<i32>(docs + (<usize>(count + i) << 2), i32.MAX_VALUE); // sentinels
  store<i32>(list, count, COUNT);
  store<i32>(list, 1, READY);
}

// ---------------------------------------------------------------- scores

// @ts-ignore: decorator
@inline
function lengthFactor(list: usize, doc: i32): f32 {
  return load<f32>(load<usize>(list, INVERSE) + (<usize>load<u8>(load<usize>(list, NORMS) + <usize>doc) << 2));
}

/** Score of the decoded document at index i. */
// @ts-ignore: decorator
@inline
function scoreAt(list: usize, i: i32, doc: i32): f32 {
  if (load<i32>(list, READY) & 2) return load<f32>(load<usize>(list, SCORES) + (<usize>i << 2));
  return scoreOf(list, <f32>tfOf(list, i), lengthFactor(list, doc));
}

// @ts-ignore: decorator
@inline
function scoreOf(list: usize, tf: f32, factor: f32): f32 {
  const weight = load<f32>(list, WEIGHT);
  return weight - weight / (1 + tf * factor);
}

/** Scores of the whole decoded block: the float32 steps of indexes/inverted/bm25.ts, four at a time. */
function computeScores(list: usize): void {
  const ready = load<i32>(list, READY);
  if (ready & 2) return;
  const docs = load<usize>(list, DOCS);
  const tfs = load<usize>(list, TFS);
  const scores = load<usize>(list, SCORES);
  if (!(ready & 1)) {
    const entry = load<usize>(list, DATA) + <usize>load<i32>(list, BLOCK) * ENTRY_BYTES;
    unpackTfs(bodyOf(list, entry) + (<usize>load<u8>(entry + 8) << 4), load<u8>(entry + 9), tfs);
  }
  const norms = load<usize>(list, NORMS);
  const inverse = load<usize>(list, INVERSE);
  const weight = f32x4.splat(load<f32>(list, WEIGHT));
  const one = f32x4.splat(1);
  const count = load<i32>(list, COUNT);
  const fours = count & ~3;
  for (let i = 0; i < fours; i += 4) {
    const d = docs + (<usize>i << 2);
    let factor = v128.load32_zero(inverse + (<usize>load<u8>(norms + <usize>load<u32>(d)) << 2));
    factor = v128.load_lane<f32>(inverse + (<usize>load<u8>(norms + <usize>load<u32>(d, 4)) << 2), factor, 1);
    factor = v128.load_lane<f32>(inverse + (<usize>load<u8>(norms + <usize>load<u32>(d, 8)) << 2), factor, 2);
    factor = v128.load_lane<f32>(inverse + (<usize>load<u8>(norms + <usize>load<u32>(d, 12)) << 2), factor, 3);
    const tf = f32x4.convert_i32x4_u(v128.load(tfs + (<usize>i << 2)));
    const score = f32x4.sub(weight, f32x4.div(weight, f32x4.add(one, f32x4.mul(tf, factor))));
    v128.store(scores + (<usize>i << 2), score);
  }
  for (let i = fours; i < count; i++) {
    const factor = lengthFactor(list, load<i32>(docs + (<usize>i << 2)));
    store<f32>(scores + (<usize>i << 2), scoreOf(list, <f32>load<u32>(tfs + (<usize>i << 2)), factor));
  }
  store<i32>(list, 3, READY);
}

// ---------------------------------------------------------------- the k best

/** Documents come in ascending order, so an equal score never displaces one that is kept. */
function offer(search: usize, score: f32, doc: i32): void {
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
function isWorse(score: f32, doc: i32, other: usize): bool {
  const theirs = load<f32>(other);
  return score < theirs || (score == theirs && doc > load<i32>(other, 4));
}

function siftUp(heap: usize, place: i32, score: f32, doc: i32): void {
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
function siftDown(heap: usize, size: i32, score: f32, doc: i32): void {
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

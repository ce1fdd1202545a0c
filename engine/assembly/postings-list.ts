// One list of postings in the kernels: its struct, bounds, walking, decoding and scoring. Pure functions over pointers. The
// readable twins are indexes/inverted/{list-cursor,packed128,bm25}.ts; bytes are in docs/format/inverted.md.

import { unpackGaps, unpackTfs } from './postings-pack';

// ---- one list, 100 bytes
export const DATA = 0; // address of the list's bytes
export const DF = 4;
export const WEIGHT = 8; // f32
export const NORMS = 12; // address: length byte by document
export const INVERSE = 16; // address: f32 length factor by length byte
export const BOUNDS = 20; // address: f32 upper bound of each block, the tail last
export const DOCS = 24; // address: u32 × 136, documents of the decoded block; 128 … 135 are i32.MAX_VALUE
export const TFS = 28; // address: u32 × 128
export const SCORES = 32; // address: f32 × 128
export const MAX_TF = 36; // no tf of the list is larger
// state
export const BLOCKS = 40; // full blocks
export const ALL_BLOCKS = 44; // with the tail
export const TAIL = 48; // address
export const TAIL_LAST = 52; // last document of the tail
export const BLOCK = 56; // decoded block, −1 none
export const COUNT = 60; // documents decoded
export const INDEX = 64; // the next one to look at
export const READY = 68; // 1 = tfs decoded, 2 = scores computed
export const SHALLOW = 72; // first block that may reach the window
export const WINDOW_MAX = 76; // f32
export const LIST_MAX = 80; // f32
export const MAX_X = 84; // f32: largest tf · length factor
export const RAW_DOCS = 88; // address: u32 × df of a list scored beforehand (a phrase, a nested group), 0 for postings
export const RAW_SCORES = 92; // address: f32 × df
export const ROLE = 96; // of postings-all.ts
export const LIST_BYTES = 100;


export const ENTRY_BYTES = 16;
export const PAIRS = 3;
export const TF_CAP = 255;

// ---------------------------------------------------------------- bounds

/** Sets up every list. false when Σ of float32 scores might not be exact in double, whatever the order. */
export function prepare(lists: usize, n: i32): bool {
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

/** The blocks of a list of postings, before the first of them is read. */
export function prepareBlocks(list: usize): void {
  const df = load<i32>(list, DF);
  const blocks = df >> 7;
  let tail = load<usize>(list, DATA) + <usize>blocks * ENTRY_BYTES;
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
}

export function prepareList(list: usize): void {
  prepareBlocks(list);
  const data = load<usize>(list, DATA);
  const df = load<i32>(list, DF);
  const blocks = load<i32>(list, BLOCKS);
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
export function prepareRaw(list: usize): i32 {
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
export function windowMax(list: usize, low: i32, high: i32): f32 {
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
export function boundOf(list: usize, b: i32): f32 {
  return load<f32>(load<usize>(list, BOUNDS) + (<usize>b << 2));
}

// ---------------------------------------------------------------- walking a list

/** Last document of a block. */
// @ts-ignore: decorator
@inline
export function lastOf(list: usize, b: i32): i32 {
  return b < load<i32>(list, BLOCKS)
    ? load<i32>(load<usize>(list, DATA) + <usize>b * ENTRY_BYTES)
    : load<i32>(list, TAIL_LAST);
}
/** Last document before a block, −1 before the first. */
// @ts-ignore: decorator
@inline
export function lastBefore(list: usize, b: i32): i32 {
  return b == 0 ? -1 : load<i32>(load<usize>(list, DATA) + <usize>(b - 1) * ENTRY_BYTES);
}
/** First block, from the decoded one on, that may hold a document ≥ doc. */
export function blockFrom(list: usize, doc: i32): i32 {
  const blocks = load<i32>(list, ALL_BLOCKS);
  let b = max(load<i32>(list, BLOCK), 0);
  while (b < blocks && lastOf(list, b) < doc) b++;
  return b;
}
/** Index of the first decoded document ≥ doc, from INDEX on; COUNT when there is none. */
export function firstFrom(list: usize, doc: i32): i32 {
  return skipTo(load<usize>(list, DOCS), load<i32>(list, INDEX), doc);
}
/** Eight at a time: eight sentinels behind the documents end the search. */
// @ts-ignore: decorator
@inline
export function skipTo(docs: usize, from: i32, doc: i32): i32 {
  let i = from;
  while (load<i32>(docs + (<usize>i << 2), 28) < doc) i += 8;
  const v = i32x4.splat(doc);
  const at = docs + (<usize>i << 2);
  return i + popcnt(i32x4.bitmask(i32x4.lt_s(v128.load(at), v))) + popcnt(i32x4.bitmask(i32x4.lt_s(v128.load(at, 16), v)));
}
/** The first document ≥ doc, i32.MAX_VALUE when there is none. */
export function documentFrom(list: usize, doc: i32): i32 {
  const b = blockFrom(list, doc);
  if (b >= load<i32>(list, ALL_BLOCKS)) return i32.MAX_VALUE;
  decode(list, b);
  const i = firstFrom(list, doc);
  store<i32>(list, i, INDEX);
  return load<i32>(load<usize>(list, DOCS) + (<usize>i << 2));
}

/** Score of one document in a list: −1 when it is not there, −2 when `others` + its block's bound is of no use. */
export function lookUp(list: usize, doc: i32, others: f64, threshold: f64): f32 {
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

// ---------------------------------------------------------------- decoding

export function decode(list: usize, b: i32): void {
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

export function copyRaw(list: usize, b: i32): void {
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
export function bodyOf(list: usize, entry: usize): usize {
  return load<usize>(list, DATA) + <usize>load<i32>(list, BLOCKS) * ENTRY_BYTES + <usize>load<u32>(entry + 4);
}

/** One tf of the decoded block. */
export function tfOf(list: usize, i: i32): u32 {
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

export function decodeTail(list: usize): void {
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
export function lengthFactor(list: usize, doc: i32): f32 {
  return load<f32>(load<usize>(list, INVERSE) + (<usize>load<u8>(load<usize>(list, NORMS) + <usize>doc) << 2));
}

/** Score of the decoded document at index i. */
// @ts-ignore: decorator
@inline
export function scoreAt(list: usize, i: i32, doc: i32): f32 {
  if (load<i32>(list, READY) & 2) return load<f32>(load<usize>(list, SCORES) + (<usize>i << 2));
  return scoreOf(list, <f32>tfOf(list, i), lengthFactor(list, doc));
}

// @ts-ignore: decorator
@inline
export function scoreOf(list: usize, tf: f32, factor: f32): f32 {
  const weight = load<f32>(list, WEIGHT);
  return weight - weight / (1 + tf * factor);
}

/** The frequencies of the decoded block. */
export function decodeTfs(list: usize): void {
  if (load<i32>(list, READY) & 1) return;
  const entry = load<usize>(list, DATA) + <usize>load<i32>(list, BLOCK) * ENTRY_BYTES;
  unpackTfs(bodyOf(list, entry) + (<usize>load<u8>(entry + 8) << 4), load<u8>(entry + 9), load<usize>(list, TFS));
  store<i32>(list, load<i32>(list, READY) | 1, READY);
}

/** Scores of the whole decoded block: the float32 steps of indexes/inverted/bm25.ts, four at a time. */
export function computeScores(list: usize): void {
  const ready = load<i32>(list, READY);
  if (ready & 2) return;
  const docs = load<usize>(list, DOCS);
  const tfs = load<usize>(list, TFS);
  const scores = load<usize>(list, SCORES);
  if (!(ready & 1)) decodeTfs(list);
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

// All postings of all lists, a list at a time, into one sum a document: for an `or` of many lists, where the bounds of
// postings.ts cost more than the postings that they skip. Lists are added in the order of the clauses, so every sum has the
// bits of indexes/inverted/cursors.ts, whether or not it is exact. It runs over spans of documents, so that the sums of one
// stay in the cache. Offsets are written by indexes/inverted/accumulated.ts.

import { KEPT, offer, THRESHOLD } from './postings-heap';
import {
  ALL_BLOCKS, BLOCK, COUNT, computeScores, DF, DOCS, decode, decodeTfs, INVERSE, lastBefore, LIST_BYTES, NORMS, prepareBlocks, RAW_DOCS,
  RAW_SCORES, ROLE, SCORES, SHALLOW, scoreOf, skipTo, TFS, WEIGHT,
} from './postings-list';

const SPAN = 32768; // documents
/** Documents of a list from which on a table of its scores is filled for each span. */
const TABLED = 16384;
const TABLED_TF: u32 = 4; // frequencies in the table
const UNSEEN: f64 = -0.0; // no sum: adding a score, which is never negative, leaves it with the bits of that score
const NO_WEIGHT: f32 = -1;

// ---- ROLE, bits. The lists of a prefix or fuzzy leaf follow each other: its expansions, then the word.
const EXPANSION = 1; // its weight competes for the best of the leaf
const WORD = 2; // its documents score by it alone
const LAST = 4; // of its leaf

/**
 * The best k documents of an `or`. All lists may share one place for the documents of a decoded block. `accept` = address of
 * a bit set or 0; `sums` = f64 × 32768, `best` = f32 × 32768, `seen` = u64 × 512, which is zero, and zero again afterwards;
 * `table` = f32 × 1024.
 * Returns how many are in the heap.
 */
export function searchAll(
  search: usize, lists: usize, n: i32, size: i32, accept: usize, sums: usize, best: usize, seen: usize,
  table: usize,
): i32 {
  for (let i = 0; i < n; i++) prepareWalk(lists + <usize>i * LIST_BYTES);
  for (let i = 0; i < SPAN; i++) store<f32>(best + (<usize>i << 2), NO_WEIGHT);
  for (let low = 0; low < size; low += SPAN) {
    const high = min(low + SPAN, size);
    for (let i = 0; i < SPAN; i++) store<f64>(sums + (<usize>i << 3), UNSEEN);
    for (let i = 0; i < n; i++) {
      const list = lists + <usize>i * LIST_BYTES;
      const role = load<i32>(list, ROLE);
      if (load<usize>(list, RAW_DOCS) != 0) addRaw(list, low, high, sums);
      else if (role & EXPANSION) raiseBest(list, low, high, best, seen);
      else if (role == 0 && load<i32>(list, DF) >= TABLED) addTabled(list, low, high, sums, table);
      else add(list, low, high, sums, best, role & WORD ? seen : 0);
      if (role & LAST) addBest(list, low, high, sums, best, seen);
    }
    offerAll(search, low, high, accept, sums);
  }
  return load<i32>(search, KEPT);
}

/** Takes the documents of n lists out of a bit set of `size` documents. */
export function exclude(lists: usize, n: i32, size: i32, set: usize): void {
  for (let i = 0; i < n; i++) {
    const list = lists + <usize>i * LIST_BYTES;
    prepareWalk(list);
    const docs = load<usize>(list, DOCS);
    const blocks = load<i32>(list, ALL_BLOCKS);
    for (let b = 0; b < blocks; b++) {
      decode(list, b);
      const count = load<i32>(list, COUNT);
      for (let j = 0; j < count; j++) {
        const doc = load<u32>(docs + (<usize>j << 2));
        if (doc >= <u32>size) continue; // not memory of the set
        const word = set + (<usize>(doc >> 5) << 2);
        store<u32>(word, load<u32>(word) & ~(<u32>1 << (doc & 31)));
      }
    }
  }
}

/** SHALLOW = the first block, of a list scored beforehand the first document, of the next span. */
function prepareWalk(list: usize): void {
  if (load<usize>(list, RAW_DOCS) == 0) prepareBlocks(list);
  else store<i32>(list, 0, SHALLOW);
}

/** Where the documents of the decoded block end that are below `high`. */
// @ts-ignore: decorator
@inline
function endOf(docs: usize, count: i32, high: i32): i32 {
  return load<i32>(docs + (<usize>(count - 1) << 2)) < high ? count : skipTo(docs, 0, high);
}

/** Adds the list's scores. `seen` ≠ 0: it is the word of a leaf, whose expansions do not count in its documents. */
function add(list: usize, low: i32, high: i32, sums: usize, best: usize, seen: usize): void {
  store<i32>(list, -1, BLOCK); // another list's documents are there
  const docs = load<usize>(list, DOCS);
  const scores = load<usize>(list, SCORES);
  const blocks = load<i32>(list, ALL_BLOCKS);
  let b = load<i32>(list, SHALLOW);
  for (; b < blocks && lastBefore(list, b) + 1 < high; b++) {
    decode(list, b);
    computeScores(list);
    const count = load<i32>(list, COUNT);
    const to = endOf(docs, count, high);
    for (let i = skipTo(docs, 0, low); i < to; i++) {
      const offset = <usize>(load<i32>(docs + (<usize>i << 2)) - low);
      const slot = sums + (offset << 3);
      store<f64>(slot, load<f64>(slot) + <f64>load<f32>(scores + (<usize>i << 2)));
      if (seen == 0) continue;
      const word = seen + ((offset >> 6) << 3);
      store<u64>(word, load<u64>(word) & ~((<u64>1) << (offset & 63)));
      store<f32>(best + (offset << 2), NO_WEIGHT);
    }
    if (to < count) break;
  }
  store<i32>(list, b, SHALLOW);
}

/** The same for a long list of postings: the scores of small frequencies are looked up by the length of the document. */
function addTabled(list: usize, low: i32, high: i32, sums: usize, table: usize): void {
  store<i32>(list, -1, BLOCK);
  fillTable(list, table);
  const docs = load<usize>(list, DOCS);
  const tfs = load<usize>(list, TFS);
  const norms = load<usize>(list, NORMS);
  const inverse = load<usize>(list, INVERSE);
  const blocks = load<i32>(list, ALL_BLOCKS);
  let b = load<i32>(list, SHALLOW);
  for (; b < blocks && lastBefore(list, b) + 1 < high; b++) {
    decode(list, b);
    decodeTfs(list);
    const count = load<i32>(list, COUNT);
    const to = endOf(docs, count, high);
    for (let i = skipTo(docs, 0, low); i < to; i++) {
      const doc = load<i32>(docs + (<usize>i << 2));
      const length = <usize>load<u8>(norms + <usize>doc);
      const tf = load<u32>(tfs + (<usize>i << 2));
      const score = tf <= TABLED_TF
        ? load<f32>(table + ((<usize>tf << 10) - 1024) + (length << 2))
        : scoreOf(list, <f32>tf, load<f32>(inverse + (length << 2)));
      const slot = sums + (<usize>(doc - low) << 3);
      store<f64>(slot, load<f64>(slot) + <f64>score);
    }
    if (to < count) break;
  }
  store<i32>(list, b, SHALLOW);
}

/** Scores by frequency and length byte, in the float32 steps of computeScores. */
function fillTable(list: usize, table: usize): void {
  const inverse = load<usize>(list, INVERSE);
  const weight = f32x4.splat(load<f32>(list, WEIGHT));
  const one = f32x4.splat(1);
  for (let tf: u32 = 1; tf <= TABLED_TF; tf++) {
    const times = f32x4.splat(<f32>tf);
    const row = table + (<usize>(tf - 1) << 10);
    for (let i: usize = 0; i < 1024; i += 16) {
      const x = f32x4.mul(times, v128.load(inverse + i));
      v128.store(row + i, f32x4.sub(weight, f32x4.div(weight, f32x4.add(one, x))));
    }
  }
}

/** The same for a list scored beforehand. */
function addRaw(list: usize, low: i32, high: i32, sums: usize): void {
  const df = load<i32>(list, DF);
  const docs = load<usize>(list, RAW_DOCS);
  const scores = load<usize>(list, RAW_SCORES);
  let i = load<i32>(list, SHALLOW);
  for (; i < df; i++) {
    const doc = load<i32>(docs + (<usize>i << 2));
    if (doc >= high) break;
    const slot = sums + (<usize>(doc - low) << 3);
    store<f64>(slot, load<f64>(slot) + <f64>load<f32>(scores + (<usize>i << 2)));
  }
  store<i32>(list, i, SHALLOW);
}

/** The largest weight of a document's expansions. Their frequencies are not read: an expansion counts as one occurrence. */
function raiseBest(list: usize, low: i32, high: i32, best: usize, seen: usize): void {
  store<i32>(list, -1, BLOCK);
  const docs = load<usize>(list, DOCS);
  const blocks = load<i32>(list, ALL_BLOCKS);
  const weight = load<f32>(list, WEIGHT);
  let b = load<i32>(list, SHALLOW);
  for (; b < blocks && lastBefore(list, b) + 1 < high; b++) {
    decode(list, b);
    const count = load<i32>(list, COUNT);
    const to = endOf(docs, count, high);
    for (let i = skipTo(docs, 0, low); i < to; i++) {
      const offset = <usize>(load<i32>(docs + (<usize>i << 2)) - low);
      const slot = best + (offset << 2);
      const known = load<f32>(slot);
      store<f32>(slot, weight > known ? weight : known);
      const word = seen + ((offset >> 6) << 3);
      store<u64>(word, load<u64>(word) | ((<u64>1) << (offset & 63)));
    }
    if (to < count) break;
  }
  store<i32>(list, b, SHALLOW);
}

/** Adds the scores of the best expansions and forgets them. `list`: any of the leaf, for the lengths of its field. */
function addBest(list: usize, low: i32, high: i32, sums: usize, best: usize, seen: usize): void {
  const norms = load<usize>(list, NORMS) + <usize>low;
  const inverse = load<usize>(list, INVERSE);
  const words = (high - low + 63) >> 6;
  for (let w = 0; w < words; w++) {
    let bits = load<u64>(seen + (<usize>w << 3));
    if (bits == 0) continue;
    store<u64>(seen + (<usize>w << 3), 0);
    for (; bits != 0; bits &= bits - 1) {
      const offset = (<usize>w << 6) + <usize>ctz(bits);
      const weight = load<f32>(best + (offset << 2));
      store<f32>(best + (offset << 2), NO_WEIGHT);
      const factor = load<f32>(inverse + (<usize>load<u8>(norms + offset) << 2));
      const score: f32 = weight - weight / (1 + factor);
      const slot = sums + (offset << 3);
      store<f64>(slot, load<f64>(slot) + <f64>score);
    }
  }
}

function offerAll(search: usize, low: i32, high: i32, accept: usize, sums: usize): void {
  for (let doc = low; doc < high; doc++) {
    const sum = load<f64>(sums + (<usize>(doc - low) << 3));
    if (reinterpret<u64>(sum) == reinterpret<u64>(UNSEEN)) continue;
    const score = <f32>sum;
    if (<f64>score <= load<f64>(search, THRESHOLD)) continue;
    if (accept != 0 && !((load<u32>(accept + (<usize>(doc >> 5) << 2)) >> (doc & 31)) & 1)) continue;
    offer(search, score, doc);
  }
}

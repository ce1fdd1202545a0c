// All documents of a prefix or fuzzy leaf with their scores: long lists are added to an array by document, short ones are
// sorted. It replaces the cursor in the pruned search, which looks at every list for every document. Twin: ExpandCursor of
// cursors.ts.

import { BitSet } from '../../core/bitset.ts';
import { score } from './bm25.ts';
import type { Lists } from './cursors.ts';
import { END, type ListCursor } from './list-cursor.ts';
import type { ExpandLeaf } from './plan.ts';
import type { ScoredList } from './pruned.ts';

/** Documents a posting below which the arrays, one number a document of the segment, cost more than they save. */
const SPARSE = 16;
/** Lists that a sorted key tells apart: the default limit of a leaf is 64. */
const MAX_LISTS = 4096;
/** Documents whose keys are exact in a double. */
const MAX_SIZE = 2 ** 40;

type WeightedList = readonly [list: ListCursor, weight: number];

/** undefined: there are fewer than two lists, and the cursor is as fast. `size`: documents of the segment. */
export function expandedList(leaf: ExpandLeaf, lists: Lists, size: number): ScoredList | undefined {
  const { scoring } = lists;
  const word = lists.list(leaf.field, leaf.text);
  const found = scoring.expand(leaf).expansions.flatMap(({ term, weight }): WeightedList[] => {
    const list = lists.list(leaf.field, term);
    return list === undefined ? [] : [[list, weight]];
  });
  if (found.length < 2) return undefined;
  const postings = found.reduce((sum, [list]) => sum + list.df, 0);
  const isSparse = postings * SPARSE < size && found.length <= MAX_LISTS && size <= MAX_SIZE;
  const best = isSparse ? bestSorted(found, postings) : bestByDocument(found, size);
  const norms = lists.norms(leaf.field);
  const inverse = scoring.inverseNorms(leaf.field);
  const scores = new Float32Array(best.docs.length);
  for (let i = 0; i < scores.length; i++) scores[i] = score(best.weights[i]!, 1, inverse[norms[best.docs[i]!]!]!);
  const expanded = { df: scores.length, docs: best.docs, scores };
  if (word === undefined) return expanded;
  const own = { docs: new Uint32Array(word.df), scores: new Float32Array(word.df), df: 0 };
  const { weight } = scoring.term({ type: 'term', field: leaf.field, term: leaf.text, boost: leaf.boost });
  for (let doc = word.next(); doc !== END; doc = word.next()) {
    own.docs[own.df] = doc;
    own.scores[own.df++] = score(weight, word.tf, inverse[norms[doc]!]!);
  }
  return united(own, expanded);
}

/** For each document the largest weight of the lists that it is in. */
interface Best {
  readonly docs: Uint32Array; // ascending
  readonly weights: Float32Array;
}

function bestByDocument(found: readonly WeightedList[], size: number): Best {
  const seen = new BitSet(size);
  const best = new Float32Array(size);
  for (const [list, weight] of found) {
    for (let doc = list.next(); doc !== END; doc = list.next()) {
      seen.add(doc);
      if (weight > best[doc]!) best[doc] = weight;
    }
  }
  const docs = membersOf(seen);
  const weights = new Float32Array(docs.length);
  for (let i = 0; i < docs.length; i++) weights[i] = best[docs[i]!]!;
  return { docs, weights };
}

/** Sorts document · MAX_LISTS + rank of the list, the heaviest list first: the first of each document is its best. */
function bestSorted(found: readonly WeightedList[], postings: number): Best {
  const ranked = [...found].sort(([, a], [, b]) => b - a);
  const keys = new Float64Array(postings);
  let n = 0;
  for (const [rank, [list]] of ranked.entries()) {
    for (let doc = list.next(); doc !== END; doc = list.next()) keys[n++] = doc * MAX_LISTS + rank;
  }
  keys.sort();
  const docs = new Uint32Array(postings);
  const weights = new Float32Array(postings);
  let kept = 0;
  for (const key of keys) {
    const doc = Math.floor(key / MAX_LISTS);
    if (kept > 0 && docs[kept - 1] === doc) continue;
    docs[kept] = doc;
    weights[kept++] = ranked[key % MAX_LISTS]![1];
  }
  return { docs: docs.subarray(0, kept), weights: weights.subarray(0, kept) };
}

/** Both lists in one; where a document is in both, `first` counts. */
function united(first: ScoredList, second: ScoredList): ScoredList {
  const docs = new Uint32Array(first.df + second.df);
  const scores = new Float32Array(docs.length);
  let [i, j, n] = [0, 0, 0];
  while (i < first.df || j < second.df) {
    const a = i < first.df ? first.docs[i]! : END;
    const b = j < second.df ? second.docs[j]! : END;
    docs[n] = Math.min(a, b);
    scores[n++] = a <= b ? first.scores[i]! : second.scores[j]!;
    if (a <= b) i++;
    if (b <= a) j++;
  }
  return { df: n, docs: docs.subarray(0, n), scores: scores.subarray(0, n) };
}

/** Word by word: most words of a set are empty, and a call for each document would cost more than the lists. */
function membersOf(set: BitSet): Uint32Array {
  const docs = new Uint32Array(set.count());
  let n = 0;
  for (let w = 0; w < set.words.length; w++) {
    for (let word = set.words[w]!; word !== 0; word &= word - 1) docs[n++] = 32 * w + 31 - Math.clz32(word & -word);
  }
  return docs;
}

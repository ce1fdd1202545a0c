// All documents of a prefix or fuzzy leaf with their scores: one list after another is added to an array by document.
// It replaces the cursor in the pruned search when the lists are long. Twin: ExpandCursor of cursors.ts.

import { BitSet } from '../../core/bitset.ts';
import { score } from './bm25.ts';
import type { Lists } from './cursors.ts';
import { END, type ListCursor } from './list-cursor.ts';
import type { ExpandLeaf } from './plan.ts';
import type { ScoredList } from './pruned.ts';

/** Documents a posting below which the arrays, one number a document of the segment, cost more than they save. */
const SPARSE = 16;

/** undefined: the lists are short or absent, and the cursor is as fast. `size`: documents of the segment. */
export function expandedList(leaf: ExpandLeaf, lists: Lists, size: number): ScoredList | undefined {
  const { scoring } = lists;
  const word = lists.list(leaf.field, leaf.text);
  const found = scoring.expand(leaf).expansions.flatMap(({ term, weight }): [ListCursor, number][] => {
    const list = lists.list(leaf.field, term);
    return list === undefined ? [] : [[list, weight]];
  });
  const postings = found.reduce((sum, [list]) => sum + list.df, word?.df ?? 0);
  if (found.length < 2 || postings * SPARSE < size) return undefined;
  const seen = new BitSet(size);
  const scores = new Float32Array(size); // the best weight, before scoring
  for (const [list, weight] of found) {
    for (let doc = list.next(); doc !== END; doc = list.next()) {
      seen.add(doc);
      if (weight > scores[doc]!) scores[doc] = weight;
    }
  }
  const norms = lists.norms(leaf.field);
  const inverse = scoring.inverseNorms(leaf.field);
  const expanded = membersOf(seen);
  for (const doc of expanded) scores[doc] = score(scores[doc]!, 1, inverse[norms[doc]!]!);
  if (word === undefined) return listOf(expanded, scores);
  const { weight } = scoring.term({ type: 'term', field: leaf.field, term: leaf.text, boost: leaf.boost });
  for (let doc = word.next(); doc !== END; doc = word.next()) {
    seen.add(doc);
    scores[doc] = score(weight, word.tf, inverse[norms[doc]!]!);
  }
  return listOf(membersOf(seen), scores);
}

function listOf(docs: Uint32Array, scores: Float32Array): ScoredList {
  const own = new Float32Array(docs.length);
  for (let i = 0; i < docs.length; i++) own[i] = scores[docs[i]!]!;
  return { df: docs.length, docs, scores: own };
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

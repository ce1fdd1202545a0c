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
  for (let doc = 0; doc < size; doc++) if (seen.has(doc)) scores[doc] = score(scores[doc]!, 1, inverse[norms[doc]!]!);
  if (word !== undefined) {
    const { weight } = scoring.term({ type: 'term', field: leaf.field, term: leaf.text, boost: leaf.boost });
    for (let doc = word.next(); doc !== END; doc = word.next()) {
      seen.add(doc);
      scores[doc] = score(weight, word.tf, inverse[norms[doc]!]!);
    }
  }
  const docs = membersOf(seen);
  return { df: docs.length, docs, scores: Float32Array.from(docs, (doc) => scores[doc]!) };
}

function membersOf(set: BitSet): Uint32Array {
  const docs = new Uint32Array(set.count());
  let n = 0;
  for (let doc = 0; n < docs.length; doc++) if (set.has(doc)) docs[n++] = doc;
  return docs;
}

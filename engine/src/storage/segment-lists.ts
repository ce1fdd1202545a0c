// The candidates of several segments in one ranking: score descending, then id ascending.

import { assertRankable, compareUtf8 } from '../core/order.ts';
import { RankedMerge } from '../core/ranked-merge.ts';
import type { DocId, Ranking } from '../core/types.ts';
import type { SegmentState } from './commit.ts';
import type { Candidates } from './part.ts';

interface List {
  readonly segment: number;
  readonly ords: Uint32Array;
  /** The entry whose id was read last: ties are compared with the same head several times. */
  entry: number;
  id: DocId;
}

export class SegmentLists {
  readonly #states: readonly SegmentState[];
  readonly #lists: List[] = [];
  readonly #merge: RankedMerge;

  constructor(states: readonly SegmentState[], k: number) {
    this.#states = states;
    // Ord order is id order, but only inside a segment.
    this.#merge = new RankedMerge(k, (listA, a, listB, b) => compareUtf8(this.#id(listA, a), this.#id(listB, b)));
  }

  /** The k-th best score so far. */
  get floor(): number {
    return this.#merge.floor;
  }

  /** Adds the candidates of a segment, each segment once. Throws INVALID_ARGUMENT for a score that is NaN. */
  add(segment: number, { ords, scores }: Candidates): void {
    const list = this.#lists.push({ segment, ords, entry: -1, id: '' }) - 1;
    for (const [i, score] of scores.entries()) if (Number.isNaN(score)) assertRankable(score, this.#id(list, i));
    this.#merge.add(list, scores);
  }

  ranking(): Ranking {
    const { lists, entries, scores } = this.#merge.best;
    return Array.from(scores, (score, i) => ({ id: this.#id(lists[i]!, entries[i]!), score }));
  }

  /** The kept Ords of each segment, ascending; a segment without one is not in it. */
  ords(): ReadonlyMap<number, Uint32Array> {
    const { lists, entries } = this.#merge.best;
    const bySegment = new Map<number, number[]>();
    for (const [i, list] of lists.entries()) {
      const { segment, ords } = this.#lists[list]!;
      const kept = bySegment.get(segment) ?? [];
      kept.push(ords[entries[i]!]!);
      bySegment.set(segment, kept);
    }
    return new Map([...bySegment].map(([segment, kept]) => [segment, Uint32Array.from(kept).sort()]));
  }

  #id(list: number, entry: number): DocId {
    const found = this.#lists[list]!;
    if (found.entry !== entry) {
      found.entry = entry;
      found.id = this.#states[found.segment]!.segment.table.ids.at(found.ords[entry]!);
    }
    return found.id;
  }
}

// Leapfrog over several ascending lists at once.

import { END } from './list-cursor.ts';

/** Lists that must all contain the document; the shortest leads. */
export class Conjunction<C extends { readonly doc: number; advance(target: number): number }> {
  readonly cost: number;
  readonly #sorted: readonly C[];

  constructor(cursors: readonly C[], costOf: (cursor: C) => number) {
    this.#sorted = [...cursors].sort((a, b) => costOf(a) - costOf(b));
    this.cost = costOf(this.#sorted[0]!);
  }
  advance(target: number): number {
    let doc = this.#sorted[0]!.advance(target);
    for (let i = 1; i < this.#sorted.length && doc !== END; ) {
      const other = this.#sorted[i]!.advance(doc);
      if (other === doc) i++;
      else {
        doc = other === END ? END : this.#sorted[0]!.advance(other);
        i = 1;
      }
    }
    return doc;
  }
}

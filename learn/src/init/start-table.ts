// The starting table of training: the LSA direction of each token plus a random vector. The LSA directions of related words
// are similar. The random vectors keep all tokens distinct (a sum of random vectors is a random projection of the bag of
// words: Johnson & Lindenstrauss 1984), so rare words match themselves before training changes their rows.

import { Rng } from '@quire/engine/internals';

export interface StartTableOptions {
  readonly dim: number;
  readonly seed: number;
  /** Expected length of the random vector; the LSA direction has length 1. */
  readonly noise: number;
}

/** (vocabulary, dim) from an LSA table of the same shape; a token without an LSA direction gets the random vector only. */
export function startTable(lsa: Float32Array, { dim, seed, noise }: StartTableOptions): Float32Array {
  const rng = new Rng(seed);
  const table = new Float32Array(lsa.length);
  // Three uniforms on 0 … 1 have variance 1/4 about 3/2.
  const scale = (2 * noise) / Math.sqrt(dim);
  for (let at = 0; at < lsa.length; at += dim) {
    let squares = 0;
    for (let d = 0; d < dim; d++) squares += lsa[at + d]! * lsa[at + d]!;
    const unit = squares > 0 ? 1 / Math.sqrt(squares) : 0;
    for (let d = 0; d < dim; d++) {
      table[at + d] = unit * lsa[at + d]! + scale * (rng.float() + rng.float() + rng.float() - 1.5);
    }
  }
  return table;
}

// Representations of a segment for tests of part kinds without a library around them.

import type { DocumentRep, Kind } from '../../src/core/types.ts';
import type { PartInput } from '../../src/storage/part.ts';

/** The input of `write` for `size` documents; `rep` is called once for each, in Ord order. */
export function inputOf<D extends Kind>(size: number, rep: (ord: number) => DocumentRep<D> | undefined): PartInput<D> {
  return { size, reps: stream(size, rep) };
}

async function* stream<T>(size: number, at: (ord: number) => T): AsyncGenerator<T> {
  for (let ord = 0; ord < size; ord++) yield at(ord);
}

// One row a document, from dense representations: what flat, binary and ivf store. A document whose vector is zero has no
// row (vector-format.ts).

import type { Cancellable, Space } from '../../core/types.ts';
import type { MergeSource, PartInput, SectionWriter } from '../../storage/part.ts';
import { checkDocument } from './check.ts';
import { type DocumentRows, type RowStream, rowsOfInput, rowsOfMerge } from './row-stream.ts';
import type { VectorFormat } from './vector-format.ts';

export interface DenseRowOptions {
  readonly space: Space;
  readonly dim: number;
  readonly format: VectorFormat;
}

/** Throws ENCODER_MISMATCH or INVALID_ARGUMENT on a vector that does not belong here. */
export function denseRows(
  input: PartInput<'dense'>,
  out: SectionWriter,
  options: DenseRowOptions,
  cancel?: Cancellable,
): Promise<RowStream> {
  const { dim, format } = options;
  return rowsOfInput(input.size, vectorsOf(input, options), out, { ...cancel, dim, format, dropZeros: true });
}

export function mergedDenseRows(
  sources: readonly MergeSource<'dense'>[],
  size: number,
  { dim, format }: DenseRowOptions,
  cancel?: Cancellable,
): Promise<RowStream> {
  return rowsOfMerge(sources, size, { ...cancel, dim, format, dropZeros: true });
}

async function* vectorsOf(
  { reps }: PartInput<'dense'>,
  { space, dim, format }: DenseRowOptions,
): AsyncGenerator<DocumentRows | undefined> {
  let ord = 0;
  for await (const rep of reps) {
    if (rep !== undefined) checkDocument(rep, space, dim, format, `The vector of document ${ord} of the segment`);
    ord++;
    yield rep && { vecs: rep.vec };
  }
}

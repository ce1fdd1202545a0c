// flat: every vector is scored. Exact for f32; for int8 exact over the quantised vectors. The reference of the other
// kinds. Bytes: docs/format/flat.md. Scores are dot products (cosine if the encoder normalises).

import { plainFingerprint } from '../../core/fingerprint.ts';
import { defaultHeap } from '../../kernels/heap.ts';
import { loadVectors } from '../../kernels/vectors.ts';
import { densePart, type Finder } from '../dense-part/dense-part.ts';
import type { DenseKind, DenseOptions } from '../dense-part/options.ts';
import { checkDim, checkVector } from '../rows/check.ts';
import { readHead } from '../rows/head.ts';
import { readOrds, rowsOfInput, rowsOfMerge, writeRows } from '../rows/row-stream.ts';
import { StoredVectors } from '../rows/stored-vectors.ts';
import { checkPool } from '../scan/parallel.ts';

/** Scores every accepted vector: exact, linear in their number. `vectors` defaults to f32. */
export function flat(options: DenseOptions): DenseKind {
  const {
    space,
    documents = plainFingerprint(options.space, 'document'),
    dim,
    vectors: format = 'f32',
    pool,
  } = options;
  checkDim(dim);
  checkPool(pool, options.heap);
  return {
    name: 'flat',
    version: 1,
    queryKind: 'dense',
    documentKind: 'dense',
    space,
    documents,
    accepts: options.accepts,
    lossy: format !== 'f32',
    config: { dim, vectors: format },
    check: (rep) => checkVector(rep, space, dim, 'The vector'),
    write: async (input, out, cancel) => writeRows(await rowsOfInput(input, space, dim, format, cancel), out),
    merge: async (sources, size, out, cancel) => writeRows(await rowsOfMerge(sources, size, dim, format, cancel), out),
    open: async (sections, cancel = {}) => {
      const head = await readHead(sections, dim, format);
      const ords = await readOrds(sections, head);
      const module = await loadVectors();
      const vectors = await StoredVectors.open(sections, head, {
        ...cancel,
        resident: true,
        heap: options.heap ?? defaultHeap(),
        module,
      });
      return densePart({ name: 'flat', space, documents, vectors, ords, finder: ALL_ROWS, pool });
    },
  };
}

const ALL_ROWS: Finder = { candidates: () => undefined, explain: () => ({}), residentBytes: 0, close: () => {} };

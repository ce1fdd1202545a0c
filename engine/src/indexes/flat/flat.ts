// flat: every vector is scored. Exact for f32; for int8 exact over the quantised vectors. The reference of the other
// kinds. Bytes: docs/format/flat.md. Scores are dot products (cosine if the encoder normalises).

import { plainFingerprint } from '../../core/fingerprint.ts';
import { defaultHeap } from '../../kernels/heap.ts';
import { loadVectors } from '../../kernels/vectors.ts';
import { densePart, type Finder } from '../dense-part/dense-part.ts';
import { checkDense, DENSE_VERSION, type DenseKind, type DenseOptions } from '../dense-part/options.ts';
import { checkDocument } from '../rows/check.ts';
import { denseRows, mergedDenseRows } from '../rows/dense-rows.ts';
import { readHead } from '../rows/head.ts';
import { readSingleRows } from '../rows/row-map.ts';
import { writeRows } from '../rows/row-stream.ts';
import { StoredVectors } from '../rows/stored-vectors.ts';
import { zeroRows } from '../rows/zero-rows.ts';
import { checkPool } from '../scan/parallel.ts';

/** Scores every accepted vector: exact, linear in their number. `vectors` defaults to f32. */
export function flat(options: DenseOptions): DenseKind {
  checkDense(options);
  const {
    space,
    documents = plainFingerprint(options.space, 'document'),
    dim,
    vectors: format = 'f32',
    pool,
  } = options;
  checkPool(pool, options.heap);
  return {
    name: 'flat',
    version: DENSE_VERSION,
    reads: [1],
    queryKind: 'dense',
    documentKind: 'dense',
    space,
    documents,
    accepts: options.accepts,
    lossy: format !== 'f32',
    config: { dim, vectors: format },
    check: (rep) => checkDocument(rep, space, dim, format, 'The vector'),
    write: async (input, out, cancel) => writeRows(await denseRows(input, out, { space, dim, format }, cancel), out),
    merge: async (sources, size, out, cancel) =>
      writeRows(await mergedDenseRows(sources, size, { space, dim, format }, cancel), out),
    open: async (sections, cancel = {}) => {
      const head = await readHead(sections, dim, format);
      const map = await readSingleRows(sections, head);
      const hidden = await zeroRows(sections, head, cancel.version);
      const module = await loadVectors();
      const vectors = await StoredVectors.open(sections, head, {
        ...cancel,
        resident: true,
        heap: options.heap ?? defaultHeap(),
        module,
      });
      return densePart({ name: 'flat', space, documents, vectors, map, hidden, finder: ALL_ROWS, pool });
    },
  };
}

const ALL_ROWS: Finder = { candidates: () => undefined, explain: () => ({}), residentBytes: 0, close: () => {} };

// ivf: the codes of binary, sorted into lists around k-means centroids. A query scans the lists of the nearest
// centroids and rescores the nearest codes. With every list probed it equals `binary`. Inverted file: Sivic and
// Zisserman, 2003; Jégou, Douze and Schmid, 2011. Bytes: docs/format/ivf.md. A merge clusters again, from the stored
// vectors and a fixed seed, so it equals a write of the kept documents byte for byte.

import { bytesOf } from '../../core/bytes.ts';
import { checkCount } from '../../core/check.ts';
import { plainFingerprint } from '../../core/fingerprint.ts';
import { Rng } from '../../core/rng.ts';
import { nextTurn } from '../../core/turn.ts';
import type { Cancellable } from '../../core/types.ts';
import { defaultHeap, type Heap } from '../../kernels/heap.ts';
import type { KernelModule } from '../../kernels/module.ts';
import { loadVectors, type VectorsKernels } from '../../kernels/vectors.ts';
import type { SectionWriter } from '../../storage/part.ts';
import { writeSection } from '../../storage/write-section.ts';
import { Assigner, BATCH_ROWS, distinct, kmeans, ROWS_A_TURN } from '../clustering/kmeans.ts';
import { Codes } from '../codes/codes.ts';
import { readMean, writeRowsAndMean } from '../codes/mean.ts';
import { signCode, wordsOf } from '../codes/signs.ts';
import { densePart } from '../dense-part/dense-part.ts';
import {
  checkDense,
  checkQueryBits,
  DEFAULT_RESCORE,
  DENSE_VERSION,
  type DenseKind,
  type RescoredOptions,
} from '../dense-part/options.ts';
import { checkDocument } from '../rows/check.ts';
import { denseRows, mergedDenseRows } from '../rows/dense-rows.ts';
import { orClose, readHead } from '../rows/head.ts';
import { readSingleRows } from '../rows/row-map.ts';
import type { RowStream } from '../rows/row-stream.ts';
import { StoredVectors } from '../rows/stored-vectors.ts';
import { zeroRows } from '../rows/zero-rows.ts';
import { Lists } from './lists.ts';

export interface IvfOptions extends RescoredOptions {
  /**
   * Number of lists of a segment: 0 = about the square root of its documents, else the given number, at most one a
   * document.
   */
  readonly lists?: number;
  /** Lists scanned for a query: 0 = depends on the size of the segment. More for rare filters and large k. */
  readonly probes?: number;
  /** Seed of the clustering. Default 1. */
  readonly seed?: number;
}

const ITERATIONS = 8;
const SAMPLE_PER_LIST = 48;

/** Scans the codes of the nearest lists and rescores the nearest. `vectors` defaults to int8. */
export function ivf(options: IvfOptions): DenseKind {
  checkDense(options);
  const {
    space,
    documents = plainFingerprint(options.space, 'document'),
    dim,
    vectors: format = 'int8',
    rescore = DEFAULT_RESCORE,
    resident = true,
    queryBits = 8,
  } = options;
  const { lists = 0, probes = 0, seed = 1 } = options;
  checkCount('rescore', rescore, { min: 1, max: 1_000_000 });
  checkQueryBits(queryBits);
  checkCount('lists', lists, { min: 0, max: 1_000_000 });
  checkCount('probes', probes, { min: 0, max: 1_000_000 });
  checkCount('seed', seed, { min: 0, max: 0xffffffff });
  const heap = () => options.heap ?? defaultHeap();
  return {
    name: 'ivf',
    version: DENSE_VERSION,
    reads: [1],
    queryKind: 'dense',
    documentKind: 'dense',
    space,
    documents,
    accepts: options.accepts,
    lossy: format !== 'f32',
    config: { dim, vectors: format, lists, seed },
    check: (rep) => checkDocument(rep, space, dim, format, 'The vector'),
    write: async (input, out, cancel = {}) =>
      writeIvf(await denseRows(input, out, { space, dim, format }, cancel), out, {
        ...cancel,
        lists,
        seed,
        heap: heap(),
      }),
    merge: async (sources, size, out, cancel = {}) =>
      writeIvf(await mergedDenseRows(sources, size, { space, dim, format }, cancel), out, {
        ...cancel,
        lists,
        seed,
        heap: heap(),
      }),
    open: async (sections, cancel = {}) => {
      const head = await readHead(sections, dim, format);
      const map = await readSingleRows(sections, head);
      const hidden = await zeroRows(sections, head, cancel.version);
      const memory = { ...cancel, heap: heap(), module: await loadVectors() };
      const mean = await readMean(sections, dim);
      const codes = await Codes.open(sections, { ...memory, dim, count: head.count, queryBits, slots: 'slots' });
      const vectors = await orClose([codes], StoredVectors.open(sections, head, { ...memory, resident }));
      const lists = { ...memory, codes, mean, count: head.count, probes, rescore, queryBits };
      const finder = await orClose([codes, vectors], Lists.open(sections, lists));
      return densePart({ name: 'ivf', space, documents, vectors, map, hidden, finder });
    },
  };
}

interface BuildOptions extends Cancellable {
  readonly lists: number;
  readonly seed: number;
  readonly heap: Heap;
}

async function writeIvf(rows: RowStream, out: SectionWriter, options: BuildOptions): Promise<void> {
  const { count, dim } = rows.head;
  const module = await loadVectors();
  const mean = await writeRowsAndMean(rows, out);
  const k = Math.min(count, options.lists > 0 ? options.lists : Math.round(Math.sqrt(count)));
  const rng = new Rng(options.seed);
  const sample = await sampleOf(rows, Math.min(count, SAMPLE_PER_LIST * k), rng);
  const centroids =
    k === 0
      ? new Float32Array(0)
      : await kmeans(sample, dim, { ...options, k, iterations: ITERATIONS, seed: rng.uint32(), module });
  const { list, codes } = await assign(rows, centroids, mean, options.heap, module);
  const { starts, slots } = sortByList(list, k);
  await writeSection(out, 'centroids', bytesOf(centroids));
  await writeSection(out, 'starts', bytesOf(starts));
  await writeSection(out, 'slots', bytesOf(slots));
  const words = 2 * wordsOf(dim);
  const sorted = new Uint32Array(codes.length);
  for (let i = 0; i < count; i++) sorted.set(codes.subarray(slots[i]! * words, (slots[i]! + 1) * words), i * words);
  await writeSection(out, 'codes', bytesOf(sorted));
}

async function sampleOf(rows: RowStream, n: number, rng: Rng): Promise<Float32Array> {
  const { count, dim } = rows.head;
  const chosen = distinct(rng, count, n);
  const sample = new Float32Array(n * dim);
  let i = 0;
  await rows.each(({ vec }, row) => {
    if (row === chosen[i]) sample.set(vec, i++ * dim);
    return undefined;
  });
  return sample;
}

/** The list and the code of every row. */
async function assign(
  rows: RowStream,
  centroids: Float32Array,
  mean: Float32Array,
  heap: Heap,
  module: KernelModule<VectorsKernels>,
): Promise<{ readonly list: Uint32Array; readonly codes: Uint32Array }> {
  const { count, dim } = rows.head;
  const words = 2 * wordsOf(dim);
  const list = new Uint32Array(count);
  const codes = new Uint32Array(count * words);
  if (count === 0) return { list, codes };
  const assigner = new Assigner(heap, module, centroids, dim);
  try {
    await rows.each(({ vec }, row) => {
      signCode(vec, mean, codes, row * words);
      const i = row % BATCH_ROWS;
      assigner.put(i, vec);
      if (i === BATCH_ROWS - 1 || row === count - 1) list.set(assigner.run(i + 1).nearest, row - i);
      return row % ROWS_A_TURN === ROWS_A_TURN - 1 ? nextTurn() : undefined;
    });
  } finally {
    assigner.free();
  }
  return { list, codes };
}

/** Rows sorted by list, ascending within each: list c holds slots[starts[c]] … slots[starts[c+1] − 1]. */
function sortByList(list: Uint32Array, k: number): { readonly starts: Uint32Array; readonly slots: Uint32Array } {
  const starts = new Uint32Array(k + 1);
  for (const c of list) starts[c + 1]!++;
  for (let c = 0; c < k; c++) starts[c + 1]! += starts[c]!;
  const next = starts.slice();
  const slots = new Uint32Array(list.length);
  for (let row = 0; row < list.length; row++) slots[next[list[row]!]!++] = row;
  return { starts, slots };
}

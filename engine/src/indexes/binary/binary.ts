// binary: mean-centred sign codes (one bit a dimension). All codes are compared with a query of up to eight bits a
// dimension (or one: Hamming distance), and the nearest candidates are scored with their stored vectors. Recall
// increases with
// `rescore`. Bytes: docs/format/binary.md. A merge recomputes mean and codes from the stored vectors, so it equals a write
// of the kept documents byte for byte.

import { bytesOf } from '../../core/bytes.ts';
import { checkCount, checkObject } from '../../core/check.ts';
import { plainFingerprint } from '../../core/fingerprint.ts';
import { defaultHeap } from '../../kernels/heap.ts';
import type { KernelPool } from '../../kernels/pool.ts';
import { loadVectors } from '../../kernels/vectors.ts';
import type { SectionWriter } from '../../storage/part.ts';
import { codeQuery, type QueryBits } from '../codes/code-query.ts';
import { Codes } from '../codes/codes.ts';
import { directRows } from '../codes/direct-rows.ts';
import { readMean, writeRowsAndMean } from '../codes/mean.ts';
import { signCode, wordsOf } from '../codes/signs.ts';
import { densePart, type Finder } from '../dense-part/dense-part.ts';
import {
  type CodedKind,
  type CodesOnlyOptions,
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
import { checkPool } from '../scan/parallel.ts';
import { codesOnly } from './codes-only.ts';

/**
 * Scans the codes of all accepted documents and rescores the nearest. `vectors` defaults to int8. With 'none' only codes
 * are stored, and their own scores rank.
 */
export function binary(options: RescoredOptions): DenseKind;
export function binary(options: CodesOnlyOptions): CodedKind;
export function binary(options: RescoredOptions | CodesOnlyOptions): DenseKind | CodedKind {
  checkObject('options', options);
  return options.vectors === 'none' ? codesOnly(options) : rescored(options);
}

function rescored(options: RescoredOptions): DenseKind {
  checkDense(options);
  const {
    space,
    documents = plainFingerprint(options.space, 'document'),
    dim,
    vectors: format = 'int8',
    rescore = DEFAULT_RESCORE,
    resident = true,
    queryBits = 8,
    pool,
  } = options;
  const heap = () => options.heap ?? defaultHeap();
  checkCount('rescore', rescore, { min: 1, max: 1_000_000 });
  checkPool(pool, options.heap);
  checkQueryBits(queryBits);
  return {
    name: 'binary',
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
    write: async (input, out, cancel) => writeBinary(await denseRows(input, out, { space, dim, format }, cancel), out),
    merge: async (sources, size, out, cancel) =>
      writeBinary(await mergedDenseRows(sources, size, { space, dim, format }, cancel), out),
    open: async (sections, cancel = {}) => {
      const head = await readHead(sections, dim, format);
      const map = await readSingleRows(sections, head);
      const hidden = await zeroRows(sections, head, cancel.version);
      const memory = { ...cancel, heap: heap(), module: await loadVectors() };
      const mean = await readMean(sections, dim);
      const codes = await Codes.open(sections, { ...memory, dim, count: head.count, queryBits });
      const vectors = await orClose([codes], StoredVectors.open(sections, head, { ...memory, resident }));
      const finder = finderOf({ codes, mean, count: head.count, rescore, queryBits, pool });
      return densePart({ name: 'binary', space, documents, vectors, map, hidden, finder, pool });
    },
  };
}

async function writeBinary(rows: RowStream, out: SectionWriter): Promise<void> {
  const mean = await writeRowsAndMean(rows, out);
  const words = 2 * wordsOf(rows.head.dim);
  const sink = await out.section('codes');
  const buffer = new Uint32Array(words * 4096);
  let at = 0;
  await rows.each(({ vec }) => {
    signCode(vec, mean, buffer, at);
    at += words;
    if (at < buffer.length) return undefined;
    at = 0;
    return sink.append(bytesOf(buffer));
  });
  await sink.append(bytesOf(buffer.subarray(0, at)));
  await sink.close();
}

interface FinderOptions {
  readonly codes: Codes;
  readonly mean: Float32Array;
  readonly count: number;
  readonly rescore: number;
  readonly queryBits: QueryBits;
  readonly pool: KernelPool | undefined;
}

function finderOf({ codes, mean, count, rescore, queryBits, pool }: FinderOptions): Finder {
  const codeOf = (query: Float32Array) => codeQuery(query, mean, queryBits);
  const wantedFor = (k: number) => Math.min(count, Math.max(rescore, 4 * k));
  return {
    candidates: (query, k, accept, isExhaustive) => {
      const wanted = wantedFor(k);
      const direct = directRows(wanted, count, accept);
      if (direct) return direct.rows;
      let range: readonly [number, number] | undefined = [0, count];
      const next = () => {
        const once = range;
        range = undefined;
        return once;
      };
      const code = codeOf(query);
      return isExhaustive ? codes.reference(code, wanted, accept, next) : codes.nearest(code, wanted, accept, next);
    },
    ...(pool && {
      candidatesParallel: async (query, k, accept) => {
        const direct = directRows(wantedFor(k), count, accept);
        return direct ? direct.rows : codes.nearestParallel(pool, codeOf(query), wantedFor(k), accept);
      },
    }),
    explain: (query, row) => ({ distance: codeOf(query).distance(codes.codeAt(row)), queryBits }),
    get residentBytes() {
      return codes.bytes + mean.byteLength;
    },
    close: () => codes.close(),
  };
}

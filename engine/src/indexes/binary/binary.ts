// binary: mean-centred sign codes (one bit a dimension), all of them compared with a query of up to eight bits a dimension
// (or one: Hamming distance); the nearest candidates are scored with their stored vectors. Recall rises with `rescore`.
// Bytes: docs/format/binary.md. A merge recomputes mean and codes from the stored vectors, so it equals a write of the
// kept documents byte for byte.

import { asFloat32, bytesOf } from '../../core/bytes.ts';
import { defaultHeap } from '../../kernels/heap.ts';
import type { KernelPool } from '../../kernels/pool.ts';
import { loadVectors } from '../../kernels/vectors.ts';
import type { SectionWriter } from '../../storage/part.ts';
import { checkDim, checkVector } from '../dense/check.ts';
import { checkSize, orClose, readHead, writeSection } from '../dense/head.ts';
import { checkInteger, checkQueryBits, DEFAULT_RESCORE, type DenseKind, type RescoredOptions } from '../dense/kind.ts';
import { checkPool } from '../dense/parallel.ts';
import { densePart, type Finder, membersOf, type RowFilter } from '../dense/part.ts';
import { type Rows, readOrds, rowsOfInput, rowsOfMerge, writeRows } from '../dense/rows.ts';
import { StoredVectors } from '../dense/vectors.ts';
import { codeQuery, type QueryBits } from './code-query.ts';
import { Codes } from './codes.ts';
import { Mean, signCode, wordsOf } from './signs.ts';

/** Scoring one vector costs about as much as comparing this many codes: fewer accepted rows are scored directly. */
const DIRECT_SHARE = 32;

/** Scans the codes of all accepted documents and rescores the nearest. `vectors` defaults to int8. */
export function binary(options: RescoredOptions): DenseKind {
  const {
    space,
    dim,
    vectors: format = 'int8',
    rescore = DEFAULT_RESCORE,
    resident = true,
    queryBits = 8,
    pool,
  } = options;
  const heap = () => options.heap ?? defaultHeap();
  checkDim(dim);
  checkInteger('rescore', rescore, 1, 1_000_000);
  checkPool(pool, options.heap);
  checkQueryBits(queryBits);
  return {
    name: 'binary',
    version: 1,
    kind: 'dense',
    space,
    config: { dim, vectors: format },
    check: (rep) => checkVector(rep, space, dim, 'The vector'),
    write: async (input, out, cancel) => writeBinary(rowsOfInput(input, space, dim, format, cancel), out),
    merge: async (sources, size, out, cancel) =>
      writeBinary(await rowsOfMerge(sources, size, dim, format, cancel), out),
    open: async (sections, cancel = {}) => {
      const head = await readHead(sections, dim, format);
      const ords = await readOrds(sections, head);
      const memory = { ...cancel, heap: heap(), module: await loadVectors() };
      const mean = await readMean(sections, dim);
      const codes = await Codes.open(sections, { ...memory, dim, count: head.count, queryBits });
      const vectors = await orClose([codes], StoredVectors.open(sections, head, { ...memory, resident }));
      const finder = finderOf({ codes, mean, count: head.count, rescore, queryBits, pool });
      return densePart({ name: 'binary', space, vectors, ords, finder, pool });
    },
  };
}

async function writeBinary(rows: Rows, out: SectionWriter): Promise<void> {
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

/** The sections of flat, then `mean`; returns the mean of the stored vectors. */
export async function writeRowsAndMean(rows: Rows, out: SectionWriter): Promise<Float32Array> {
  const sums = new Mean(rows.head.dim);
  await writeRows(rows, out, ({ vec }) => sums.add(vec));
  const mean = sums.value();
  await writeSection(out, 'mean', bytesOf(mean));
  return mean;
}

export async function readMean(sections: Parameters<DenseKind['open']>[0], dim: number): Promise<Float32Array> {
  checkSize(sections, 'mean', 4 * dim);
  return asFloat32((await sections.readAll('mean')).slice());
}

/** Rows to score without looking at codes: all accepted ones where they are few. `undefined` in `rows` = all. */
export function directRows(
  candidates: number,
  count: number,
  accept: RowFilter | undefined,
): { readonly rows: Uint32Array | undefined } | undefined {
  const n = accept?.count ?? count;
  if (n > candidates && (accept === undefined || n > count / DIRECT_SHARE)) return undefined;
  return { rows: accept && membersOf(accept) };
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

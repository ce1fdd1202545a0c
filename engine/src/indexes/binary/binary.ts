// binary: mean-centred sign codes (one bit a dimension). All codes are compared with a query of up to eight bits a
// dimension (or one: Hamming distance), and the nearest candidates are scored with their stored vectors. Recall
// increases with `rescore`. The mean is that of the library's codec, so the codes of all segments are comparable, and a
// reader chooses candidates over all of them (ADR 22). Bytes: docs/format/binary.md. A merge computes codes again from the
// stored vectors, so it equals a write of the kept documents byte for byte.

import { bytesOf } from '../../core/bytes.ts';
import { checkCount, checkObject } from '../../core/check.ts';
import { plainFingerprint } from '../../core/fingerprint.ts';
import { defaultHeap } from '../../kernels/heap.ts';
import type { KernelPool } from '../../kernels/pool.ts';
import { loadVectors } from '../../kernels/vectors.ts';
import type { SectionReader, SectionWriter } from '../../storage/part.ts';
import { codeQuery, type QueryBits } from '../codes/code-query.ts';
import { Codes } from '../codes/codes.ts';
import { directRows, isDirect } from '../codes/direct-rows.ts';
import { readMean } from '../codes/mean.ts';
import { givenCodec, type SignCodec, signCodec } from '../codes/sign-codec.ts';
import { signCode, wordsOf } from '../codes/signs.ts';
import type { NearestOptions } from '../dense-part/candidates.ts';
import { densePart, type Finder } from '../dense-part/dense-part.ts';
import {
  type BinaryOptions,
  type CodedKind,
  type CodesOnlyOptions,
  checkDense,
  checkQueryBits,
  checkReference,
  DEFAULT_RESCORE,
} from '../dense-part/options.ts';
import { checkDocument } from '../rows/check.ts';
import { denseRows, mergedDenseRows } from '../rows/dense-rows.ts';
import { orClose, readHead } from '../rows/head.ts';
import { readSingleRows } from '../rows/row-map.ts';
import { type RowStream, writeRows } from '../rows/row-stream.ts';
import { StoredVectors } from '../rows/stored-vectors.ts';
import { zeroRows } from '../rows/zero-rows.ts';
import { checkPool } from '../scan/parallel.ts';
import { codesOnly } from './codes-only.ts';

/** Version of the bytes of a part with vectors. 2: no vectors of zeros, and f16. 3: the mean is that of the codec. */
const VERSION = 3;

/**
 * Scans the codes of all accepted documents and rescores the nearest. `vectors` defaults to int8. With 'none' only codes
 * are stored, and their own scores rank.
 */
export function binary(options: BinaryOptions | CodesOnlyOptions): CodedKind {
  checkObject('options', options);
  checkReference(options.reference);
  return options.vectors === 'none' ? codesOnly(options) : rescored(options);
}

function rescored(options: BinaryOptions): CodedKind {
  checkDense(options);
  const {
    space,
    documents = plainFingerprint(options.space, 'document'),
    dim,
    vectors: format = 'int8',
    rescore = DEFAULT_RESCORE,
    resident = true,
    queryBits = 8,
    reference,
    pool,
  } = options;
  const heap = () => options.heap ?? defaultHeap();
  checkCount('rescore', rescore, { min: 1, max: 1_000_000 });
  checkPool(pool, options.heap);
  checkQueryBits(queryBits);
  return {
    name: 'binary',
    version: VERSION,
    reads: [1, 2],
    queryKind: 'dense',
    documentKind: 'dense',
    space,
    documents,
    accepts: options.accepts,
    lossy: format !== 'f32',
    config: { dim, vectors: format, ...(reference && { reference: reference.name }) },
    codec: { ...signCodec(dim, reference), since: VERSION },
    check: (rep) => checkDocument(rep, space, dim, format, 'The vector'),
    write: async (input, out, given = {}) =>
      writeBinary(await denseRows(input, out, { space, dim, format }, given), givenCodec(given.codec), out),
    merge: async (sources, size, out, given = {}) =>
      writeBinary(await mergedDenseRows(sources, size, { space, dim, format }, given), givenCodec(given.codec), out),
    open: async (sections, given = {}) => {
      const { version = VERSION, signal, trace } = given;
      const head = await readHead(sections, dim, format);
      const map = await readSingleRows(sections, head);
      const hidden = await zeroRows(sections, head, version);
      const memory = { signal, trace, heap: heap(), module: await loadVectors() };
      const centre = await centreOf(sections, version, given.codec, dim);
      const codes = await Codes.open(sections, { ...memory, dim, count: head.count, queryBits });
      const vectors = await orClose([codes], StoredVectors.open(sections, head, { ...memory, resident }));
      const finder = finderOf({ codes, ...centre, count: head.count, rescore, queryBits, pool });
      return densePart({ name: 'binary', space, documents, vectors, map, hidden, finder, pool });
    },
  };
}

/** The mean of the codes. Before version 3 each segment had its own. */
async function centreOf(sections: SectionReader, version: number, given: SignCodec | undefined, dim: number) {
  if (version < VERSION) return { mean: await readMean(sections, dim), codec: undefined };
  const codec = givenCodec(given);
  return { mean: codec.mean, codec };
}

async function writeBinary(rows: RowStream, { mean }: SignCodec, out: SectionWriter): Promise<void> {
  await writeRows(rows, out);
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
  /** undefined: the mean is that of the segment. */
  readonly codec: SignCodec | undefined;
  readonly count: number;
  readonly rescore: number;
  readonly queryBits: QueryBits;
  readonly pool: KernelPool | undefined;
}

function finderOf({ codes, mean, codec, count, rescore, queryBits, pool }: FinderOptions): Finder {
  const codeOf = (query: Float32Array) => codeQuery(query, mean, queryBits);
  const candidatesFor = (k: number) => Math.max(rescore, 4 * k);
  const wantedFor = (k: number) => Math.min(count, candidatesFor(k));
  const nearest = (query: Float32Array, { n, limit, accept, isExhaustive }: NearestOptions) => {
    const next = once([0, count]);
    const code = codeOf(query);
    if (isExhaustive) return codes.reference(code, n, accept, next);
    return codes.ranked(code, { k: n, accept: accept?.bits.words, ...(limit !== undefined && { limit }) }, next);
  };
  const nearestParallel =
    pool &&
    ((query: Float32Array, { n, limit, accept }: NearestOptions) => {
      const options = { k: n, accept: accept?.bits.words, ...(limit !== undefined && { limit }) };
      return codes.rankedParallel(pool, codeOf(query), options);
    });
  return {
    candidates: (query, k, accept, isExhaustive) => {
      const direct = directRows(wantedFor(k), count, accept);
      if (direct) return direct.rows;
      return nearest(query, { n: wantedFor(k), limit: undefined, accept, isExhaustive }).ords.sort();
    },
    ...(nearestParallel && {
      candidatesParallel: async (query, k, accept) => {
        const direct = directRows(wantedFor(k), count, accept);
        if (direct) return direct.rows;
        const options = { n: wantedFor(k), limit: undefined, accept, isExhaustive: false };
        return (await nearestParallel(query, options)).ords.sort();
      },
    }),
    ...(codec && {
      codes: {
        codec,
        wanted: (k, accepted, size) => {
          const wanted = candidatesFor(k);
          return isDirect(wanted, accepted, size) ? undefined : wanted;
        },
        nearest,
        nearestParallel,
      },
    }),
    explain: (query, row) => ({ distance: codeOf(query).distance(codes.codeAt(row)), queryBits }),
    get residentBytes() {
      return codes.bytes + (codec === undefined ? mean.byteLength : 0); // the library holds the codec once
    },
    close: () => codes.close(),
  };
}

/** Returns the range at the first call. */
function once(range: readonly [number, number]): () => readonly [number, number] | undefined {
  let left: readonly [number, number] | undefined = range;
  return () => {
    const next = left;
    left = undefined;
    return next;
  };
}

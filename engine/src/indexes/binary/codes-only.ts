// binary with `vectors: 'none'`: sign codes and nothing else, dim / 8 bytes a document. The codes are scored, not
// rescored: a search is exact over the codes, and what they lose is lost. Their codec is that of the library, so ranks do
// not depend on segments, and merges copy codes.

import { shown } from '../../core/check.ts';
import { EngineError } from '../../core/errors.ts';
import { plainFingerprint } from '../../core/fingerprint.ts';
import { defaultHeap } from '../../kernels/heap.ts';
import { loadVectors } from '../../kernels/vectors.ts';
import { codesOfInput, codesOfMerge, writeCodeRows } from '../codes/code-rows.ts';
import { Codes } from '../codes/codes.ts';
import { ScoredCodes } from '../codes/scored-codes.ts';
import { givenCodec, signCodec } from '../codes/sign-codec.ts';
import { densePart, type Finder } from '../dense-part/dense-part.ts';
import { type CodedKind, type CodesOnlyOptions, checkDense, DENSE_VERSION } from '../dense-part/options.ts';
import { checkVector } from '../rows/check.ts';
import { readHead } from '../rows/head.ts';
import { membersOf } from '../rows/row-filter.ts';
import { readSingleRows } from '../rows/row-map.ts';
import { checkPool } from '../scan/parallel.ts';

export function codesOnly(options: CodesOnlyOptions): CodedKind {
  const { space, documents = plainFingerprint(options.space, 'document'), dim, reference, pool } = options;
  checkDense(options, ['none']);
  checkPool(pool, options.heap);
  checkNoRescoring(options);
  return {
    name: 'binary',
    version: DENSE_VERSION,
    queryKind: 'dense',
    documentKind: 'dense',
    space,
    documents,
    accepts: options.accepts,
    lossy: true,
    config: { dim, vectors: 'none', ...(reference && { reference: reference.name }) },
    codec: signCodec(dim, reference),
    check: (rep) => checkVector(rep, space, dim, 'The vector'),
    write: (input, out, given = {}) => {
      const codes = codesOfInput(input, givenCodec(given.codec), (rep, ord) =>
        checkVector(rep, space, dim, `The vector of document ${ord} of the segment`),
      );
      return writeCodeRows({ size: input.size, dim, codes }, out, given);
    },
    merge: (sources, size, out, given) =>
      writeCodeRows({ size, dim, codes: codesOfMerge(sources, size, dim) }, out, given),
    open: async (sections, given = {}) => {
      const codec = givenCodec(given.codec);
      const head = await readHead(sections, dim, 'none');
      const map = await readSingleRows(sections, head);
      const codes = await Codes.open(sections, {
        signal: given.signal,
        trace: given.trace,
        dim,
        count: head.count,
        queryBits: 8,
        heap: options.heap ?? defaultHeap(),
        module: await loadVectors(),
      });
      const vectors = new ScoredCodes(head, codes, codec);
      return densePart({ name: 'binary', space, documents, vectors, map, finder: finderOf(head.count), pool });
    },
  };
}

/** Scoring one code without a kernel costs about as much as scanning this many: 15 µs and 11 ns at 256 dimensions. */
const DIRECT_SHARE = 1024;

/** All accepted codes are scored: one by one where a filter accepts few of them, else in a scan. */
function finderOf(count: number): Finder {
  return {
    candidates: (_query, _k, accept) =>
      accept !== undefined && accept.count * DIRECT_SHARE <= count ? membersOf(accept) : undefined,
    explain: () => ({}),
    residentBytes: 0, // the codes are the rows
    close: () => {},
  };
}

/** Throws INVALID_ARGUMENT for options that say how candidates are rescored: from JavaScript any may be given. */
function checkNoRescoring(options: CodesOnlyOptions): void {
  for (const name of ['rescore', 'resident', 'queryBits'] as const) {
    const value: unknown = options[name];
    if (value === undefined) continue;
    throw new EngineError('INVALID_ARGUMENT', `${name} is ${shown(value)} with vectors 'none'`, {
      hint: `No vectors are stored, so there is nothing to rescore: leave ${name} out, or store vectors as int8.`,
    });
  }
}

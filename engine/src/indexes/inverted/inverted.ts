// The inverted index: postings by term, scored by BM25 with the bits of Lucene's. This file is its interface. format.ts
// and docs/format/inverted.md describe the bytes, cursors.ts defines every score, pruned.ts and assembly/postings.ts
// find the best without scoring the rest, accumulated.ts adds up an `or` of many lists.

import { checkObject, checkString } from '../../core/check.ts';
import { EngineError } from '../../core/errors.ts';
import { type QueryBudget, queryBudget } from '../../core/query-budget.ts';
import type { Cancellable, Fingerprint, Space, TermsQuery } from '../../core/types.ts';
import { defaultHeap, type Heap, loadPostings } from '../../kernels/index.ts';
import type { PartKind } from '../../storage/part.ts';
import { DEFAULT_B, DEFAULT_K1 } from './bm25.ts';
import { type Budgeted, limitWords } from './budget.ts';
import { VERSION } from './format.ts';
import { mergeInverted } from './merge.ts';
import { planQuery } from './plan.ts';
import type { PreparedQueries } from './scoring.ts';
import { openInverted, type SegmentOptions } from './segment.ts';
import { checkDocument, writeInverted } from './writer.ts';

export interface InvertedOptions {
  /** Fingerprint of the encoder (its analyzer) whose tokens are indexed. */
  readonly space: Space;
  /** Fingerprints of the queries that it answers. Default: the plain one of the space. */
  readonly accepts?: readonly Fingerprint[];
  /**
   * The fields and their weights (finite, > 0) in queries that name no field. Names and order shape the bytes, weights
   * do not.
   */
  readonly fields: Readonly<Record<string, number>>;
  /** Keep positions, which phrases need; about half of the index. Default true. */
  readonly positions?: boolean;
  /** Term frequency saturation ≥ 0. Default 0.9. Not part of the bytes. */
  readonly k1?: number;
  /** Length normalisation, 0 to 1. Default 0.4. Not part of the bytes. */
  readonly b?: number;
  /**
   * 'auto' uses the WebAssembly kernels if the platform runs them; 'none' scores every match in TypeScript. Same
   * results.
   */
  readonly kernels?: 'auto' | 'none';
  /** The heap of the kernels' memory. Default: the heap of the program. */
  readonly heap?: Heap;
  /** Limits on one query. A limit that is reached is a `query.budget` trace event. Not part of the bytes. */
  readonly budget?: Partial<QueryBudget>;
}

/**
 * An inverted index over term representations.
 *
 * Throws INVALID_ARGUMENT for options out of range. Searching throws ENCODER_MISMATCH for a query of another space and
 * INVALID_QUERY for a field that is not there, an empty phrase, a lone `not` and the like.
 */
export function inverted(options: InvertedOptions): PartKind<'terms'> {
  checkObject('options', options);
  checkString('space', options.space);
  checkObject('fields', options.fields);
  const names = Object.keys(options.fields);
  const positions = options.positions ?? true;
  const bm25 = { k1: options.k1 ?? DEFAULT_K1, b: options.b ?? DEFAULT_B };
  check(options, names, bm25);
  const fields = { names, weights: Object.values(options.fields), positions };
  const budget = queryBudget(options.budget);
  const plans = new WeakMap<TermsQuery, Budgeted>(); // one query is planned once for all segments
  const prepared: PreparedQueries = new WeakMap();
  const plan = (query: TermsQuery): Budgeted => {
    let found = plans.get(query);
    if (found === undefined) {
      checkSpace(query.space, options.space);
      found = limitWords(planQuery(query.query, fields), budget);
      plans.set(query, found);
    }
    return found;
  };
  return {
    name: 'inverted',
    version: VERSION,
    queryKind: 'terms',
    documentKind: 'terms',
    space: options.space,
    accepts: options.accepts,
    lossy: true,
    config: { fields: names, positions },
    check: (rep) => checkDocument(rep, { space: options.space, fields: names }),
    write: (input, out, cancel) =>
      writeInverted(input, out, { ...cancel, space: options.space, fields: names, positions }),
    open: async (sections, cancel) =>
      openInverted(sections, {
        ...cancel,
        bm25,
        fields: names,
        plan,
        prepared,
        budget,
        kernels: await loadKernels(options, cancel),
      }),
    merge: (sources, size, out, cancel) => mergeInverted(sources, size, out, { ...cancel, fields: names, positions }),
  };
}

async function loadKernels(options: InvertedOptions, cancel?: Cancellable): Promise<SegmentOptions['kernels']> {
  if (options.kernels === 'none') return undefined;
  try {
    return { module: await loadPostings(), heap: options.heap ?? defaultHeap() };
  } catch (error) {
    if (!(error instanceof EngineError && error.code === 'UNSUPPORTED')) throw error;
    cancel?.trace?.({ name: 'inverted.no-kernel', message: error.message });
    return undefined;
  }
}

function check(options: InvertedOptions, names: readonly string[], { k1, b }: { k1: number; b: number }): void {
  if (names.length === 0 || names.length > 0xffff) {
    throw invalid(`An inverted index has ${names.length} fields`, 'Name 1 to 65535 of them.');
  }
  for (const name of names) {
    const weight = options.fields[name]!;
    if (!(weight > 0 && weight < Infinity)) {
      throw invalid(`Field ${JSON.stringify(name)} has weight ${weight}`, 'Weights are finite and above 0.');
    }
  }
  if (!(k1 >= 0 && k1 < Infinity)) throw invalid(`k1 is ${k1}`, 'Pass a finite number ≥ 0.');
  if (!(b >= 0 && b <= 1)) throw invalid(`b is ${b}`, 'Pass a number from 0 to 1.');
}

function checkSpace(given: Space, expected: Space): void {
  if (given === expected) return;
  throw new EngineError('ENCODER_MISMATCH', `A query of space ${given} in an index of space ${expected}`, {
    hint: 'Encode queries with the encoder that the index was created for.',
  });
}

function invalid(message: string, hint: string): EngineError {
  return new EngineError('INVALID_ARGUMENT', message, { hint });
}

// An open inverted file: the lists that a query visits, and the condition to stop.

import { asFloat32, asUint32, bytesOf } from '../../core/bytes.ts';
import { EngineError } from '../../core/errors.ts';
import type { Cancellable } from '../../core/types.ts';
import type { Heap, Region } from '../../kernels/heap.ts';
import type { KernelModule } from '../../kernels/module.ts';
import { dotF32, rankOf, scan as referenceScan } from '../../kernels/reference.ts';
import type { VectorsKernels } from '../../kernels/vectors.ts';
import type { SectionReader } from '../../storage/part.ts';
import { type CodeQuery, codeQuery, type QueryBits } from '../codes/code-query.ts';
import type { Codes } from '../codes/codes.ts';
import { directRows } from '../codes/direct-rows.ts';
import type { Finder } from '../dense-part/dense-part.ts';
import type { RowFilter } from '../rows/row-filter.ts';
import { Scan } from '../scan/scan.ts';

export interface ListsOptions extends Cancellable {
  readonly heap: Heap;
  readonly module: KernelModule<VectorsKernels>;
  readonly codes: Codes;
  readonly mean: Float32Array;
  readonly count: number;
  /** 0 = chosen by size. */
  readonly probes: number;
  readonly rescore: number;
  readonly queryBits: QueryBits;
}

/** The minimum number of codes that a query compares: small segments are scanned whole, which is fast enough. */
const MIN_SCANNED = 131_072;
/**
 * Share of a large segment's codes that a query compares. Sentences of abstracts, whose clusters are weak, need a third
 * of 400,000 for a recall@10 of .97 (docs/kernels.md); with strong clusters a few probes are enough.
 */
const SCANNED_SHARE = 1 / 3;

export class Lists implements Finder {
  readonly #options: ListsOptions;
  readonly #starts: Uint32Array; // (k + 1)
  readonly #k: number;
  /**
   * (k, stride): component dim is −|c|²/2, so that a dot product with (query, 1) ranks by distance; zeros up to the
   * stride, which is a multiple of a cache line.
   */
  readonly #centroids: Region;

  private constructor(options: ListsOptions, starts: Uint32Array, centroids: Region) {
    this.#options = options;
    this.#starts = starts;
    this.#k = starts.length - 1;
    this.#centroids = centroids;
  }

  static async open(sections: SectionReader, options: ListsOptions): Promise<Lists> {
    const starts = asUint32((await sections.readAll('starts', options)).slice());
    const raw = asFloat32((await sections.readAll('centroids', options)).slice());
    const dim = options.mean.length;
    const k = starts.length - 1;
    const isSound = k >= 0 && raw.length === k * dim && starts.at(-1) === options.count && starts.every(isAscending);
    if (!isSound)
      throw new EngineError('CORRUPT', `Section starts does not fit ${options.count} vectors in ${k} lists`);
    const stride = strideOf(dim);
    const region = options.heap.alloc(4 * k * stride, 64);
    const centroids = region.f32();
    for (let c = 0; c < k; c++) {
      const centroid = raw.subarray(c * dim, (c + 1) * dim);
      centroids.set(centroid, c * stride);
      centroids[c * stride + dim] = -dotF32(centroid, centroid) / 2;
    }
    return new Lists(options, starts, region);
  }

  candidates(
    query: Float32Array,
    k: number,
    accept: RowFilter | undefined,
    isExhaustive: boolean,
  ): Uint32Array | undefined {
    const { codes, count, rescore } = this.#options;
    const wanted = Math.min(count, Math.max(rescore, 4 * k));
    const direct = directRows(wanted, count, accept);
    if (direct) return direct.rows;
    const visit = this.#visit(query, wanted, accept, isExhaustive);
    const code = this.#codeOf(query);
    const nearest = isExhaustive
      ? codes.reference(code, wanted, accept, visit)
      : codes.ranked(code, { k: wanted, accept: accept?.bits.words }, visit);
    return nearest.ords.sort();
  }

  explain(query: Float32Array, row: number): Readonly<Record<string, string | number>> {
    const { codes, count } = this.#options;
    let position = 0;
    while (position < count && codes.rowAt(position) !== row) position++;
    const list = this.#starts.findIndex((start, c) => start <= position && position < this.#starts[c + 1]!);
    const distance = this.#codeOf(query).distance(codes.codeAt(position));
    const rank = this.#ranked(query, this.#k, false).indexOf(list) + 1;
    return { distance, queryBits: this.#options.queryBits, list, lists: this.#k, listRank: rank };
  }

  get residentBytes(): number {
    return this.#options.codes.bytes + this.#centroids.bytes + this.#starts.byteLength + this.#options.mean.byteLength;
  }
  close(): void {
    this.#options.codes.close();
    this.#centroids.free();
  }

  /**
   * Ranges of codes in the order of their centroids. Stops after at least the given number of probes (or the default
   * share of the codes); proportionally later if a filter accepts few or many candidates are wanted; and never before
   * `wanted` accepted rows (or all there are) were kept.
   */
  #visit(query: Float32Array, wanted: number, accept: RowFilter | undefined, isExhaustive: boolean) {
    const { count, probes, rescore } = this.#options;
    const accepted = accept?.count ?? count;
    const more = (count / accepted) * Math.max(1, wanted / Math.max(rescore, 1));
    const minLists = Math.min(this.#k, Math.ceil(probes * more));
    const minCodes = probes > 0 ? 0 : Math.min(count, Math.max(MIN_SCANNED, SCANNED_SHARE * count) * more);
    const full = Math.min(wanted, accepted);
    let order = this.#ranked(query, this.#firstLists(minLists, minCodes), isExhaustive);
    let visited = 0;
    let seen = 0;
    return (kept: number): readonly [number, number] | undefined => {
      if (visited >= minLists && seen >= minCodes && kept >= full) return undefined;
      if (visited === this.#k) return undefined;
      // In plain TypeScript, as the scan in progress owns the scratch memory; the order is the same.
      if (visited === order.length) order = this.#ranked(query, this.#k, true);
      const list = order[visited++]!;
      const range = [this.#starts[list]!, this.#starts[list + 1]!] as const;
      seen += range[1] - range[0];
      return range;
    };
  }

  /** Number of lists to rank first: the given number, or an estimate from the number of codes. */
  #firstLists(minLists: number, minCodes: number): number {
    const byCodes = Math.ceil((1.5 * minCodes * this.#k) / Math.max(1, this.#options.count)) + 1;
    return Math.min(this.#k, Math.max(minLists, byCodes));
  }

  /** The n lists nearest to the query, nearest first. */
  #ranked(query: Float32Array, n: number, isExhaustive: boolean): Uint32Array {
    const stride = strideOf(query.length);
    const extended = new Float32Array(stride);
    extended.set(query);
    extended[query.length] = 1;
    if (isExhaustive) {
      const rows = this.#centroids.f32();
      const rank = (c: number) => rankOf(dotF32(rows.subarray(c * stride, (c + 1) * stride), extended));
      return referenceScan(this.#k, n, (c) => c, rank).ords;
    }
    const scan = new Scan(this.#options.module, { k: n, inputs: [{ bytes: bytesOf(extended) }] });
    const { kernels, at, top } = scan.in(this.#centroids.arena);
    kernels.scanF32(this.#centroids.ptr, this.#k, stride, at[0]!, 0, 0, 0, top);
    return scan.take().ords;
  }

  #codeOf(query: Float32Array): CodeQuery {
    return codeQuery(query, this.#options.mean, this.#options.queryBits);
  }
}

/** f32 of a centroid with its −|c|²/2. */
function strideOf(dim: number): number {
  return Math.ceil((dim + 1) / 16) * 16;
}

function isAscending(start: number, i: number, starts: Uint32Array): boolean {
  return i === 0 ? start === 0 : starts[i - 1]! <= start;
}

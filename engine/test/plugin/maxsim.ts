// Brute-force late interaction: score(q, d) = Σ over query tokens of the best dot product with a document token
// (Khattab and Zaharia, ColBERT, 2020). In memory, so synchronous.

import { asFloat32, type MultiRep, TopK } from '@quire/engine/core';
import type { MergeSource, PartKind, SegmentPart } from '@quire/engine/storage';
import { mergeRows, readStarts, writeRows } from './rows.ts';

export function maxSim(space: string, dim: number): PartKind<'multi'> {
  return {
    name: 'test-maxsim',
    version: 0,
    kind: 'multi',
    space,
    config: { dim },
    write: (input, out) => writeRows(input.size, (ord) => input.rep(ord as never)?.vecs, out),
    open: async (sections) => openPart(asFloat32(await sections.readAll('rows')), await readStarts(sections), dim),
    merge: (sources, size, out) => mergeRows(sources as unknown as readonly MergeSource<never>[], size, out),
  };
}

function openPart(rows: Float32Array, starts: Uint32Array, dim: number): SegmentPart<'multi'> {
  const size = starts.length - 1;
  const has = (ord: number) => starts[ord + 1]! > starts[ord]!;
  const bestOf = (query: MultiRep, token: number, ord: number) => {
    let best = Number.NEGATIVE_INFINITY;
    for (let at = starts[ord]!; at < starts[ord + 1]!; at += dim) {
      let dot = 0;
      for (let d = 0; d < dim; d++) dot += query.vecs[token * dim + d]! * rows[at + d]!;
      best = Math.max(best, dot);
    }
    return best;
  };
  const parts = (query: MultiRep, ord: number) =>
    Array.from({ length: query.vecs.length / dim }, (_, token) => bestOf(query, token, ord));
  const score = (query: MultiRep, ord: number) => parts(query, ord).reduce((sum, best) => sum + best, 0);
  const none = new Map<string, number>();
  const searchSync: SegmentPart<'multi'>['searchSync'] = (query, k, { accept }) => {
    const heap = new TopK(Math.min(k, size));
    for (let ord = 0; ord < size; ord++) if (has(ord) && accept?.has(ord) !== false) heap.push(score(query, ord), ord);
    return heap.drain();
  };
  return {
    count: starts.reduce((n, _, ord) => n + (ord < size && has(ord) ? 1 : 0), 0),
    residentBytes: rows.byteLength + starts.byteLength,
    statistics: async () => none,
    statisticsSync: () => none,
    search: async (query, k, scope) => searchSync(query, k, scope),
    searchSync,
    explain: async (query, ord) => {
      if (!has(ord)) return undefined;
      const details = parts(query, ord).map((value, token) => ({ value, description: `token ${token}`, details: [] }));
      return { value: score(query, ord), description: 'sum of the best match of each query token', details };
    },
    has,
    close: () => {},
  };
}

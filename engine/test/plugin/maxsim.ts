// Brute-force late interaction: score(q, d) = Σ over query tokens of weight × the best dot product with a document token
// (Khattab and Zaharia, ColBERT, 2020). In memory, so synchronous. A row holds the vectors, token ids, starts and ends.

import { EngineError, type MultiDocument, type MultiQuery, plainFingerprint } from '@quire/engine/core';
import { asUint32, TopK } from '@quire/engine/internals';
import type { PartKind, SegmentPart } from '@quire/engine/storage';
import { floatsOf, mergeRows, readStarts, rowsOf, wordsOf, writeRows } from './rows.ts';

export function maxSim(space: string, dim: number): PartKind<'multi'> {
  return {
    name: 'test-maxsim',
    version: 0,
    queryKind: 'multi',
    documentKind: 'multi',
    space,
    config: { dim },
    lossy: false,
    check: (rep) => {
      const n = rep.tokens.length;
      if (rep.dim === dim && rep.vecs.length === n * dim && rep.starts.length === n && rep.ends.length === n) return;
      throw new EngineError('INVALID_ARGUMENT', `${rep.vecs.length} numbers for ${n} tokens of ${rep.dim} dimensions`);
    },
    write: (input, out) => writeRows(input.size, rowsOf(input.reps, encodeRow), out),
    open: async (sections) =>
      openPart(asUint32(await sections.readAll('rows')), await readStarts(sections), space, dim),
    merge: (sources, size, out) => mergeRows(sources, size, out),
  };
}

function encodeRow({ vecs, tokens, starts, ends }: MultiDocument): Uint32Array {
  const n = tokens.length;
  const row = new Uint32Array(vecs.length + 3 * n);
  row.set(wordsOf(vecs));
  for (const [i, column] of [tokens, starts, ends].entries()) row.set(column, vecs.length + i * n);
  return row;
}

function decodeRow(row: Uint32Array, space: string, dim: number): MultiDocument {
  const n = row.length / (dim + 3);
  const column = (i: number) => row.slice(n * (dim + i), n * (dim + i + 1));
  return {
    kind: 'multi',
    side: 'document',
    space,
    fingerprint: plainFingerprint(space, 'document'),
    dim,
    vecs: floatsOf(row.slice(0, n * dim)),
    tokens: column(0),
    starts: column(1),
    ends: column(2),
  };
}

function openPart(rows: Uint32Array, starts: Uint32Array, space: string, dim: number): SegmentPart<'multi'> {
  const size = starts.length - 1;
  const has = (ord: number) => starts[ord + 1]! > starts[ord]!;
  const rowOf = (ord: number) => rows.subarray(starts[ord]!, starts[ord + 1]!);
  const bestOf = (query: MultiQuery, token: number, ord: number) => {
    const row = rowOf(ord);
    const vecs = floatsOf(row.subarray(0, (row.length / (dim + 3)) * dim));
    let best = Number.NEGATIVE_INFINITY;
    for (let at = 0; at < vecs.length; at += dim) {
      let dot = 0;
      for (let d = 0; d < dim; d++) dot += query.vecs[token * dim + d]! * vecs[at + d]!;
      best = Math.max(best, dot);
    }
    return best * query.weights[token]!;
  };
  const matches = (query: MultiQuery, ord: number) =>
    Array.from(query.weights, (_, token) => bestOf(query, token, ord));
  const scoreOf = (query: MultiQuery, ord: number) => matches(query, ord).reduce((sum, best) => sum + best, 0);
  const none = new Map<string, number>();
  const searchSync: SegmentPart<'multi'>['searchSync'] = (query, k, { accept }) => {
    const heap = new TopK(Math.min(k, size));
    for (let ord = 0; ord < size; ord++)
      if (has(ord) && accept?.has(ord) !== false) heap.push(scoreOf(query, ord), ord);
    return heap.drain();
  };
  const scoreSync: SegmentPart<'multi'>['scoreSync'] = (query, ords, { accept }) =>
    Float64Array.from(ords, (ord) => (has(ord) && accept?.has(ord) !== false ? scoreOf(query, ord) : Number.NaN));
  return {
    count: starts.reduce((n, _, ord) => n + (ord < size && has(ord) ? 1 : 0), 0),
    residentBytes: rows.byteLength + starts.byteLength,
    statistics: async () => none,
    statisticsSync: () => none,
    search: async (query, k, scope) => searchSync(query, k, scope),
    searchSync,
    score: async (query, ords, scope) => scoreSync(query, ords, scope),
    scoreSync,
    gather: async (ords) => ords.map((ord) => (has(ord) ? decodeRow(rowOf(ord), space, dim) : undefined)),
    explain: async (query, ord) => {
      if (!has(ord)) return undefined;
      const details = matches(query, ord).map((value, token) => ({
        value,
        description: `token ${token}`,
        details: [],
      }));
      return { value: scoreOf(query, ord), description: 'sum of the best match of each query token', details };
    },
    has,
    close: () => {},
  };
}

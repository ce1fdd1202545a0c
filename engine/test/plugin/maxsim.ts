// Brute-force late interaction: score(q, d) = Σ over query tokens of weight × the best dot product with a document token
// (Khattab and Zaharia, ColBERT, 2020). It stores a row a token with the row pieces that the dense kinds share; token id,
// start and end stand beside each vector. In memory, so synchronous.

import { EngineError, type MultiDocument, type MultiQuery, plainFingerprint } from '@quire/engine/core';
import { asUint32, bytesOf, TopK } from '@quire/engine/internals';
import { Heap, loadVectors } from '@quire/engine/kernels';
import type { PartInput, PartKind, SegmentPart } from '@quire/engine/storage';
import { readHead } from '../../src/indexes/rows/head.ts';
import { type RowMap, readRowMap } from '../../src/indexes/rows/row-map.ts';
import { type DocumentRows, rowsOfInput, rowsOfMerge, writeRows } from '../../src/indexes/rows/row-stream.ts';
import { StoredVectors } from '../../src/indexes/rows/stored-vectors.ts';

/** Token id, start and end: u32 each. */
const PAYLOAD_BYTES = 12;

export function maxSim(space: string, dim: number): PartKind<'multi'> {
  const shape = { dim, format: 'f32', payloadBytes: PAYLOAD_BYTES } as const;
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
    write: async (input, out) => writeRows(await rowsOfInput(input.size, documentRows(input), out, shape), out),
    merge: async (sources, size, out) => writeRows(await rowsOfMerge(sources, size, shape), out),
    open: async (sections) => {
      const head = await readHead(sections, dim, 'f32');
      const map = await readRowMap(sections, head);
      const payload = asUint32(await sections.readAll('payload'));
      const memory = { resident: true, heap: new Heap(), module: await loadVectors() };
      return openPart(await StoredVectors.open(sections, head, memory), map, payload, space);
    },
  };
}

async function* documentRows({ reps }: PartInput<'multi'>): AsyncGenerator<DocumentRows | undefined> {
  for await (const rep of reps) yield rep && { vecs: rep.vecs, payload: bytesOf(payloadOf(rep)) };
}

function payloadOf({ tokens, starts, ends }: MultiDocument): Uint32Array {
  const payload = new Uint32Array(3 * tokens.length);
  for (const [i, token] of tokens.entries()) payload.set([token, starts[i]!, ends[i]!], 3 * i);
  return payload;
}

function openPart(vectors: StoredVectors, map: RowMap, payload: Uint32Array, space: string): SegmentPart<'multi'> {
  const { dim } = vectors.head;
  const has = (ord: number) => map.rangeOf(ord).from < map.rangeOf(ord).to;
  const tokenQuery = (query: MultiQuery, token: number) => query.vecs.subarray(token * dim, (token + 1) * dim);
  const matches = (query: MultiQuery, ord: number) => {
    const { from, to } = map.rangeOf(ord);
    const rows = Array.from({ length: to - from }, (_, i) => from + i);
    return Array.from(query.weights, (weight, token) => {
      return weight * vectors.scoreSync(tokenQuery(query, token), rows).reduce((a, b) => Math.max(a, b));
    });
  };
  const scoreOf = (query: MultiQuery, ord: number) => matches(query, ord).reduce((sum, best) => sum + best, 0);
  const none = new Map<string, number>();
  const searchSync: SegmentPart<'multi'>['searchSync'] = (query, k, { accept }) => {
    const heap = new TopK(Math.min(k, map.size));
    for (let ord = 0; ord < map.size; ord++)
      if (has(ord) && accept?.has(ord) !== false) heap.push(scoreOf(query, ord), ord);
    return heap.drain();
  };
  const scoreSync: SegmentPart<'multi'>['scoreSync'] = (query, ords, { accept }) =>
    Float64Array.from(ords, (ord) => (has(ord) && accept?.has(ord) !== false ? scoreOf(query, ord) : Number.NaN));
  const documentOf = async (ord: number): Promise<MultiDocument> => {
    const { from, to } = map.rangeOf(ord);
    const vecs = new Float32Array((to - from) * dim);
    for (let row = from; row < to; row++) vecs.set(await vectors.row(row), (row - from) * dim);
    const column = (i: number) => Uint32Array.from({ length: to - from }, (_, row) => payload[3 * (from + row) + i]!);
    const origin = { space, fingerprint: plainFingerprint(space, 'document') };
    const columns = { tokens: column(0), starts: column(1), ends: column(2) };
    return { kind: 'multi', side: 'document', ...origin, dim, vecs, ...columns };
  };
  return {
    count: map.documents,
    residentBytes: vectors.residentBytes + map.bytes + payload.byteLength,
    statistics: async () => none,
    statisticsSync: () => none,
    search: async (query, k, scope) => searchSync(query, k, scope),
    searchSync,
    score: async (query, ords, scope) => scoreSync(query, ords, scope),
    scoreSync,
    gather: (ords) => Promise.all(ords.map((ord) => (has(ord) ? documentOf(ord) : undefined))),
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
    close: () => vectors.close(),
  };
}

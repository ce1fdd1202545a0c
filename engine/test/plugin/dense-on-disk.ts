// An asynchronous index kind: vectors stay in the Directory and are read while searching, a page at a time. It holds
// no vector in memory and declares no synchronous path.

import { type DenseRep, EngineError, plainFingerprint, throwIfAborted } from '@quire/engine/core';
import { asFloat32, TopK } from '@quire/engine/internals';
import type { PartKind, SectionReader, SegmentPart } from '@quire/engine/storage';
import { floatsOf, mergeRows, readRow, readStarts, rowsOf, wordsOf, writeRows } from './rows.ts';

const PAGE_FLOATS = 4096;

export function denseOnDisk(space: string, dim: number): PartKind<'dense'> {
  return {
    name: 'test-dense-on-disk',
    version: 0,
    queryKind: 'dense',
    documentKind: 'dense',
    space,
    config: { dim },
    lossy: false,
    check: ({ vec }) => {
      if (vec.length !== dim) throw new EngineError('INVALID_ARGUMENT', `A vector of ${vec.length} dimensions`);
    },
    write: (input, out) =>
      writeRows(
        input.size,
        rowsOf(input.reps, ({ vec }) => wordsOf(vec)),
        out,
      ),
    open: async (sections) => openPart(sections, await readStarts(sections), space, dim),
    merge: (sources, size, out) => mergeRows(sources, size, out),
  };
}

function openPart(sections: SectionReader, starts: Uint32Array, space: string, dim: number): SegmentPart<'dense'> {
  const size = starts.length - 1;
  const has = (ord: number) => starts[ord + 1]! > starts[ord]!;
  const dot = (query: DenseRep, vectors: Float32Array, at: number) => {
    let sum = 0;
    for (let d = 0; d < dim; d++) sum += query.vec[d]! * vectors[at + d]!;
    return sum;
  };
  const vectorOf = async (ord: number) => floatsOf(await readRow(sections, starts, ord));
  return {
    count: starts[size]! / dim,
    residentBytes: starts.byteLength,
    statistics: async () => new Map(),
    search: async (query, k, { accept, signal }) => {
      const heap = new TopK(Math.min(k, size));
      let page = new Float32Array(0);
      let pageStart = 0;
      for (let ord = 0; ord < size; ord++) {
        if (!has(ord) || accept?.has(ord) === false) continue;
        const at = starts[ord]!;
        if (at < pageStart || at + dim > pageStart + page.length) {
          throwIfAborted(signal);
          const floats = Math.min(Math.max(PAGE_FLOATS, dim), starts[size]! - at);
          page = asFloat32(await sections.read('rows', at * 4, floats * 4)) as Float32Array<ArrayBuffer>;
          pageStart = at;
        }
        heap.push(dot(query, page, at - pageStart), ord);
      }
      return heap.drain();
    },
    score: async (query, ords, { accept }) => {
      const scores = new Float64Array(ords.length).fill(Number.NaN);
      for (const [i, ord] of ords.entries()) {
        if (has(ord) && accept?.has(ord) !== false) scores[i] = dot(query, await vectorOf(ord), 0);
      }
      return scores;
    },
    gather: async (ords) => {
      const reps: (DenseRep | undefined)[] = [];
      for (const ord of ords) {
        const fingerprint = plainFingerprint(space, 'document');
        reps.push(has(ord) ? { kind: 'dense', space, fingerprint, vec: await vectorOf(ord) } : undefined);
      }
      return reps;
    },
    explain: async (query, ord) => {
      if (!has(ord)) return undefined;
      return { value: dot(query, await vectorOf(ord), 0), description: 'dot product', details: [] };
    },
    has,
    close: () => {},
  };
}

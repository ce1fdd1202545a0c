// The smallest index kind: dense vectors in one section, scored one by one. What an index must do and nothing more.

import { type DenseRep, EngineError, plainFingerprint } from '@quire/engine/core';
import { asFloat32, bytesOf, TopK } from '@quire/engine/internals';
import type { PartKind, SegmentPart } from '@quire/engine/storage';

/** Vectors of `dim` f32 each; a document without one holds NaN in its first place. */
export function bruteForceDense(space: string, dim: number): PartKind<'dense'> {
  return {
    name: 'test-dense',
    version: 0,
    queryKind: 'dense',
    documentKind: 'dense',
    space,
    config: { dim },
    lossy: false,
    check: ({ vec }) => {
      if (vec.length === dim && vec.every(Number.isFinite)) return;
      throw new EngineError(
        'INVALID_ARGUMENT',
        `A vector of ${vec.length} dimensions [${vec.join(', ')}]; the part has ${dim}`,
      );
    },
    write: async (input, out) => {
      const sink = await out.section('vectors');
      const row = new Float32Array(dim);
      for await (const rep of input.reps) {
        row.fill(0);
        row[0] = Number.NaN;
        if (rep !== undefined) row.set(rep.vec);
        await sink.append(bytesOf(row));
      }
      await sink.close();
    },
    open: async (sections) => openPart(asFloat32(await sections.readAll('vectors')), dim, space),
    merge: async (sources, size, out) => {
      const merged = new Float32Array(size * dim);
      for (const { sections, ords } of sources) {
        const vectors = asFloat32(await sections.readAll('vectors'));
        for (const [old, ord] of ords.entries()) {
          if (ord >= 0) merged.set(vectors.subarray(old * dim, (old + 1) * dim), ord * dim);
        }
      }
      const sink = await out.section('vectors');
      await sink.append(bytesOf(merged));
      await sink.close();
    },
  };
}

function openPart(vectors: Float32Array, dim: number, space: string): SegmentPart<'dense'> {
  const size = vectors.length / dim;
  const has = (ord: number) => !Number.isNaN(vectors[ord * dim]!);
  const score = (query: DenseRep, ord: number) => {
    let sum = 0;
    for (let i = 0; i < dim; i++) sum += query.vec[i]! * vectors[ord * dim + i]!;
    return sum;
  };
  let count = 0;
  for (let ord = 0; ord < size; ord++) if (has(ord)) count++;
  const none = new Map<string, number>();
  const searchSync: SegmentPart<'dense'>['searchSync'] = (query, k, scope) => {
    const best = new TopK(Math.min(k, size));
    for (let ord = 0; ord < size; ord++) {
      if (!has(ord) || scope.accept?.has(ord) === false) continue;
      best.push(score(query, ord), ord);
    }
    return best.drain();
  };
  const scoreSync: SegmentPart<'dense'>['scoreSync'] = (query, ords, { accept }) =>
    Float64Array.from(ords, (ord) => (has(ord) && accept?.has(ord) !== false ? score(query, ord) : Number.NaN));
  const fingerprint = plainFingerprint(space, 'document');
  const repOf = (ord: number): DenseRep => {
    const vec = vectors.slice(ord * dim, (ord + 1) * dim);
    return { kind: 'dense', space, fingerprint, vec };
  };
  return {
    count,
    residentBytes: vectors.byteLength,
    statistics: async () => none,
    statisticsSync: () => none,
    search: async (query, k, scope) => searchSync(query, k, scope),
    searchSync,
    score: async (query, ords, scope) => scoreSync(query, ords, scope),
    scoreSync,
    gather: async (ords) => ords.map((ord) => (has(ord) ? repOf(ord) : undefined)),
    explain: async (query, ord) =>
      has(ord)
        ? { value: score(query, ord), description: 'dot product', facts: { space, dim }, details: [] }
        : undefined,
    has,
    close: () => {},
  };
}

// Cases of the index contract: scores of given documents, representations that are read back, and representations that
// are refused when they are added.

import { type DocumentRep, EngineError, type Filter, type Kind, type QueryRep } from '@quire/engine/core';
import { Rng } from '@quire/engine/internals';
import { memoryDirectory } from '@quire/engine/storage';
import { expect } from 'vitest';
import { type Bench, idOf } from './bench.ts';
import type { ContractCase, ContractOptions } from './contract-options.ts';

function isNearVector(found: DocumentRep<Kind>, added: DocumentRep<Kind>): boolean {
  if (found.kind !== 'dense' || added.kind !== 'dense') throw new Error('a lossy kind of other documents needs isNear');
  const largest = added.vec.reduce((max, x) => Math.max(max, Math.abs(x)), 0);
  const isSameOrigin = found.space === added.space && found.fingerprint === added.fingerprint;
  return isSameOrigin && added.vec.every((x, d) => Math.abs(x - found.vec[d]!) <= 0.02 * largest);
}

type Test = (kase: ContractCase, title: string, run: () => Promise<void>) => void;

export function readBackCases<K extends Kind>(test: Test, bench: Bench<K>, options: ContractOptions<K>): void {
  const { queries } = options;

  test('score', 'scores given documents as search and explain do, whatever their order', async () => {
    const { library } = await bench.filled(0, 120, { segments: 3, deleted: 0.2 });
    const reader = library.snapshot().part('part');
    const ids = new Rng(3).shuffle(['no such document', ...Array.from({ length: 120 }, (_, i) => idOf(i)), idOf(7)]);
    const filters: (Filter | undefined)[] = [
      undefined,
      { op: 'is', column: 'tag', value: 'red' },
      { op: 'ids', ids: [] },
    ];
    for (const query of queries) {
      for (const filter of filters) {
        const found = new Map((await reader.search(query, 1000, { filter })).map((hit) => [hit.id, hit.score]));
        const scores = await reader.score(query, ids, { filter });
        expect(scores.length).toBe(ids.length);
        for (const [i, id] of ids.entries()) {
          expect(scores[i], id).toBe((await reader.explain(query, id, { filter }))?.value);
          if (found.has(id)) expect(scores[i], id).toBe(found.get(id));
        }
        if (reader.scoreSync) expect(reader.scoreSync(query, ids, { filter })).toEqual(scores);
      }
      expect(await reader.score(query, [])).toEqual([]);
    }
    const reached = await reader.score(queries[0]!, ids);
    expect(reached.filter((score) => score !== undefined).length).toBeGreaterThan(0);
    await library.close();
  });

  test('score', 'scores with given statistics, and stops when cancelled', async () => {
    const { library } = await bench.filled(0, 60, { segments: 2 });
    const other = await bench.filled(60, 90, { segments: 1 });
    const [reader, elsewhere] = [library.snapshot().part('part'), other.library.snapshot().part('part')];
    for (const query of queries) {
      const statistics = await elsewhere.statistics(query);
      const hits = await reader.search(query, 20, { statistics });
      const scores = await reader.score(
        query,
        hits.map((hit) => hit.id),
        { statistics },
      );
      expect(scores).toEqual(hits.map((hit) => hit.score));
    }
    const signal = AbortSignal.abort();
    await expect(reader.score(queries[0]!, [idOf(1)], { signal })).rejects.toThrow(/cancelled/);
    await expect(reader.gather([idOf(1)], { signal })).rejects.toThrow(/cancelled/);
    await library.close();
    await other.library.close();
  });

  test('score', 'answers only queries whose fingerprint it accepts', async () => {
    const { library } = await bench.filled(0, 5, { segments: 1 });
    const reader = library.snapshot().part('part');
    expect(reader.accepts).toContain(queries[0]!.fingerprint);
    const stranger = { ...queries[0]!, fingerprint: 'another model' } as QueryRep<K>;
    for (const attempt of [
      () => reader.search(stranger, 3),
      () => reader.score(stranger, [idOf(1)]),
      () => reader.statistics(stranger),
      () => reader.explain(stranger, idOf(1)),
    ]) {
      await expect(attempt()).rejects.toMatchObject({ code: 'ENCODER_MISMATCH', message: /another model/ });
    }
    await library.close();
  });

  test('gather', 'reads back what was added, before and after a merge', async () => {
    const directory = memoryDirectory();
    const { library, model } = await bench.filled(0, 90, { segments: 3, deleted: 0.2, directory });
    const kind = library.parts.part;
    const ids = new Rng(5).shuffle(['no such document', ...Array.from({ length: 90 }, (_, i) => idOf(i)), idOf(7)]);
    const before = await library.snapshot().part('part').gather(ids);
    expect(before.length).toBe(ids.length);
    for (const [i, id] of ids.entries()) {
      const number = model.get(id);
      const added = number === undefined ? undefined : options.document(number);
      const found = before[i];
      if (added === undefined || found === undefined) expect(found, id).toBe(added);
      else if (!kind.lossy) expect(found, id).toEqual(added);
      else expect((options.isNear ?? isNearVector)(found, added), `${id} is near`).toBe(true);
    }
    const writer = await library.writer();
    await writer.mergeAll();
    const merged = await writer.commit();
    expect(await merged.part('part').gather(ids)).toEqual(before);
    await library.close();
  });

  test('refuses', 'refuses a bad representation at once, by its id, and keeps the rest of the batch', async () => {
    const directory = memoryDirectory();
    const library = await bench.open(directory);
    const writer = await library.writer();
    const model = new Map<string, number>();
    const foreign = { ...options.document(0)!, fingerprint: 'another model' };
    const bads: readonly (readonly [DocumentRep<K>, RegExp])[] = [
      [options.bad, /^INVALID_(ARGUMENT|DOCUMENT)$/],
      [foreign, /^ENCODER_MISMATCH$/],
    ];
    for (let i = 0; i < 40; i++) {
      await bench.add(writer, idOf(i), i);
      model.set(idOf(i), i);
      if (i % 10 !== 5) continue;
      for (const [rep, code] of bads) {
        for (const how of ['add', 'replace'] as const) {
          const id = how === 'add' ? `bad-${i}` : idOf(i - 1);
          const error = await writer[how]({ id, fields: {} }, { part: rep } as never).catch((error: unknown) => error);
          expect(error).toBeInstanceOf(EngineError);
          expect((error as EngineError).code).toMatch(code);
          expect((error as EngineError).message).toContain(JSON.stringify(id));
        }
      }
    }
    expect(writer.pending).toBe(40);
    const snapshot = await writer.commit();
    expect(snapshot.size).toBe(40);
    for (const query of queries) {
      expect(await bench.best(snapshot, query, 100)).toEqual(await bench.expected(model, query, 100));
    }
    await library.close();
  });
}

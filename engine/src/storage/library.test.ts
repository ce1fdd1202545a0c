import { describe, expect, it } from 'vitest';
import { bruteForceDense } from '../../test/plugin/brute-force-dense.ts';
import { plainFingerprint } from '../core/fingerprint.ts';
import type { TraceEvent } from '../core/types.ts';
import { inspectLibrary, openLibrary } from './library.ts';
import { memoryDirectory } from './memory.ts';
import { chooseMerge, MERGE_FACTOR } from './merge-policy.ts';
import { verifyLibrary } from './verify.ts';

const schema = { fields: { title: { stored: true } }, columns: { n: 'number' } } as const;
const dense = bruteForceDense('s', 2);
const rep = {
  kind: 'dense',
  space: 's',
  fingerprint: plainFingerprint('s', 'document'),
  vec: Float32Array.of(1, 2),
} as const;
const options = { schema, parts: { dense } } as const;

describe('openLibrary', () => {
  it('refuses another schema, another part configuration, a part it lacks, and says how to go on', async () => {
    const directory = memoryDirectory();
    const writer = await (await openLibrary(directory, options)).writer();
    await writer.commit({ change: 7 });
    await writer.close();
    const columns = { n: 'keyword' } as const;
    await expect(openLibrary(directory, { ...options, schema: { ...schema, columns } })).rejects.toMatchObject({
      code: 'SCHEMA_MISMATCH',
    });
    const other = { dense: bruteForceDense('s', 3) };
    await expect(openLibrary(directory, { schema, parts: other })).rejects.toMatchObject({
      code: 'SCHEMA_MISMATCH',
      hint: /buildPart/,
    });
    const more = { dense, extra: bruteForceDense('t', 2) };
    await expect(openLibrary(directory, { schema, parts: more })).rejects.toThrow(/has no part extra/);
    const fewer = await openLibrary(directory, { schema, parts: {} });
    await expect(fewer.writer()).rejects.toThrow(/has a part dense that it was opened without/);
    expect(await inspectLibrary(directory)).toMatchObject({ generation: 1, metadata: { change: 7 }, size: 0 });
    expect(await inspectLibrary(memoryDirectory())).toBeUndefined();
  });

  it('does not exist for readers before the first commit, and refuses writers when it is to be read only', async () => {
    const directory = memoryDirectory();
    await expect(openLibrary(directory, { ...options, readOnly: true })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await (await (await openLibrary(directory, options)).writer()).commit({});
    const reader = await openLibrary(directory, { ...options, readOnly: true });
    await expect(reader.writer()).rejects.toMatchObject({ code: 'READ_ONLY' });
  });

  it('lets one writer in at a time, and shows its commits to readers that were open before', async () => {
    const directory = memoryDirectory();
    const [ours, theirs] = [await openLibrary(directory, options), await openLibrary(directory, options)];
    const writer = await ours.writer();
    await expect(ours.writer()).rejects.toMatchObject({ code: 'LOCKED' });
    await expect(theirs.writer()).rejects.toMatchObject({ code: 'LOCKED' });
    await writer.add({ id: 'a', fields: { title: 'A' } }, { dense: rep });
    expect(await theirs.refresh()).toBe(false);
    await writer.commit();
    expect(theirs.snapshot().size).toBe(0);
    expect(await theirs.refresh()).toBe(true);
    expect((await theirs.snapshot().get('a'))?.fields.title).toBe('A');
    await writer.close();
    await expect(writer.add({ id: 'b', fields: {} }, {})).rejects.toMatchObject({ code: 'CLOSED' });
    const next = await theirs.writer();
    await next.delete('a');
    await next.commit();
    expect(await ours.refresh()).toBe(true);
    expect(ours.snapshot().size).toBe(0);
    await ours.close();
    expect(() => ours.snapshot()).toThrow(/closed/);
  });

  it('gives no writer once it is closed, also where the writer was asked for before', async () => {
    const directory = memoryDirectory();
    const library = await openLibrary(directory, options);
    const [writing, closed] = [library.writer(), library.close()];
    await expect(writing).rejects.toMatchObject({ code: 'CLOSED' });
    await closed;
    await (await (await openLibrary(directory, options)).writer()).close(); // the lock was released
  });

  it('sees a library that was made again in the same place, whatever its generations', async () => {
    const directory = memoryDirectory();
    const make = async (...ids: readonly string[]) => {
      for (const name of await directory.list()) await directory.remove(name);
      const library = await openLibrary(directory, options);
      const writer = await library.writer();
      for (const id of ids) {
        await writer.add({ id, fields: {} }, { dense: rep });
        await writer.commit();
      }
      await library.close();
    };
    await make('a', 'b', 'c');
    const reader = await openLibrary(directory, options);
    for (const ids of [['d', 'e'], ['f', 'g'], ['h', 'i', 'j'], ['k']]) {
      await make(...ids);
      expect(await reader.refresh()).toBe(true);
      expect([reader.snapshot().generation, await reader.snapshot().ids()]).toEqual([ids.length, ids]);
      expect(await reader.refresh()).toBe(false);
    }
  });

  it('counts pending changes, discards them on abort, and makes no commit of nothing', async () => {
    const library = await openLibrary(memoryDirectory(), { ...options, bufferBytes: 1000 });
    const writer = await library.writer();
    for (let i = 0; i < 20; i++) await writer.add({ id: `d${i}`, fields: {}, columns: { n: i } }, { dense: rep });
    expect(await writer.delete('d3')).toBe(true);
    expect(await writer.delete('absent')).toBe(false);
    expect(writer.pending).toBe(21);
    await writer.abort();
    expect(writer.pending).toBe(0);
    const first = await writer.commit();
    expect([first.generation, first.size]).toEqual([0, 0]);
    await writer.add({ id: 'd1', fields: {} }, { dense: rep });
    expect((await writer.commit({ change: 'x' })).metadata).toEqual({ change: 'x' });
    const second = await writer.commit();
    expect([second.generation, second.metadata]).toEqual([1, { change: 'x' }]);
    await library.close();
    expect((await verifyLibrary(library.directory, { deep: true })).garbage).toEqual([]);
  });

  it('refuses representations of a part that it does not have, or of the query side', async () => {
    const writer = await (await openLibrary(memoryDirectory(), options)).writer();
    const add = (reps: object) => writer.add({ id: 'a', fields: {} }, reps);
    await expect(add({ other: rep })).rejects.toThrow(/no part other/);
    await expect(add({ dense: { kind: 'sparse', space: 's' } })).rejects.toMatchObject({ code: 'ENCODER_MISMATCH' });
    expect(writer.pending).toBe(0);
  });

  it('never ranks a NaN that a kind lets through: it names the document', async () => {
    const dense = { ...options.parts.dense, check: () => {} };
    const library = await openLibrary(memoryDirectory(), { ...options, parts: { dense } });
    const writer = await library.writer();
    await writer.add({ id: 'bad', fields: {} }, { dense: { ...rep, vec: Float32Array.of(1, Number.NaN) } });
    const snapshot = await writer.commit();
    await expect(snapshot.part('dense').search(rep, 3)).rejects.toThrow(/score of document "bad" is NaN/);
  });

  it('merges in the background, reports to the trace, and keeps few segments', async () => {
    const events: TraceEvent[] = [];
    const library = await openLibrary(memoryDirectory(), { ...options, trace: (event) => events.push(event) });
    const writer = await library.writer();
    for (let i = 0; i < 60; i++) {
      await writer.add({ id: `d${i}`, fields: {} }, { dense: rep });
      await writer.commit();
    }
    await library.settle();
    expect(library.snapshot().segments.length).toBeLessThan(MERGE_FACTOR);
    expect(library.snapshot().size).toBe(60);
    expect(events.some((event) => event.name === 'commit.merge')).toBe(true);
    await library.close();
  });

  it('cancels a long mergeAll without harm', async () => {
    const library = await openLibrary(memoryDirectory(), { ...options, autoMerge: false });
    const writer = await library.writer();
    for (let i = 0; i < 3; i++) {
      await writer.add({ id: `d${i}`, fields: {} }, { dense: rep });
      await writer.commit();
    }
    await expect(writer.mergeAll({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'CANCELLED' });
    await writer.mergeAll();
    const snapshot = await writer.commit();
    expect([snapshot.segments.length, snapshot.size]).toEqual([1, 3]);
    await library.close();
    expect(await verifyLibrary(library.directory, { deep: true })).toMatchObject({ problems: [], garbage: [] });
  });

  it('replaces a live part by one of another encoder with one commit; old readers must reopen', async () => {
    const directory = memoryDirectory();
    const library = await openLibrary(directory, options);
    const writer = await library.writer();
    for (let i = 0; i < 5; i++) await writer.add({ id: `d${i}`, fields: {} }, { dense: rep });
    await writer.commit();
    const bystander = await openLibrary(directory, options);
    const newer = bruteForceDense('s2', 3);
    const encode = async (ids: readonly string[]) =>
      ids.map(
        (id) =>
          ({
            kind: 'dense',
            space: 's2',
            fingerprint: plainFingerprint('s2', 'document'),
            vec: Float32Array.of(Number(id[1]), 0, 0),
          }) as const,
      );
    await writer.buildPart('dense', newer, encode);
    const old = library.snapshot();
    await writer.commit();
    expect((await old.part('dense').search(rep, 9)).length).toBe(5);
    const query = {
      kind: 'dense',
      space: 's2',
      fingerprint: plainFingerprint('s2', 'document'),
      vec: Float32Array.of(1, 1, 1),
    } as const;
    expect((await library.snapshot().part('dense').search(query, 2)).map((hit) => hit.id)).toEqual(['d4', 'd3']);
    await expect(bystander.refresh()).rejects.toMatchObject({ code: 'SCHEMA_MISMATCH' });
    expect((await bystander.snapshot().part('dense').search(rep, 9)).length).toBe(5);
    await expect(writer.buildPart('dense', newer, async () => [])).rejects.toThrow(/0 representations for 5 ids/);
    await library.close();
    await (await openLibrary(directory, { schema, parts: { dense: newer } })).close();
  });
});

describe('chooseMerge', () => {
  const of = (...sizes: number[]) => sizes.map((size) => ({ size, deleted: 0 }));

  it.each([
    ['nothing', of(), undefined],
    ['few segments', of(10, 20, 5000), undefined],
    ['eight small ones', of(10, 20, 30, 40, 9000, 50, 60, 70, 80), [0, 1, 2, 3, 5, 6, 7, 8]],
    [
      'the smallest tier first',
      [...of(...Array(8).fill(9000)), ...of(...Array(8).fill(10))],
      [8, 9, 10, 11, 12, 13, 14, 15],
    ],
    ['one that is mostly deleted', [...of(100), { size: 100, deleted: 41 }], [1]],
    ['one that is a little deleted', [{ size: 100, deleted: 40 }], undefined],
  ] as const)('chooses among %s', (_what, segments, expected) => {
    expect(chooseMerge(segments)).toEqual(expected);
  });
});

import { describe, expect, it } from 'vitest';
import { bruteForceDense } from '../../test/plugin/brute-force-dense.ts';
import { plainFingerprint } from '../core/fingerprint.ts';
import { httpDirectory } from './http.ts';
import { openLibrary } from './library.ts';
import { type MemoryDirectory, memoryDirectory } from './memory.ts';

const kind = bruteForceDense('s', 8);
const options = {
  schema: { fields: { title: { stored: true } }, columns: { n: 'number' } },
  parts: { part: kind },
} as const;

async function library(documents: number): Promise<MemoryDirectory> {
  const directory = memoryDirectory();
  const writer = await (await openLibrary(directory, options)).writer();
  for (let i = 0; i < documents; i++) {
    const vec = Float32Array.from({ length: 8 }, (_, d) => ((i * 31 + d * 17) % 23) - 11);
    const part = { kind: 'dense', space: 's', fingerprint: plainFingerprint('s', 'document'), vec } as const;
    await writer.add({ id: `d${i}`, fields: { title: `Title ${i} ${'x'.repeat(300)}` }, columns: { n: i } }, { part });
  }
  await writer.commit();
  await writer.close();
  return directory;
}

/** A static server: with Range (206), or without it (200). */
function server(files: () => ReadonlyMap<string, Uint8Array>, hasRanges: boolean) {
  const requests: string[] = [];
  const answer = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const name = new URL(String(input)).pathname.split('/').pop()!;
    const range = /bytes=(\d+)-(\d+)/.exec(new Headers(init?.headers).get('range') ?? '');
    requests.push(`${name} ${range?.[1]}-${range?.[2]}`);
    const bytes = files().get(name);
    if (bytes === undefined) return new Response(null, { status: 404 });
    if (!hasRanges || range === null) return new Response(bytes.slice());
    const part = bytes.slice(Number(range[1]), Number(range[2]) + 1);
    const headers = { 'content-range': `bytes ${range[1]}-${Number(range[1]) + part.length - 1}/${bytes.length}` };
    return new Response(part, { status: 206, headers });
  };
  return { requests, fetch: answer as typeof globalThis.fetch };
}

describe('httpDirectory', () => {
  it.each([true, false])('reads a library as its own directory does (ranges: %s)', async (hasRanges) => {
    const directory = await library(900);
    const { fetch, requests } = server(() => directory.files(), hasRanges);
    const remote = await openLibrary(httpDirectory('https://example.org/lib', { fetch, blockBytes: 4096 }), options);
    const local = await openLibrary(directory, options);
    const query = {
      kind: 'dense',
      space: 's',
      fingerprint: plainFingerprint('s', 'document'),
      vec: new Float32Array(8).fill(1),
    } as const;
    const [theirs, ours] = [remote.snapshot(), local.snapshot()];
    expect(await theirs.part('part').search(query, 9)).toEqual(await ours.part('part').search(query, 9));
    expect(await theirs.get('d77')).toEqual(await ours.get('d77'));
    expect(await theirs.ids({ filter: { op: 'range', column: 'n', lt: 5 } })).toEqual(['d0', 'd1', 'd2', 'd3', 'd4']);
    const before = requests.length;
    expect(await theirs.get('d77')).toEqual(await ours.get('d77'));
    expect(requests.length, 'cached blocks are not asked for again').toBe(before);
    await expect(remote.writer()).rejects.toMatchObject({ code: 'READ_ONLY' });
  });

  it('sees a new commit by refresh, and follows a writer that removed files under it', async () => {
    const directory = await library(50);
    const { fetch } = server(() => directory.files(), true);
    const remote = await openLibrary(httpDirectory('https://example.org/lib/', { fetch }), options);
    expect(await remote.refresh()).toBe(false);
    const writer = await (await openLibrary(directory, options)).writer();
    await writer.delete('d3');
    await writer.mergeAll();
    await writer.commit();
    expect(await remote.refresh()).toBe(true);
    expect(remote.snapshot().size).toBe(49);
  });

  it('reads a library that was made again, whose files have the names of the old ones', async () => {
    let directory = await library(900);
    const { fetch } = server(() => directory.files(), true);
    const remote = await openLibrary(httpDirectory('https://example.org/lib', { fetch, blockBytes: 4096 }), options);
    expect((await remote.snapshot().get('d77'))?.columns).toEqual({ n: 77 });
    directory = await library(800);
    expect(await remote.refresh()).toBe(true);
    expect(remote.snapshot().size).toBe(800);
    expect((await remote.snapshot().get('d799'))?.columns).toEqual({ n: 799 });
  });

  it('turns what a server does wrong into errors with the address', async () => {
    const at = (fetch: typeof globalThis.fetch) => httpDirectory('https://example.org/lib', { fetch }).open('manifest');
    await expect(at(async () => new Response(null, { status: 404 }))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(at(async () => new Response(null, { status: 503 }))).rejects.toThrow(
      /lib\/manifest: the server answered 503/,
    );
    await expect(at(async () => new Response('abc', { status: 206 }))).rejects.toThrow(/asked for/);
    const offline = async () => {
      throw new TypeError('failed to fetch');
    };
    await expect(at(offline)).rejects.toMatchObject({ code: 'STORAGE_FAILED' });
  });
});

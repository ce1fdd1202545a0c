// Codecs: trained once for all segments of a part, kept by the manifest, watched for drift.

import { type DenseRep, plainFingerprint } from '@quire/engine/core';
import { Rng } from '@quire/engine/internals';
import {
  inspectLibrary,
  memoryDirectory,
  openLibrary,
  openSectionFile,
  type PartKind,
  verifyLibrary,
  type Writer,
} from '@quire/engine/storage';
import { describe, expect, it } from 'vitest';
import { readManifest } from '../../src/storage/manifest.ts';
import { indexContract } from '../contract/index-contract.ts';
import { type Calls, encode, type Ranges, scalarCodes } from './scalar-codes.ts';

const space = 'test/codes/6';
const dim = 6;

function vector(seed: number, spread = 1): DenseRep {
  const rng = new Rng(seed);
  const vec = Float32Array.from({ length: dim }, () => spread * (rng.below(7) - 3));
  return { kind: 'dense', space, fingerprint: plainFingerprint(space, 'document'), vec };
}

indexContract('scalar codes with a trained codec', () => scalarCodes(space, dim), {
  document: (i) => (i % 17 === 16 ? undefined : vector(i)),
  queries: [vector(100001), vector(100002), vector(100003)],
  bad: { ...vector(1), vec: new Float32Array(dim + 1) },
  skip: [
    {
      reason: 'a rebuild trains its codec on other documents, so its codes differ',
      cases: ['add', 'delete', 'replace', 'merge', 'model', 'statistics', 'builds', 'refuses'],
    },
  ],
});

type Parts = { readonly codes: PartKind<'dense', 'dense', Ranges> };
const schema = { fields: {}, columns: {} };

async function made(calls: Calls = { trained: 0, opened: [] }, autoMerge = false) {
  const directory = memoryDirectory();
  const open = () =>
    openLibrary<Parts>(directory, { schema, parts: { codes: scalarCodes(space, dim, calls) }, autoMerge });
  const library = await open();
  const writer = await library.writer();
  await fill(writer, 0, 100);
  await fill(writer, 100, 200);
  await fill(writer, 200, 300);
  return { directory, library, writer, open, calls };
}

async function fill(writer: Writer<Parts>, from: number, to: number, spread = 1): Promise<void> {
  for (let i = from; i < to; i++) await writer.add({ id: `d${i}`, fields: {} }, { codes: vector(i, spread) });
  await writer.commit();
}

const codecFiles = async (directory: { list(): Promise<readonly string[]> }) =>
  (await directory.list()).filter((name) => name.endsWith('.codec'));

describe('a codec', () => {
  it('is trained on the first documents where its part was built in an empty library', async () => {
    const directory = memoryDirectory();
    const library = await openLibrary<Partial<Parts>>(directory, { schema, parts: {} });
    const writer = await library.writer();
    const calls: Calls = { trained: 0, opened: [] };
    await writer.buildPart('codes', scalarCodes(space, dim, calls), async () => []);
    await writer.commit();
    expect(calls.trained).toBe(0);
    for (let i = 0; i < 50; i++) await writer.add({ id: `d${i}`, fields: {} }, { codes: vector(i) });
    await writer.commit();
    expect(calls.trained).toBe(1);
    const { drift } = (await inspectLibrary(directory))!;
    expect(drift.codes).toMatchObject({ trained: { documents: 50 }, advice: undefined });
    await library.close();
  });

  it('is trained once and is the same in every segment, after a flush, a merge and a new start', async () => {
    const { directory, library, writer, open, calls } = await made();
    expect(calls.trained).toBe(1);
    expect(await codecFiles(directory)).toEqual(['00000001.codes.codec']);
    await writer.mergeAll();
    await writer.commit();
    await fill(writer, 300, 330);
    await library.close();
    const again = await open();
    expect(calls.trained).toBe(1);
    expect(calls.opened.length).toBeGreaterThanOrEqual(7);
    for (const codec of calls.opened) expect(codec).toEqual(calls.opened[0]);
    const next = await again.writer(); // its garbage collection keeps the file
    await fill(next, 330, 340);
    expect(calls.trained).toBe(1);
    expect(await codecFiles(directory)).toEqual(['00000001.codes.codec']);
    expect((await verifyLibrary(directory, { deep: true })).problems).toEqual([]);
    await again.close();
  });

  it('stays when everything since the last commit is forgotten, and goes with a first commit that never came', async () => {
    const calls = { trained: 0, opened: [] };
    const { library, writer } = await made(calls);
    await writer.add({ id: 'later', fields: {} }, { codes: vector(1) });
    await writer.abort();
    await fill(writer, 400, 410);
    expect(calls.trained).toBe(1);
    await library.close();
    const directory = memoryDirectory();
    const fresh = await openLibrary<Parts>(directory, { schema, parts: { codes: scalarCodes(space, dim) } });
    const first = await fresh.writer();
    await first.add({ id: 'a', fields: {} }, { codes: vector(1) });
    await first.mergeAll(); // writes the segment
    expect(await codecFiles(directory)).toHaveLength(1);
    await first.abort();
    expect(await codecFiles(directory)).toEqual([]);
    await fill(first, 0, 10);
    expect(await codecFiles(directory)).toHaveLength(1);
    await fresh.close();
  });

  it('lets a merge copy codes: the bytes equal the codes of the kept documents', async () => {
    const { directory, library, writer, calls } = await made();
    for (let i = 0; i < 300; i += 3) await writer.delete(`d${i}`);
    await writer.mergeAll();
    await writer.commit();
    const [codec] = calls.opened;
    const ids = await library.snapshot().ids();
    const expected = ids.flatMap((id) => [...encode(codec!, vector(Number(id.slice(1))).vec)]);
    const { parts } = (await readManifest(directory))!.segments[0]!;
    const sections = await openSectionFile(directory, parts.codes!);
    expect([...(await sections.readAll('codes'))]).toEqual(expected);
    await sections.close();
    await library.close();
  });

  it('makes the check report, and the library refuse to open, when its file is gone or damaged', async () => {
    const { directory, library, open } = await made();
    await library.close();
    const [name] = await codecFiles(directory);
    const bytes = directory.files().get(name!)!;
    bytes[20]! ^= 1;
    const damaged = await verifyLibrary(directory, { deep: true });
    expect(damaged.problems.map(({ file }) => file)).toEqual([name]);
    await expect(open()).rejects.toMatchObject({ code: 'CORRUPT', message: expect.stringContaining(name!) });
    await directory.remove(name!);
    const missing = await verifyLibrary(directory);
    expect(missing.problems.map(({ file }) => file)).toEqual([name]);
    await expect(open()).rejects.toMatchObject({ code: 'CORRUPT', message: expect.stringContaining(name!) });
  });

  it('drifts when later documents differ, which the check reports until the part is built again', async () => {
    const { directory, library, writer, calls } = await made();
    const fits = (await inspectLibrary(directory))!.drift.codes!;
    expect(fits.trained.documents).toBe(100);
    expect(fits.added.documents).toBe(200);
    expect(fits.advice).toBeUndefined();
    await fill(writer, 300, 700, 3); // three times as far from the origin
    const { ratio, advice, added } = (await inspectLibrary(directory))!.drift.codes!;
    expect(added.documents).toBe(600);
    expect(ratio).toBeGreaterThan(1.25);
    expect(advice).toMatch(/^The codec of part codes has .* times the error on 600 later documents/);
    expect((await verifyLibrary(directory)).advice).toEqual([advice]);
    const kind = scalarCodes(space, dim, calls);
    const encodeIds = async (ids: readonly string[]) =>
      ids.map((id) => vector(Number(id.slice(1)), Number(id.slice(1)) < 300 ? 1 : 3));
    await writer.buildPart('codes', kind, encodeIds);
    await writer.commit();
    expect(calls.trained).toBe(2);
    expect(await codecFiles(directory)).toHaveLength(1);
    const again = (await inspectLibrary(directory))!.drift.codes!;
    expect(again.trained.documents).toBe(500); // the kind's sample
    expect(again).toMatchObject({ added: { documents: 0 }, ratio: undefined, advice: undefined });
    expect((await verifyLibrary(directory, { deep: true })).problems).toEqual([]);
    await library.close();
  });

  it('is read by other readers of the library when a rebuild has replaced it', async () => {
    const { library, writer, open, calls } = await made();
    const other = await open();
    const before = other.snapshot();
    await fill(writer, 300, 400, 3);
    await writer.buildPart('codes', scalarCodes(space, dim, calls), async (ids) =>
      ids.map((id) => vector(Number(id.slice(1)), Number(id.slice(1)) < 300 ? 1 : 3)),
    );
    await writer.commit();
    expect(await other.refresh()).toBe(true);
    const query = vector(5);
    const answers = await library.snapshot().part('codes').search(query, 400);
    expect(await other.snapshot().part('codes').search(query, 400)).toEqual(answers);
    expect(await before.part('codes').search(query, 400)).not.toEqual(answers); // the old codes with the old codec
    before.release();
    await other.close();
    await library.close();
  });

  it('is refused where the part was made with another one', async () => {
    const { directory, library } = await made();
    await library.close();
    const kind = scalarCodes(space, dim);
    const other = { ...kind, codec: { ...kind.codec!, version: 7 } };
    for (const [parts, message] of [
      [{ codes: other }, /not test-ranges of version 7/],
      [{ codes: { ...kind, codec: undefined } }, /not none/],
    ] as const) {
      const opening = openLibrary(directory, { schema, parts });
      await expect(opening).rejects.toMatchObject({ code: 'SCHEMA_MISMATCH', message: expect.stringMatching(message) });
    }
  });
});

describe('buildPart', () => {
  it('streams: a batch is encoded when the one before it has been written', async () => {
    const { library, writer } = await made();
    const kind = scalarCodes(space, dim);
    let encoded = 0;
    let written = 0;
    let held = 0;
    const watching: typeof kind = {
      ...kind,
      codec: undefined,
      write: async ({ size, reps }, out) => {
        const sink = await out.section('codes');
        for await (const _rep of reps) {
          held = Math.max(held, encoded - written);
          written++;
        }
        await sink.append(new Uint8Array(size));
        await sink.close();
      },
      open: async () =>
        kind.open(await emptySections(), { codec: { low: new Float32Array(0), high: new Float32Array(0) } }),
    };
    await writer.mergeAll();
    await fill(writer, 300, 1000);
    await writer.mergeAll();
    await writer.buildPart('second', watching, async (ids) => {
      encoded += ids.length;
      return ids.map((id) => vector(Number(id.slice(1))));
    });
    expect([encoded, written]).toEqual([1000, 1000]);
    expect(held).toBeLessThanOrEqual(256);
    await writer.abort();
    await library.close();
  });
});

async function emptySections() {
  const empty = new Uint8Array(0);
  return { has: () => true, size: () => 0, read: async () => empty, readAll: async () => empty };
}

// Forged files: random bytes of a section are changed and every checksum is recomputed, as an attacker can do. Every
// operation (open, search, merge, commit) then answers or throws CORRUPT (UNSUPPORTED_FORMAT for a changed version). There
// is no other error, no hang (the timeout of the test) and no unbounded memory (sizes in a file are checked before memory
// is allocated).
import { plainFingerprint } from '@quire/engine/core';
import { describe, expect, it } from 'vitest';
import { EngineError } from '../../src/core/errors.ts';
import { Rng } from '../../src/core/rng.ts';
import type { LexicalQuery } from '../../src/core/types.ts';
import { binary } from '../../src/indexes/binary/binary.ts';
import { flat } from '../../src/indexes/flat/flat.ts';
import { inverted } from '../../src/indexes/inverted/inverted.ts';
import { ivf } from '../../src/indexes/ivf/ivf.ts';
import { Heap } from '../../src/kernels/index.ts';
import { openLibrary } from '../../src/storage/library.ts';
import { encodeManifest, readManifest } from '../../src/storage/manifest.ts';
import type { Manifest } from '../../src/storage/manifest-shape.ts';
import { type MemoryDirectory, memoryDirectory } from '../../src/storage/memory.ts';
import type { FileInfo } from '../../src/storage/section-layout.ts';
import { createSectionFile, openSectionFile } from '../../src/storage/sections.ts';
import { count, seed } from '../support/env.ts';
import { document, query } from '../support/inverted.ts';

/** A changed version number reads as a later format. */
const REFUSALS: ReadonlySet<string> = new Set(['CORRUPT', 'UNSUPPORTED_FORMAT']);
const space = 'forged';
const dim = 8;
const schema = {
  fields: { text: { stored: true } },
  columns: { one: 'keyword', many: 'keywords', number: 'number', flag: 'boolean' },
} as const;
const partsOn = (heap: Heap) => ({
  terms: inverted({ space: 'test-words', fields: { body: 1, title: 2 }, heap }),
  plain: inverted({ space: 'test-words', fields: { body: 1 }, kernels: 'none' }),
  flat: flat({ space, dim, heap }),
  binary: binary({ space, dim, heap, rescore: 5 }),
  ivf: ivf({ space, dim, heap, rescore: 5, probes: 2 }),
  codes: binary({ space, dim, heap, vectors: 'none' }),
});
const term = (text: string): LexicalQuery => ({ type: 'term', term: text });
const QUERIES: readonly LexicalQuery[] = [
  term('w0'),
  { type: 'or', clauses: ['w1', 'w2', 'w30'].map(term) },
  { type: 'and', clauses: ['w1', 'w2'].map(term) },
  { type: 'phrase', terms: ['w0', 'w1'] },
  { type: 'prefix', prefix: 'w1' },
  { type: 'fuzzy', term: 'w11', distance: 1 },
];

async function makeLibrary(rng: Rng): Promise<MemoryDirectory> {
  const directory = memoryDirectory();
  const library = await openLibrary(directory, { schema, parts: partsOn(new Heap()), autoMerge: false });
  const writer = await library.writer();
  const words = () =>
    Array.from({ length: 5 + rng.below(20) }, () => `w${Math.floor(60 * rng.float() ** 2)}`).join(' ');
  for (const base of [0, 1000]) {
    for (let i = 0; i < 200; i++) {
      const columns = { one: `k${rng.below(9)}`, many: [`a${rng.below(5)}`, 'b'], number: i, flag: i % 2 === 0 };
      const dense = i % 5 === 0 ? {} : { flat: vector(rng), binary: vector(rng), ivf: vector(rng), codes: vector(rng) };
      const terms = { terms: document({ body: words(), title: words() }), plain: document({ body: words() }) };
      await writer.add({ id: `d${base + i}`, fields: { text: words() }, columns }, { ...terms, ...dense });
    }
    (await writer.commit()).release();
  }
  for (let i = 0; i < 40; i++) await writer.delete(`d${i}`);
  (await writer.commit()).release();
  await library.close();
  return directory;
}

function vector(rng: Rng) {
  return {
    kind: 'dense',
    space,
    fingerprint: plainFingerprint(space, 'document'),
    vec: Float32Array.from({ length: dim }, () => rng.float() - 0.5),
  } as const;
}

/** Changes a few bytes of one section, or cuts its end off. */
function damage(bytes: Uint8Array, rng: Rng): Uint8Array {
  const how = rng.below(4);
  for (let n = 1 + rng.below(3); n > 0; n--) {
    const at = rng.below(rng.below(5) === 0 ? Math.min(bytes.length, 32) : bytes.length);
    if (how === 0) bytes[at] = rng.below(256);
    else if (how === 1) bytes[at] = 0xff;
    else if (how === 2) bytes.fill(0xff, at, at + 4);
    else bytes.fill(0, at, at + 8);
  }
  return rng.below(8) === 0 ? bytes.slice(0, rng.below(bytes.length)) : bytes;
}

/** A copy of the directory with one forged section; checksums and manifest agree with it. */
async function forge(directory: MemoryDirectory, manifest: Manifest, rng: Rng) {
  const segment = rng.pick(manifest.segments);
  const victim = rng.pick([
    segment.documents,
    ...Object.values(segment.parts),
    ...Object.values(manifest.codecs),
    ...(segment.deletes ? [segment.deletes] : []),
  ]);
  const from = await openSectionFile(directory, victim);
  const section = rng.pick(from.names().filter((name) => from.size(name) > 0));
  const files = new Map(directory.files());
  files.delete(victim.file);
  const forged = memoryDirectory(files);
  const to = await createSectionFile(forged, victim.file);
  for (const name of from.names()) {
    const bytes = (await from.readAll(name)).slice();
    const sink = await to.section(name);
    await sink.append(name === section ? damage(bytes, rng) : bytes);
    await sink.close();
  }
  const info = await to.finish();
  const renewed = <F extends FileInfo>(file: F): F => (file.file === victim.file ? { ...file, ...info } : file);
  const segments = manifest.segments.map((s) => ({
    ...s,
    documents: renewed(s.documents),
    ...(s.deletes && { deletes: renewed(s.deletes) }),
    parts: Object.fromEntries(Object.entries(s.parts).map(([name, file]) => [name, renewed(file)])),
  }));
  const codecs = Object.fromEntries(Object.entries(manifest.codecs).map(([name, file]) => [name, renewed(file)]));
  const all = new Map(forged.files());
  all.set('manifest', encodeManifest({ ...manifest, segments, codecs }));
  return { directory: memoryDirectory(all), what: `section ${section} of ${victim.file}` };
}

/** Every operation that reads files; each step may fail alone. */
async function use(directory: MemoryDirectory, rng: Rng, attempt: (f: () => Promise<unknown>) => Promise<void>) {
  const library = await openLibrary(directory, { schema, parts: partsOn(new Heap()), autoMerge: false });
  const snapshot = library.snapshot();
  for (const part of ['terms', 'plain'] as const) {
    for (const tree of QUERIES) {
      for (const exhaustive of [false, true])
        await attempt(() => snapshot.part(part).search(query(tree), 10, { exhaustive }));
    }
  }
  for (const part of ['flat', 'binary', 'ivf', 'codes'] as const) {
    await attempt(() => snapshot.part(part).search(vector(rng), 10));
    const filter = { op: 'is', column: 'flag', value: true } as const;
    await attempt(() => snapshot.part(part).search(vector(rng), 10, { filter, exhaustive: true }));
  }
  for (let i = 0; i < 5; i++) await attempt(() => snapshot.get(`d${rng.below(2) * 1000 + i * 20}`));
  for (const column of ['one', 'many', 'number', 'flag']) await attempt(() => snapshot.facet(column));
  await attempt(() => snapshot.sorted('number', { limit: 5 }));
  snapshot.release();
  await attempt(async () => {
    const writer = await library.writer();
    try {
      await writer.mergeAll();
      (await writer.commit()).release();
    } finally {
      await writer.close();
    }
  });
  await library.close();
}

describe('forged files with valid checksums', () => {
  it('give an answer or CORRUPT in every operation', async () => {
    const rng = new Rng(seed('forged files'));
    const directory = await makeLibrary(rng);
    const manifest = await readManifest(directory);
    if (manifest === undefined) throw new Error('the library has no manifest');
    const outcomes = { answered: 0, refused: 0 };
    for (let round = 0; round < count(40, 2_000); round++) {
      const forged = await forge(directory, manifest, rng);
      const attempt = async (step: () => Promise<unknown>) => {
        try {
          await step();
          outcomes.answered++;
        } catch (error) {
          if (!(error instanceof EngineError) || !REFUSALS.has(error.code)) {
            throw new Error(`round ${round}, ${forged.what}: not refused but ${String(error)}`, { cause: error });
          }
          outcomes.refused++;
        }
      };
      await attempt(() => use(forged.directory, rng, attempt));
    }
    console.log(`forged files: ${JSON.stringify(outcomes)}`);
    expect(outcomes.answered).toBeGreaterThan(0);
    expect(outcomes.refused).toBeGreaterThan(0);
  }, 600_000);
});

// The search order on real queries: each line of the JSON lines files beside this one is a case with its reason. The small
// library is invented; over files outside the repository only ids are kept here.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isLong } from '../../../engine/test/support/env.ts';
import { paperFile, whenShared } from '../../../engine/test/support/shared.node.ts';
import { unless } from '../../../engine/test/support/skip.ts';
import { type OpenLibrary, openLibraryIn } from '../../src/services/index.ts';
import { inFolder } from '../papers.ts';
import { type Case, casesIn, check } from './case.ts';

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** A library of `files` for the tests of the calling group. */
function libraryFrom(files: readonly string[], timeoutMs: number): () => OpenLibrary {
  let library: OpenLibrary;
  let end: () => void;
  let done: Promise<unknown>;
  beforeAll(async () => {
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    await new Promise<void>((ready, failed) => {
      done = inFolder(async (folder) => {
        mkdirSync(join(folder, 'data'));
        library = await openLibraryIn(join(folder, 'data'), { create: true });
        await library.ingest.importFiles(files);
        ready();
        await ended;
        await library.close();
      }).catch(failed);
    });
  }, timeoutMs);
  afterAll(async () => {
    end();
    await done;
  }, timeoutMs);
  return () => library;
}

function run(cases: readonly Case[], library: () => OpenLibrary): void {
  it.each(cases.map((one) => [one.why, one.query, one] as const))('%s (%j)', async (_why, _query, one) => {
    await check(library().services, one);
  });
}

describe('the small library', () => {
  run(casesIn('cases.jsonl'), libraryFrom([here('library.jsonl'), here('library-shuffled.jsonl')], 120_000));

  it('has a sentence for every case, and each case once', () => {
    const all = ['cases.jsonl', 'hf-daily.jsonl', 'acl-anthology.jsonl'].flatMap(casesIn);
    expect(all.length).toBeGreaterThanOrEqual(120);
    for (const { why } of all) expect(why).toMatch(/^\S.{10,}\.$/);
    const keys = all.map(({ query, why, options }) => JSON.stringify([query, why, options]));
    expect(new Set(keys).size).toBe(keys.length);
  });
});

for (const name of ['hf-daily', 'acl-anthology']) {
  const file = paperFile(`${name}.jsonl.gz`);
  const isTooLong = name === 'acl-anthology' && !isLong; // 54,106 papers
  const group = isTooLong ? unless('a long run alone takes in so many papers') : whenShared(file);
  group.describe(name, () => {
    run(casesIn(`${name}.jsonl`), libraryFrom([file], 900_000));
  });
}

// Importing: a second import changes nothing, a stop loses nothing, a rejected row is reported and stops nothing.
import { appendFileSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { count, seed } from '../../../engine/test/support/env.ts';
import { inFolder, PAPERS, type Row, writeRows } from '../../test/papers.ts';
import { openLibraryIn } from '../services/library-open.ts';
import { readRow, readRows } from '../sources/index.ts';
import { checkStore, Store } from '../store/index.ts';
import { findUnreadable, type ImportEvent, importFiles } from './import-files.ts';

const many = (n: number): readonly Row[] =>
  Array.from({ length: n }, (_, i) => ({
    id: `m/${i}`,
    title: `Paper number ${i}`,
    authors: ['Ada Example'],
    abstract: 'Words.',
  }));

/** 3,000 rows, packed, the last tenth of the bytes missing. */
function writeCutGzip(path: string): string {
  const noise = (i: number) => Math.sin(i).toString().repeat(20); // keeps the packer from packing it all into one block
  const text = many(3_000)
    .map((row, i) => `${JSON.stringify({ ...row, abstract: noise(i) })}\n`)
    .join('');
  const bytes = gzipSync(text);
  writeFileSync(path, bytes.subarray(0, Math.floor(bytes.length * 0.9)));
  return path;
}

/** Opens a store in a folder of its own. */
const inStore = <T>(use: (store: Store, folder: string) => T | Promise<T>): Promise<T> =>
  inFolder(async (folder) => {
    const store = await Store.open(join(folder, 'data'));
    try {
      return await use(store, folder);
    } finally {
      await store.close();
    }
  });

describe('importFiles', () => {
  it('gives the same store for a plain file, a gzip file and several gzip members', async () => {
    const plain = await inStore(async (store, folder) => {
      await importFiles(store, [writeRows(join(folder, 'p.jsonl'), PAPERS)]);
      return store.works(await store.keysAfter('', 100));
    });
    for (const pack of [
      gzipSync,
      (text: string) => Buffer.concat(text.split(/(?<=\n)/).map((line) => gzipSync(line))),
    ]) {
      await inStore(async (store, folder) => {
        const path = writeRows(join(folder, 'p.jsonl'), PAPERS);
        writeFileSync(`${path}.gz`, pack(readFileSync(path, 'utf8')));
        expect((await importFiles(store, [`${path}.gz`])).added).toBe(PAPERS.length);
        expect(await store.works(await store.keysAfter('', 100))).toEqual(plain);
      });
    }
  });

  it('changes nothing the second time, under another name or read again', async () => {
    await inStore(async (store, folder) => {
      const path = writeRows(join(folder, 'p.jsonl'), PAPERS);
      await importFiles(store, [path]);
      const before = [await store.lastChange(), await store.works(await store.keysAfter('', 100))];
      const copy = join(folder, 'other', '..', 'copy.jsonl');
      copyFileSync(path, copy);
      const events: ImportEvent[] = [];
      const onEvent = (event: ImportEvent) => events.push(event);
      expect((await importFiles(store, [path, copy], { source: 'p', onEvent })).added).toBe(0);
      expect(events.map(({ kind }) => kind)).toEqual(['known', 'known']);
      expect(await importFiles(store, [path], { again: true })).toMatchObject({
        unchanged: PAPERS.length,
        added: 0,
        works: 0,
      });
      expect([await store.lastChange(), await store.works(await store.keysAfter('', 100))]).toEqual(before);
    });
  });

  it.each(['\0', 'a\0b', '\ud800', 'a\udc00b\u0007', '\u001b[2J', 'a\nb', '\u202e', 'の'])(
    'reads back what it stored of source %j',
    async (source) => {
      await inStore(async (store, folder) => {
        const path = writeRows(join(folder, 'p.jsonl'), PAPERS);
        const kinds: string[] = [];
        const onEvent = ({ kind }: ImportEvent) => kinds.push(kind);
        await importFiles(store, [path], { source });
        expect(await importFiles(store, [path], { source, again: true })).toMatchObject({ unchanged: PAPERS.length });
        await importFiles(store, [path], { source, onEvent });
        expect(kinds).toEqual(['known']);
        expect((await checkStore(store)).problems).toEqual([]);
      });
    },
  );

  it.skipIf(process.platform !== 'linux')(
    'says in words that a file cannot be read (Linux: one that is all gaps)',
    async () => {
      await inStore(async (store) => {
        expect((await importFiles(store, ['/proc/self/mem'])).failed).toMatchObject([
          { line: 0, code: 'STORAGE_FAILED', message: expect.stringContaining('Cannot read /proc/self/mem') },
        ]);
      });
    },
  );

  it('is not complete when it was stopped after the last row, because search cannot find it yet', async () => {
    await inFolder(async (folder) => {
      const path = writeRows(join(folder, 'p.jsonl'), PAPERS);
      const library = await openLibraryIn(join(folder, 'data'), { create: true });
      const stop = new AbortController();
      const onEvent = (event: { readonly kind: string }) => event.kind === 'file' && stop.abort();
      await expect(library.ingest.importFiles([path], { signal: stop.signal, onEvent })).rejects.toMatchObject({
        code: 'CANCELLED',
      });
      await library.ingest.importFiles([path]);
      expect(library.index.contained()).toBe(await library.store.lastChange());
      await library.close();
    });
  });

  it('takes only what is new of a file that grew', async () => {
    await inStore(async (store, folder) => {
      const path = writeRows(join(folder, 'p.jsonl'), many(5));
      await importFiles(store, [path]);
      appendFileSync(path, `${JSON.stringify({ id: 'new', title: 'One more' })}\n`);
      expect(await importFiles(store, [path])).toMatchObject({ added: 1, unchanged: 5 });
    });
  });

  it('goes on after a stop where the last batch ended', async () => {
    await inStore(async (store, folder) => {
      const path = writeRows(join(folder, 'p.jsonl'), many(4_500));
      const stop = new AbortController();
      const onEvent = (event: ImportEvent) => event.kind === 'progress' && event.line >= 2_000 && stop.abort();
      await expect(importFiles(store, [path], { signal: stop.signal, onEvent })).rejects.toMatchObject({
        code: 'CANCELLED',
      });
      const kept = await store.countWorks();
      expect(kept).toBe(2_000);
      expect(await importFiles(store, [path])).toMatchObject({ added: 4_500 - kept, unchanged: 0 });
      expect(await store.countWorks()).toBe(4_500);
    });
  });

  it('reports file, line and reason of a rejected row and takes the others', async () => {
    await inStore(async (store, folder) => {
      const path = writeRows(join(folder, 'p.jsonl'), [
        { title: 'Good' },
        '{"title": "cut',
        '',
        '[]',
        '{"abstract":"no title"}',
        '{"title":"T","published":"2025-02-30"}',
        { title: 'Also good' },
      ]); // prettier-ignore
      appendFileSync(path, Buffer.concat([Buffer.from('{"title":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}\n')]));
      const rejected: string[] = [];
      const onEvent = (event: ImportEvent) => {
        if (event.kind === 'rejected') rejected.push(`${event.file === path}:${event.line}:${event.reason}`);
      };
      expect(await importFiles(store, [path], { onEvent })).toMatchObject({ added: 2, rejected: 5 });
      expect(rejected.map((text) => text.slice(0, 24))).toEqual([
        'true:2:not JSON: Untermi',
        'true:4:the row is not a ',
        'true:5:the row has no ti',
        'true:6:"published" is no',
        'true:8:the line is not v',
      ]); // prettier-ignore
    });
  });

  it('keeps what a damaged gzip file held before the damage, names the place and goes on with the next file', async () => {
    await inStore(async (store, folder) => {
      const cut = writeCutGzip(join(folder, 'cut.jsonl.gz'));
      const next = writeRows(join(folder, 'next.jsonl'), PAPERS);
      const events: ImportEvent[] = [];
      const report = await importFiles(store, [cut, next], { onEvent: (event) => events.push(event) });
      const [failed] = report.failed;
      expect(failed).toMatchObject({
        file: cut,
        code: 'PARSE_FAILED',
        message: expect.stringMatching(/past line \d+/),
        hint: expect.any(String),
      });
      expect(failed?.line).toBeGreaterThan(1_000);
      expect(report).toMatchObject({ files: 2, added: (failed?.line ?? 0) + PAPERS.length });
      expect(await store.countRecords()).toEqual([
        { source: 'cut', records: failed?.line },
        { source: 'next', records: PAPERS.length },
      ]);
      expect(events).toContainEqual({ kind: 'unreadable', ...failed });
      expect(events.at(-1)).toMatchObject({ kind: 'file', file: next });
      // Given again it is still not done, and nothing is read twice.
      expect(await importFiles(store, [cut])).toMatchObject({
        added: 0,
        unchanged: 0,
        failed: [{ line: failed?.line }],
      });
    });
  });

  it('says which file is missing or no file, and reads the others', async () => {
    await inStore(async (store, folder) => {
      const good = writeRows(join(folder, 'good.jsonl'), PAPERS);
      expect(await importFiles(store, [join(folder, 'none'), folder, good])).toMatchObject({
        files: 3,
        added: PAPERS.length,
        failed: [
          { file: join(folder, 'none'), line: 0, code: 'NOT_FOUND' },
          { file: folder, line: 0, code: 'INVALID_ARGUMENT' },
        ],
      });
    });
  });

  it('takes a gzip file with trailing bytes as read, and reports them like a rejected row', async () => {
    await inStore(async (store, folder) => {
      const path = join(folder, 'p.jsonl.gz');
      writeFileSync(
        path,
        Buffer.concat([
          gzipSync(
            many(3)
              .map((row) => `${JSON.stringify(row)}\n`)
              .join(''),
          ),
          Buffer.from('???'),
        ]),
      );
      const events: ImportEvent[] = [];
      const report = await importFiles(store, [path], { onEvent: (event) => events.push(event) });
      expect(report).toMatchObject({ added: 3, rejected: 1, failed: [] });
      expect(events).toContainEqual({
        kind: 'rejected',
        file: path,
        line: 4,
        reason: 'the 3 bytes behind the compressed data are not gzip and were not read',
      });
      await importFiles(store, [path], { onEvent: (event) => events.push(event) });
      expect(events.at(-1)).toMatchObject({ kind: 'known' });
    });
  });

  it('shows progress in a file of blank lines, keeps it, and goes on from there after a stop', async () => {
    await inStore(async (store, folder) => {
      const path = join(folder, 'blank.jsonl.gz');
      const blank = 40 << 20;
      writeFileSync(path, Buffer.concat([gzipSync(Buffer.alloc(blank, 10)), gzipSync('{"title":"After all"}\n')]));
      const stop = new AbortController();
      const lines: number[] = [];
      const onEvent = (event: ImportEvent) => {
        if (event.kind !== 'progress') return;
        lines.push(event.line);
        if (lines.length === 2) stop.abort();
      };
      await expect(importFiles(store, [path], { onEvent, signal: stop.signal })).rejects.toMatchObject({
        code: 'CANCELLED',
      });
      expect(lines).toHaveLength(2);
      const report = await importFiles(store, [path], { onEvent });
      expect(report).toMatchObject({ added: 1, failed: [] });
      expect(lines).toEqual([...lines].sort((a, b) => a - b));
      expect(lines.length).toBeGreaterThan(4);
      expect(lines.at(-1)).toBe(blank + 1);
    });
  });

  it('keeps few rows in memory when rows are long', async () => {
    await inStore(async (store, folder) => {
      const long = { abstract: 'x'.repeat(90_000) };
      const path = writeRows(
        join(folder, 'p.jsonl'),
        many(300).map((row) => ({ ...row, ...long })),
      );
      const lines: number[] = [];
      const onEvent = (event: ImportEvent) => event.kind === 'progress' && lines.push(event.line);
      expect((await importFiles(store, [path], { onEvent })).added).toBe(300);
      expect(lines.length).toBeGreaterThanOrEqual(3); // 27 MB in transactions of about 8 MiB
    });
  });

  it('rejects dates by the clock that it is given', async () => {
    await inStore(async (store, folder) => {
      const path = writeRows(join(folder, 'p.jsonl'), [{ title: 'Tomorrow', published: '2030-01-02' }]);
      const at = (day: string) => ({ now: () => Date.parse(`${day}T12:00:00Z`) });
      expect(await importFiles(store, [path], at('2029-12-30'))).toMatchObject({ added: 0, rejected: 1 });
      expect(await importFiles(store, [path], { ...at('2029-12-31'), again: true })).toMatchObject({ added: 1 });
    });
  });

  it('tells unreadable files apart without reading them', async () => {
    await inFolder(async (folder) => {
      const good = writeRows(join(folder, 'good.jsonl'), PAPERS);
      expect(await findUnreadable([good, join(folder, 'none'), folder])).toMatchObject([
        { file: join(folder, 'none'), line: 0, code: 'NOT_FOUND' },
        { file: folder, line: 0, code: 'INVALID_ARGUMENT' },
      ]);
    });
  });

  it('ends at once when the store fails: that is no trouble of a file', async () => {
    await inStore(async (store, folder) => {
      const path = writeRows(join(folder, 'p.jsonl'), PAPERS);
      await store.database.exec('PRAGMA query_only = 1');
      await expect(importFiles(store, [path, path])).rejects.toMatchObject({ code: 'READ_ONLY' });
    });
  });

  it('holds no more than a line however long the lines are', async () => {
    await inStore(async (store, folder) => {
      const path = join(folder, 'long.jsonl');
      writeFileSync(path, `{"title":"${'x'.repeat(9 * 1024 * 1024)}"}\n{"title":"Short"}\n`);
      expect(await importFiles(store, [path])).toMatchObject({ added: 1, rejected: 1 });
    });
  });
});

/** Lines that are rows, nearly rows, or anything. */
const line = fc.oneof(
  fc.json({ maxDepth: 3 }),
  fc.string({ unit: 'binary', maxLength: 60 }).map((text) => text.replace(/\n/g, ' ')),
  fc
    .record(
      {
        id: fc.oneof(fc.string({ unit: 'binary', maxLength: 20 }), fc.constantFrom('2503.00001', 'x/1')),
        title: fc.string({ unit: 'binary', maxLength: 30 }),
        abstract: fc.anything({ maxDepth: 1 }),
        authors: fc.oneof(
          fc.array(fc.string({ unit: 'binary', maxLength: 10 }), { maxLength: 3 }),
          fc.anything({ maxDepth: 1 }),
        ),
        published: fc.oneof(fc.constantFrom('2025', '2025-03', '2025-03-18', 2025), fc.anything({ maxDepth: 0 })),
        doi: fc.string({ maxLength: 20 }),
        url: fc.oneof(fc.webUrl(), fc.string({ maxLength: 20 })),
        upvotes: fc.oneof(fc.integer(), fc.double(), fc.string({ maxLength: 3 })),
      },
      { requiredKeys: [] },
    )
    .map((row) => JSON.stringify(row, (_, value) => (typeof value === 'bigint' ? `${value}` : value))),
);

describe('any text as a file of papers', () => {
  it('gives a record or a reason for every line', () => {
    fc.assert(
      fc.property(line, (text) => {
        const row = readRow('fuzz', { number: 1, text });
        if ('reason' in row) expect(row.reason).not.toBe('');
        else expect(row.record.title.length).toBeGreaterThan(0);
      }),
      { seed: seed('lines of JSON'), numRuns: count(2_000, 100_000) },
    );
  });

  it('is imported so that the store is sound and every accepted row is in it', async () => {
    const lines = fc.sample(line, { seed: seed('files of JSON'), numRuns: count(400, 5_000) });
    await inStore(async (store, folder) => {
      const path = writeRows(join(folder, 'fuzz.jsonl'), lines);
      const report = await importFiles(store, [path]);
      let accepted = 0;
      for await (const { rows } of readRows(path)) accepted += rows.filter((row) => 'record' in row).length;
      expect(report.added + report.updated + report.unchanged).toBeGreaterThan(0);
      expect(report.added + report.updated + report.unchanged).toBe(accepted);
      expect((await checkStore(store)).problems).toEqual([]);
    });
  });
});

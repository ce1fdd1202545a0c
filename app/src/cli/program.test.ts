// The command line as a person or a script meets it: help, answers, JSON, errors and exit codes.
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { DatabaseSync } from '@photostructure/sqlite';
import { describe, expect, it } from 'vitest';
import { inFolder, PAPERS, writeRows } from '../../test/papers.ts';
import { loadEncoders, openPaperIndex } from '../library/paper-index.ts';
import { startSite } from '../server/serve.ts';
import { EXIT, type Streams } from './io.ts';
import { run } from './program.ts';

const WAIT = { timeout: 50_000, interval: 20 };

interface Ran {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

/** Runs one command line with captured output. */
async function quire(
  args: readonly string[],
  options: { readonly signal?: AbortSignal; readonly columns?: number } = {},
): Promise<Ran> {
  let [out, err] = ['', ''];
  const streams: Streams = {
    out: async (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    env: {},
    terminal: false,
    columns: options.columns,
    signal: options.signal ?? new AbortController().signal,
  };
  const exit = await run(args, streams);
  return { exit, out, err };
}

const VERBS = ['serve', 'import', 'search', 'show', 'similar', 'list', 'export', 'sample', 'works', 'eval', 'doctor'];

describe('quire --help', () => {
  it('names every verb', async () => {
    const { exit, out } = await quire(['--help']);
    expect(exit).toBe(EXIT.ok);
    for (const verb of VERBS) expect(out).toMatch(new RegExp(`^  ${verb} `, 'm'));
    expect((await quire([])).out).toBe(out);
  });

  it('is also a command, alone and about every verb', async () => {
    const whole = await quire(['--help']);
    for (const args of [['help'], ['help', 'help'], ['help', '--help']]) expect(await quire(args)).toEqual(whole);
    for (const verb of VERBS) expect(await quire(['help', verb])).toEqual(await quire([verb, '--help']));
  });

  it.each([
    [['serch'], 'search'],
    [['serch', '--help'], 'search'],
    [['help', 'serch'], 'search'],
    [['docter', '--deep'], 'doctor'],
  ])('%j is told which verb it may mean', async (args, verb) => {
    const { exit, out, err } = await quire(args);
    expect([exit, out]).toEqual([EXIT.usage, '']);
    expect(err).toMatch(new RegExp(`unknown command '${args.find((word) => /serch|docter/.test(word))}'`));
    expect(err).toContain(`Did you mean ${verb}?`);
    expect(err).toContain('"quire help"');
  });

  it.each(VERBS)('%s has help with examples and exit codes', async (verb) => {
    const { exit, out } = await quire([verb, '--help']);
    expect(exit).toBe(EXIT.ok);
    expect(out).toContain('Examples:');
    expect(out).toMatch(new RegExp(`\\$ quire ${verb}`));
    expect(out).toContain('Exit codes:');
    expect(out).toMatchSnapshot();
  });

  it('agrees with the guide: every verb and exit code stands in docs/cli.md', () => {
    const guide = readFileSync(fileURLToPath(new URL('../../../docs/cli.md', import.meta.url)), 'utf8');
    for (const verb of VERBS) expect(guide).toContain(`## quire ${verb}`);
    for (const code of Object.values(EXIT)) expect(guide).toContain(`| ${code} |`);
  });
});

describe('a library from the command line', () => {
  it('is filled, searched, shown and checked', async () => {
    await inFolder(async (folder) => {
      const dir = ['--data-dir', join(folder, 'data')];
      const file = writeRows(join(folder, 'papers.jsonl'), [...PAPERS, '{broken']);
      const imported = await quire(['import', file, ...dir, '--json']);
      expect(imported.exit).toBe(EXIT.rejected);
      expect(JSON.parse(imported.out)).toMatchObject({ files: 1, added: 12, rejected: 1 });
      expect(imported.err).toContain(`rejected ${file}:13: not JSON`);
      const again = await quire(['import', file, ...dir]);
      expect([again.exit, again.err.includes('read before')]).toEqual([EXIT.ok, true]);

      const found = await quire(['search', 'dense', 'retrieval', ...dir, '--json', '-n', '2']);
      expect(found.exit).toBe(EXIT.ok);
      const page = JSON.parse(found.out) as { hits: { reason: string; work: { key: string } }[] };
      expect(page.hits).toHaveLength(2);
      const rows = (await quire(['search', '2503.00003', ...dir])).out.split('\n');
      expect(rows[0]).toBe('1\t2025-03-17\tid\tarxiv:2503.00003\tDense Retrieval without Tears');
      expect(await quire(['search', 'xyzzyq', ...dir])).toMatchObject({ exit: EXIT.nothing, out: 'Nothing found.\n' });

      expect((await quire(['show', 'conf/7', ...dir])).out).toContain('The same id names: ');
      expect(JSON.parse((await quire(['show', '2503.00001', ...dir, '--json'])).out)).toMatchObject({
        work: { key: 'arxiv:2503.00001' },
      });
      expect((await quire(['show', 'nothing', ...dir])).exit).toBe(EXIT.nothing);
      expect(JSON.parse((await quire(['similar', '2503.00003', ...dir, '--json'])).out)).not.toHaveLength(0);
      expect((await quire(['similar', 'nothing', ...dir])).exit).toBe(EXIT.nothing);
      expect((await quire(['list', ...dir])).out).toMatch(/^2025-03-18: 2 papers\n/);
      expect((await quire(['list', '--day', '1999-01-01', ...dir])).exit).toBe(EXIT.nothing);
      expect(JSON.parse((await quire(['list', '--all', '--json', ...dir])).out)).toHaveLength(11);

      const checked = JSON.parse((await quire(['doctor', '--deep', '--json', ...dir])).out) as {
        findings: { state: string }[];
      };
      expect(checked.findings.map(({ state }) => state)).not.toContain('damaged');
      const before = (await quire(['search', 'dense retrieval', ...dir, '--json'])).out.replace(/"ms":[\d.]+/, '');
      expect((await quire(['doctor', '--rebuild', ...dir])).exit).toBe(EXIT.ok);
      expect((await quire(['search', 'dense retrieval', ...dir, '--json'])).out.replace(/"ms":[\d.]+/, '')).toBe(
        before,
      );
    });
  });

  it('is told damaged, file by file and row by row, and repaired from the store', async () => {
    await inFolder(async (folder) => {
      const data = join(folder, 'data');
      const dir = ['--data-dir', data];
      await quire(['import', writeRows(join(folder, 'papers.jsonl'), PAPERS), ...dir]);
      const part = readdirSync(join(data, 'index')).find((name) => name.endsWith('.terms.part')) ?? '';
      const bytes = readFileSync(join(data, 'index', part));
      const middle = Math.floor(bytes.length / 2);
      bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle);
      writeFileSync(join(data, 'index', part), bytes);
      const damaged = await quire(['doctor', '--deep', ...dir]);
      expect(damaged.exit).toBe(EXIT.damaged);
      expect(damaged.out).toMatch(new RegExp(`damaged\\s+index\\s+${part.replaceAll('.', '\\.')}`));
      expect(damaged.out).toContain('quire doctor --rebuild');
      expect((await quire(['doctor', '--rebuild', '--deep', ...dir])).exit).toBe(EXIT.ok);
      expect((await quire(['search', '2503.00003', ...dir])).exit).toBe(EXIT.ok);
      const store = new DatabaseSync(join(data, 'papers.sqlite'));
      store.exec("UPDATE records SET raw = replace(raw, 'walruses', 'narwhals') WHERE id = 'y'");
      store.close();
      const altered = await quire(['doctor', '--deep', ...dir]);
      expect([altered.exit, /record \d+ \("papers", id "y"\) does not match its checksum/.test(altered.out)]).toEqual([
        EXIT.damaged,
        true,
      ]);
      const shown = await quire(['show', 'y', ...dir]);
      expect([shown.exit, /record \d+ .*checksum/.test(shown.err)]).toEqual([EXIT.damaged, true]);
      const listed = await quire(['list', '--all', ...dir]);
      expect([listed.exit, /damaged: The record/.test(listed.err)]).toEqual([EXIT.damaged, true]);
      const repaired = await quire(['doctor', '--repair', '--deep', '--json', ...dir]);
      expect(repaired.exit).toBe(EXIT.ok);
      const findings = JSON.parse(repaired.out).findings as { name: string; detail: string }[];
      expect(findings.find(({ name }) => name === 'repair')?.detail).toMatch(
        /^11 records copied, .*1 record in quarantine/,
      );
      expect(findings.find(({ name }) => name === 'quarantine')?.detail).toMatch(/"papers", id "y", since .*checksum/);
      expect((await quire(['search', '2503.00003', ...dir])).exit).toBe(EXIT.ok);
    });
  });

  it('keeps the papers of a second import while another process writes the index', async () => {
    await inFolder(async (folder) => {
      const data = join(folder, 'data');
      const dir = ['--data-dir', data];
      await quire(['import', writeRows(join(folder, 'a.jsonl'), PAPERS.slice(0, 2)), ...dir]);
      // Another process: one that holds the lock of the index, as an indexer does while it writes.
      const other = await openPaperIndex(data, loadEncoders());
      const held = await other.writer();
      const second = await quire(['import', writeRows(join(folder, 'b.jsonl'), PAPERS.slice(2)), ...dir]);
      expect([second.exit, second.out.includes('The papers are stored. Another process writes the index')]).toEqual([
        EXIT.ok,
        true,
      ]);
      // A search answers from the newest commit meanwhile, and says what is missing.
      const partly = await quire(['search', 'indexes', ...dir]);
      const note = 'note: 2 of 11 papers are searchable; the index does not contain the rest yet.\n';
      expect([partly.exit, partly.err.endsWith(note)]).toEqual([EXIT.ok, true]);
      await held.close();
      await other.close();
      expect((await quire(['search', 'walruses', ...dir])).exit).toBe(EXIT.ok);
      expect((await quire(['doctor', '--deep', ...dir])).exit).toBe(EXIT.ok);
    });
  });

  it('counts an index whose first commit failed as not made yet', async () => {
    await inFolder(async (folder) => {
      const data = join(folder, 'data');
      const dir = ['--data-dir', data];
      await quire(['import', writeRows(join(folder, 'p.jsonl'), PAPERS), ...dir]);
      for (const name of readdirSync(join(data, 'index'))) {
        if (!name.startsWith('write.lock')) rmSync(join(data, 'index', name));
      }
      const before = await quire(['doctor', ...dir]);
      expect([before.exit, before.out.includes('not made yet')]).toEqual([EXIT.ok, true]);
      expect((await quire(['search', 'walruses', ...dir])).exit).toBe(EXIT.ok);
      expect((await quire(['doctor', ...dir])).out).not.toContain('not made yet');
    });
  });

  it('says of an empty library how papers come in, and of a file without papers what one looks like', async () => {
    await inFolder(async (folder) => {
      const dir = ['--data-dir', join(folder, 'data')];
      const array = writeRows(join(folder, 'array.json'), ['[{"title":"A"}]']);
      const imported = await quire(['import', array, ...dir]);
      expect([imported.exit, imported.err.includes('Quire reads JSON lines')]).toEqual([EXIT.rejected, true]);
      for (const args of [['search', 'a'], ['show', 'a'], ['similar', 'a'], ['list'], ['list', '--all']]) {
        const { exit, err } = await quire([...args, ...dir]);
        expect([args, exit, err.includes('holds no papers yet; "quire import FILE" adds some')]).toEqual([
          args,
          EXIT.nothing,
          true,
        ]);
      }
      expect((await quire(['search', ' ', ...dir])).err).toContain('the query is empty');
    });
  });

  it('lists what fulfils conditions alone, newest first', async () => {
    await inFolder(async (folder) => {
      const dir = ['--data-dir', join(folder, 'data')];
      await quire(['import', writeRows(join(folder, 'p.jsonl'), PAPERS), ...dir]);
      const { exit, out, err } = await quire(['search', 'cat:cs.IR', ...dir]);
      expect([exit, err]).toEqual([EXIT.ok, '']);
      expect(out).toBe(
        '1\t2025-03-18\tcondition\tarxiv:2503.00001\tSmall Indexes for Big Questions\n' +
          '2\t2025-03-17\tcondition\tarxiv:2503.00003\tDense Retrieval without Tears\n',
      );
      expect((await quire(['search', 'cat:cs.IR', ...dir], { columns: 80 })).out).toMatch(
        /2 found in \d+ ms \(newest first\)/,
      );
      expect((await quire(['search', 'year:1999', ...dir])).exit).toBe(EXIT.nothing);
    });
  });

  it('makes no index again under a process that writes it', async () => {
    await inFolder(async (folder) => {
      const data = join(folder, 'data');
      const dir = ['--data-dir', data];
      await quire(['import', writeRows(join(folder, 'p.jsonl'), PAPERS), ...dir]);
      const other = await openPaperIndex(data, loadEncoders());
      const held = await other.writer();
      const files = readdirSync(join(data, 'index'));
      const manifest = files.find((name) => name.startsWith('manifest')) ?? '';
      const whole = readFileSync(join(data, 'index', manifest));
      writeFileSync(join(data, 'index', manifest), whole.subarray(0, 20));
      for (const args of [
        ['search', 'walruses'],
        ['doctor', '--rebuild'],
      ]) {
        const refused = await quire([...args, ...dir]);
        expect([refused.exit, refused.err.includes('LOCKED')], args[0]).toEqual([EXIT.busy, true]);
        expect(readdirSync(join(data, 'index'))).toEqual(files);
      }
      await held.close();
      await other.close();
      expect((await quire(['search', 'walruses', ...dir])).exit).toBe(EXIT.ok);
      expect((await quire(['doctor', '--deep', ...dir])).exit).toBe(EXIT.ok);
    });
  });

  it('makes no library when no file can be read', async () => {
    await inFolder(async (folder) => {
      const data = join(folder, 'data');
      const { exit, err, out } = await quire(['import', join(folder, 'none.jsonl'), folder, '--data-dir', data]);
      expect([exit, existsSync(data)]).toEqual([EXIT.failed, false]);
      expect(err).toContain(`error NOT_FOUND: There is no file ${join(folder, 'none.jsonl')}\n  hint: `);
      expect(out).toContain(`not read: ${folder}\n`);
    });
  });

  it('hands an import to the server that holds the library, which shows the papers at once', async () => {
    await inFolder(async (folder) => {
      const data = join(folder, 'data');
      const site = await startSite({ folder: data, port: 0 });
      await site.ready;
      const file = writeRows(join(folder, 'papers.jsonl'), PAPERS);
      const { exit, err, out } = await quire(['import', file, '--data-dir', data, '--json']);
      expect([exit, JSON.parse(out)]).toMatchObject([EXIT.ok, { added: 12 }]);
      expect(err).toContain(`Handing over to the server at ${site.url}`);
      const page = (await (await fetch(`${site.url}/api/v1/search?q=walruses`)).json()) as { total: number };
      expect(page.total).toBe(2);
      await site.stop();
    });
  });

  it.each([
    ['here', false],
    ['by the server that holds the library', true],
  ])('goes on behind a file that cannot be read, and lists it: %s', async (_, isServed) => {
    await inFolder(async (folder) => {
      const data = join(folder, 'data');
      const site = isServed ? await startSite({ folder: data, port: 0 }) : undefined;
      await site?.ready;
      const cut = join(folder, 'cut.jsonl.gz');
      const packed = gzipSync(`${JSON.stringify({ id: 'c', title: 'Cut off' })}\n`.repeat(3), { level: 0 });
      writeFileSync(cut, packed.subarray(0, packed.length - 12));
      const none = join(folder, 'none.jsonl');
      const good = writeRows(join(folder, 'papers.jsonl'), [...PAPERS, '{broken']);
      const args = ['import', cut, none, good, '--data-dir', data];
      const first = await quire(args);
      expect(first.exit).toBe(EXIT.failed);
      expect(first.err).toContain(`error PARSE_FAILED: ${cut} cannot be read past line 2: `);
      expect(first.err).toContain(`error NOT_FOUND: There is no file ${none}\n  hint: `);
      expect(first.out).toMatch(/^3 files in .*: 13 records new, .* 1 rejected;/);
      expect(first.out).toContain(`\nnot read to its end: ${cut} (rows up to line 2 are kept)\nnot read: ${none}\n`);
      const again = await quire([...args, '--json']);
      expect(again.exit).toBe(EXIT.failed);
      expect(JSON.parse(again.out)).toMatchObject({
        files: 3,
        added: 0,
        failed: [
          { file: cut, line: 2, code: 'PARSE_FAILED', message: expect.any(String) },
          { file: none, line: 0, code: 'NOT_FOUND', message: expect.any(String) },
        ],
      });
      expect((await quire(['search', 'walruses', '--data-dir', data])).exit).toBe(EXIT.ok);
      await site?.stop();
    });
  });

  it('stops what it handed over at Ctrl-C; the server finds what came before', async () => {
    await inFolder(async (folder) => {
      const data = join(folder, 'data');
      const site = await startSite({ folder: data, port: 0 });
      await site.ready;
      const rows = Array.from({ length: 8_000 }, (_, i) => ({ id: `m/${i}`, title: `Paper number ${i}` }));
      const file = writeRows(join(folder, 'many.jsonl'), rows);
      const stop = new AbortController();
      const stopped = quire(['import', file, '--data-dir', data], { signal: stop.signal });
      while ((await site.library.store.countWorks()) === 0) await sleep(5);
      stop.abort();
      const { exit, err } = await stopped;
      expect([exit, err.includes('CANCELLED'), err.includes('Give the same command again')]).toEqual([
        EXIT.interrupted,
        true,
        true,
      ]);
      const { store, index } = site.library;
      await expect
        .poll(async () => index.contained() > 0 && index.contained() === (await store.lastChange()), WAIT)
        .toBe(true);
      expect(await store.countWorks()).toBeLessThan(8_000);
      expect((await quire(['import', file, '--data-dir', data])).exit).toBe(EXIT.ok);
      expect(await store.countWorks()).toBe(8_000);
      await site.stop();
    });
  });

  it('folds files without a library', async () => {
    await inFolder(async (folder) => {
      const { exit, out } = await quire(['works', writeRows(join(folder, 'papers.jsonl'), PAPERS), '--jsonl']);
      const works = out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { key: string; textSource: string });
      expect(exit).toBe(EXIT.ok);
      expect(works).toHaveLength(11);
      expect(new Set(works.map(({ textSource }) => textSource))).toEqual(new Set(['papers']));
    });
  });

  it('shows tables that fit a terminal, and nothing that could rewrite it', async () => {
    await inFolder(async (folder) => {
      const dir = ['--data-dir', join(folder, 'data')];
      await quire([
        'import',
        writeRows(join(folder, 'p.jsonl'), [{ id: 'e', title: `Evil \u001b[2J\u0007 ${'long '.repeat(60)}` }]),
        ...dir,
      ]);
      const { out } = await quire(['search', 'evil', ...dir], { columns: 60 });
      expect(out).not.toContain('\u001b');
      expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(60);
    });
  });
});

describe('errors', () => {
  it.each([
    [['frobnicate'], EXIT.usage, /unknown command 'frobnicate'/],
    [['search'], EXIT.usage, /missing required argument/],
    [['search', 'a', '-n', 'many'], EXIT.usage, /Give a whole number from 1 to 100/],
    [['search', 'a', '--mode', 'magic'], EXIT.usage, /--mode is magic/],
    [['list', '--all', '--day', '2025-03-18'], EXIT.usage, /cannot be used with option/],
    [
      ['show', 'a', '--data-dir', '/nonexistent/quire'],
      EXIT.failed,
      /error NOT_FOUND: There is no library in .*\n {2}hint: Import papers/,
    ],
    [
      ['import', fileURLToPath(import.meta.url), '--data-dir', '/dev/null/x'],
      EXIT.failed,
      /error READ_ONLY: Cannot make the folder/,
    ],
    [['eval', 'nothing', '--data', '/nonexistent'], EXIT.failed, /error NOT_FOUND: The folder of datasets/],
    [['eval', 'scifact', '--raw', '--data', '/'], EXIT.usage, /scifact has no original files/],
    [
      ['eval', 'nothing', '--data', '/nonexistent', '--run', '/nonexistent/x.run'],
      EXIT.failed,
      /error STORAGE_FAILED: Cannot write \/nonexistent\/x\.run/,
    ],
    [['works', '/'], EXIT.usage, /error INVALID_ARGUMENT: \/ is not a file/],
    [['works', '/nonexistent.jsonl'], EXIT.failed, /error NOT_FOUND: There is no file/],
  ] as const)('%j ends with %d', async (args, exit, message) => {
    const ran = await quire(args);
    expect(ran.err).toMatch(message);
    expect(ran.exit).toBe(exit);
  });

  it('are one JSON object with --json', async () => {
    const { err } = await quire(['show', 'a', '--json', '--data-dir', '/nonexistent/quire']);
    expect(JSON.parse(err)).toMatchObject({ error: { code: 'NOT_FOUND', hint: expect.any(String) } });
    const misused = await quire(['search', '--limti', '3', 'a', '--json']);
    expect(misused.exit).toBe(EXIT.usage);
    expect(JSON.parse(misused.err)).toMatchObject({
      error: { code: 'INVALID_ARGUMENT', message: expect.stringContaining("unknown option '--limti'") },
    });
  });

  it('stop an import at Ctrl-C with the code of an interrupt', async () => {
    await inFolder(async (folder) => {
      const stop = new AbortController();
      stop.abort();
      const file = writeRows(join(folder, 'p.jsonl'), PAPERS);
      const { exit, err } = await quire(['import', file, '--data-dir', join(folder, 'data')], { signal: stop.signal });
      expect([exit, err.includes('Give the same command again')]).toEqual([EXIT.interrupted, true]);
    });
  });
});

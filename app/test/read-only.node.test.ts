// A library in a folder that this user may not write: everything that only reads works and says so, everything that
// writes is refused, and what cannot be read rightly is not read at all. root may write everywhere, so that under root
// the commands run as another user.
import { type SpawnOptions, spawn } from 'node:child_process';
import { chmodSync, cpSync, existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXIT } from '../src/cli/io.ts';
import { importFiles } from '../src/library/import-files.ts';
import { openLibraryIn } from '../src/services/library-open.ts';
import { bundle, scratchFolder } from './bundle.ts';
import { inFolder, PAPERS, writeRows } from './papers.ts';

const scratch = scratchFolder('read-only-test');
const isRoot = process.getuid?.() === 0;
const OTHER_USER = 65_534;
const user: SpawnOptions = isRoot ? { uid: OTHER_USER, gid: OTHER_USER } : {};

/** Why the tests cannot run here; undefined where they can. */
function reasonToSkip(): string | undefined {
  if (process.platform === 'win32') return 'folders have no permissions on Windows';
  if (!isRoot) return undefined;
  for (let path = dirname(scratch); path !== dirname(path); path = dirname(path)) {
    if (existsSync(path) && (statSync(path).mode & 0o001) === 0)
      return `runs as root, and another user may not enter ${path}`;
  }
  return undefined;
}
const skipped = reasonToSkip();

interface Ran {
  readonly exit: number | null;
  readonly out: string;
  readonly err: string;
}

function start(args: readonly string[], as: SpawnOptions = user) {
  return spawn(process.execPath, [join(scratch, 'child.mjs'), ...args], { ...as, cwd: '/', env: {}, stdio: 'pipe' });
}

/** Runs one command line as a user who may not write where `locked` was called. */
function quire(...args: readonly string[]): Promise<Ran> {
  return finished(start(args));
}

function finished(child: ReturnType<typeof start>): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const [out, err]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.on('error', reject);
    child.on('close', (exit) =>
      resolve({ exit, out: Buffer.concat(out).toString(), err: Buffer.concat(err).toString() }),
    );
  });
}

function setModes(folder: string, directories: number, files: number): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) setModes(path, directories, files);
    else chmodSync(path, files);
  }
  chmodSync(folder, directories);
}

/** Runs `use` while no process may write `folder`. */
async function locked<T>(folder: string, use: (dir: readonly ['--data-dir', string]) => Promise<T>): Promise<T> {
  chmodSync(dirname(folder), 0o755);
  setModes(folder, 0o555, 0o444);
  try {
    return await use(['--data-dir', folder]);
  } finally {
    setModes(folder, 0o755, 0o644);
  }
}

/** Where a server that was started answers. */
function addressOf(child: ReturnType<typeof start>): Promise<string> {
  return new Promise((resolve, reject) => {
    let told = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        told += chunk.toString();
        const url = /ready: {2}(\S+)/.exec(told)?.[1];
        if (url !== undefined) resolve(url);
      });
    }
    child.on('close', () => reject(new Error(told)));
  });
}

async function get<T>(url: string): Promise<T> {
  return (await (await fetch(url)).json()) as T; // our own API
}

/** Waits until the server at `url` searches all of `works` papers. */
async function hasAll(url: string, works: number): Promise<void> {
  const wanted = { works, indexed: works, behind: 0 };
  for (let i = 0; i < 300; i++) {
    const status = await get<Record<string, unknown>>(`${url}/api/v1/status`);
    if (Object.entries(wanted).every(([name, value]) => status[name] === value)) return;
    await sleep(100);
  }
  expect(await get(`${url}/api/v1/status`)).toMatchObject(wanted);
}

/** Imports as the owner, in a separate process: the driver releases the log's files only when a process ends. */
async function fill(data: string, file: string): Promise<void> {
  const { exit, err } = await finished(start(['import', file, '--data-dir', data], {}));
  expect([exit, err]).toEqual([EXIT.ok, expect.any(String)]);
}

const NOTE = 'note: this library can only be read here';

describe.skipIf(skipped !== undefined)(
  `a library that may only be read${skipped === undefined ? '' : ` (skipped: ${skipped})`}`,
  () => {
    beforeAll(async () => {
      await bundle('cli-child.ts', scratch);
      setModes(scratch, 0o755, 0o644);
    }, 60_000);
    afterAll(() => rmSync(scratch, { recursive: true, force: true }));

    it('answers search, show, similar, list and doctor with one note, and refuses what writes', async () => {
      await inFolder(async (folder) => {
        const data = join(folder, 'data');
        const file = writeRows(join(folder, 'p.jsonl'), PAPERS);
        await fill(data, file);
        const files = readdirSync(data);
        expect(files).toEqual(['index', 'papers.sqlite']); // no log beside it: what SQLite alone will not open
        await locked(data, async (dir) => {
          const answers: readonly (readonly [readonly string[], string])[] = [
            [['search', 'walruses'], 'Quantum Walruses'],
            [['show', '2503.00003'], 'Dense Retrieval without Tears'],
            [['similar', '2503.00003'], 'Hard Negatives'],
            [['list'], '2025-03-18: 2 papers'],
          ];
          const check = async ([args, text]: (typeof answers)[number]) => {
            const { exit, out, err } = await quire(...args, ...dir);
            expect([args[0], exit, out.includes(text)]).toEqual([args[0], EXIT.ok, true]);
            expect(err.split('\n').filter((line) => line !== '')).toEqual([expect.stringContaining(NOTE)]);
          };
          await Promise.all(answers.map(check));
          const doctor = await quire('doctor', '--deep', ...dir);
          expect([doctor.exit, /^warning\tfolder\tthis library can only be read/m.test(doctor.out)]).toEqual([
            EXIT.ok,
            true,
          ]);
          for (const args of [
            ['import', file],
            ['doctor', '--rebuild'],
          ]) {
            const refused = await quire(...args, ...dir);
            expect([refused.exit, refused.err.includes('error READ_ONLY: ')], args[0]).toEqual([EXIT.failed, true]);
          }
          expect(readdirSync(data)).toEqual(files);
        });
      });
    }, 60_000);

    it('is served, without a door for imports', async () => {
      await inFolder(async (folder) => {
        const data = join(folder, 'data');
        await fill(data, writeRows(join(folder, 'p.jsonl'), PAPERS));
        await locked(data, async (dir) => {
          const child = start(['serve', '--port', '0', ...dir]);
          const ended = finished(child);
          const url = await addressOf(child);
          const page = (await (await fetch(`${url}/api/v1/search?q=walruses`)).json()) as { total: number };
          expect(page.total).toBe(2);
          expect((await fetch(`${url}/api/v1/import`)).status).toBe(403);
          child.kill('SIGTERM');
          const { exit, out } = await ended;
          expect([exit, out.includes(NOTE)]).toEqual([EXIT.ok, true]);
        });
      });
    }, 60_000);

    it.skipIf(!isRoot)(
      'is followed by its server while a user who may write imports (skipped where the test does not run as root)',
      async () => {
        await inFolder(async (folder) => {
          const data = join(folder, 'data');
          await fill(data, writeRows(join(folder, 'p.jsonl'), PAPERS));
          await locked(data, async (dir) => {
            const child = start(['serve', '--port', '0', ...dir]);
            const ended = finished(child);
            try {
              const url = await addressOf(child);
              for (const [i, title] of ['First Addition', 'Second Addition'].entries()) {
                await fill(data, writeRows(join(folder, `later-${i}.jsonl`), [{ title }]));
                const works = 12 + i; // PAPERS are 11 works
                await hasAll(url, works);
                const page = await get<{ hits: { work: { title: string } }[] }>(`${url}/api/v1/search?q=addition`);
                expect(page.hits.map(({ work }) => work.title)).toContain(title);
              }
            } finally {
              child.kill('SIGTERM');
            }
            expect(await ended).toMatchObject({ exit: EXIT.ok });
          });
        });
      },
      120_000,
    );

    it('finds what its index holds; with no index yet it says who can make one', async () => {
      await inFolder(async (folder) => {
        const data = join(folder, 'data');
        await fill(data, writeRows(join(folder, 'p.jsonl'), PAPERS));
        const library = await openLibraryIn(data);
        await importFiles(library.store, [writeRows(join(folder, 'later.jsonl'), [{ title: 'Later' }])]); // not indexed
        await library.close();
        await locked(data, async (dir) => {
          expect((await quire('search', 'walruses', ...dir)).exit).toBe(EXIT.ok);
          const doctor = await quire('doctor', ...dir);
          expect(doctor.out).toContain('1 change behind the store');
        });
        rmSync(join(data, 'index'), { recursive: true });
        await locked(data, async (dir) => {
          const { exit, err } = await quire('search', 'walruses', ...dir);
          expect([exit, err.includes('a user who may write the folder')]).toEqual([EXIT.failed, true]);
          expect((await quire('list', ...dir)).exit).toBe(EXIT.ok);
        });
      });
    }, 60_000);

    it('reads changes that stand only in the log of a writer that still runs, and refuses a log that it cannot read', async () => {
      await inFolder(async (folder) => {
        const [data, copy] = [join(folder, 'data'), join(folder, 'copy')];
        const library = await openLibraryIn(data, { create: true });
        await library.ingest.importFiles([writeRows(join(folder, 'p.jsonl'), PAPERS)]);
        try {
          expect(statSync(join(data, 'papers.sqlite-wal')).size).toBeGreaterThan(0);
          await locked(data, async (dir) => {
            expect((await quire('list', '--all', '-n', '1', ...dir)).exit).toBe(EXIT.ok);
          });
          cpSync(data, copy, { recursive: true });
        } finally {
          await library.close();
        }
        // A log without the file that says how far it is valid: the store alone would be an older one, and look whole.
        rmSync(join(copy, 'papers.sqlite-shm'));
        await locked(copy, async (dir) => {
          const { exit, out, err } = await quire('list', '--all', ...dir);
          expect([exit, out]).toEqual([EXIT.failed, '']);
          expect(err).toMatch(
            /error READ_ONLY: .*papers\.sqlite-wal holds changes .*\n {2}hint: Open the library once/,
          );
        });
        expect(await openedThenCounted(copy)).toBe(11);
      });
    }, 60_000);
  },
);

/** Whichever user may write also reads the log: nothing of the copy was lost. */
async function openedThenCounted(folder: string): Promise<number> {
  const library = await openLibraryIn(folder);
  const works = await library.store.countWorks();
  await library.close();
  return works;
}

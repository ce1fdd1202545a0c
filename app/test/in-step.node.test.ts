// Server, imports and index as processes: who owns a folder does not depend on how fast it answers, and a server shows
// what any process stored. ADR 29 and 30.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { EXIT } from '../src/cli/io.ts';
import { bundle, scratchFolder } from './bundle.ts';
import { inFolder, PAPERS, type Row, writeRows } from './papers.ts';

const scratch = scratchFolder('in-step-test');
const running = new Set<ChildProcess>();
beforeAll(() => bundle('cli-child.ts', scratch), 60_000);
afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

interface Command {
  readonly child: ChildProcess;
  /** Both outputs so far. */
  readonly text: () => string;
  readonly exit: Promise<number | null>;
}

function quire(...args: readonly string[]): Command {
  const child = spawn(process.execPath, [join(scratch, 'child.mjs'), ...args], { stdio: 'pipe' });
  running.add(child);
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
  }
  const exit = once(child, 'close').then(([code]) => {
    running.delete(child);
    return code as number | null; // the event's first argument
  });
  return { child, text: () => text, exit };
}

/** Resolves when `isTrue` does; fails with what was printed when the process ends, or a minute passes, before. */
async function until(isTrue: () => boolean | Promise<boolean>, command: Command): Promise<void> {
  let hasEnded = false;
  void command.exit.then(() => {
    hasEnded = true;
  });
  for (let i = 0; i < 600; i++) {
    if (await isTrue()) return;
    if (hasEnded) break;
    await sleep(100);
  }
  throw new Error(`it did not come to this:\n${command.text()}`);
}

interface Server extends Command {
  readonly url: string;
}

async function serve(data: string): Promise<Server> {
  const command = quire('serve', '--port', '0', '--no-sample', '--data-dir', data);
  const ready = /ready: {2}(\S+)/;
  await until(() => ready.test(command.text()), command);
  return { ...command, url: ready.exec(command.text())?.[1] ?? '' };
}

interface Status {
  readonly works: number;
  readonly indexed: number;
  readonly behind: number;
}

async function get<T>(server: Server, path: string): Promise<T> {
  return (await (await fetch(`${server.url}/api/v1/${path}`)).json()) as T; // our own API
}

/** The server searches all of `works` papers. */
function hasAll(server: Server, works: number): Promise<void> {
  return until(async () => {
    const status = await get<Status>(server, 'status');
    return status.works === works && status.indexed === works && status.behind === 0;
  }, server);
}

/** Title of the first hit. */
async function firstOf(server: Server, query: string): Promise<string | undefined> {
  const page = await get<{ hits: { work: { title: string } }[] }>(server, `search?q=${encodeURIComponent(query)}`);
  return page.hits[0]?.work.title;
}

function many(count: number): readonly Row[] {
  return Array.from({ length: count }, (_, i) => ({
    id: `m/${i}`,
    title: `Study ${i} of processes`,
    abstract: 'alpha beta gamma '.repeat(20),
  }));
}

const file = (data: string) => readFileSync(join(data, 'server.json'), 'utf8');

describe.skipIf(process.platform === 'win32')('server and imports (skipped on Windows: it has no SIGSTOP)', () => {
  it('a server that is stopped for 5 s stays the owner, and takes the import when it goes on', async () => {
    await inFolder(async (folder) => {
      const data = join(folder, 'data');
      const dir = ['--data-dir', data];
      const server = await serve(data);
      const address = file(data);
      server.child.kill('SIGSTOP');
      const stopped = sleep(5_000);
      const second = quire('serve', '--port', '0', ...dir);
      const taken = quire('import', writeRows(join(folder, 'p.jsonl'), PAPERS), ...dir);
      expect(await second.exit, second.text()).toBe(EXIT.busy);
      expect(second.text()).toContain(`error LOCKED: A server holds this library already: ${server.url} (process `);
      expect(file(data)).toBe(address);
      await stopped;
      await until(() => taken.text().includes('has sent nothing for 4 s'), taken);
      server.child.kill('SIGCONT');
      expect(await taken.exit, taken.text()).toBe(EXIT.ok);
      expect(taken.text()).toContain(`Handing over to the server at ${server.url}`);
      await hasAll(server, 11); // two records of PAPERS are one work
      expect(await firstOf(server, 'walruses')).toBe('Quantum Walruses');
      expect(file(data)).toBe(address);
      server.child.kill('SIGTERM');
      expect(await server.exit, server.text()).toBe(EXIT.ok);
    });
  }, 120_000);

  it('a server that is killed is succeeded by the next one, and its import goes on in the command', async () => {
    await inFolder(async (folder) => {
      const data = join(folder, 'data');
      const dir = ['--data-dir', data];
      const first = await serve(data);
      const taken = quire('import', writeRows(join(folder, 'many.jsonl'), many(6_000)), ...dir);
      await until(async () => (await get<Status>(first, 'status')).works > 0, first);
      first.child.kill('SIGKILL');
      await first.exit;
      expect(await taken.exit, taken.text()).toBe(EXIT.ok);
      expect(taken.text()).toContain('The import goes on here.');
      expect(taken.text()).toContain('6,000 records new');
      const next = await serve(data);
      expect(JSON.parse(file(data))).toMatchObject({ url: next.url, pid: next.child.pid });
      await hasAll(next, 6_000);
    });
  }, 120_000);

  it('a server that starts during an import shows its last paper', async () => {
    await inFolder(async (folder) => {
      const data = join(folder, 'data');
      const taken = quire('import', writeRows(join(folder, 'many.jsonl'), many(8_000)), '--data-dir', data);
      const server = await serveDuring(data, taken);
      const wasRunning = taken.child.exitCode === null;
      expect(await taken.exit, taken.text()).toBe(EXIT.ok);
      expect(wasRunning).toBe(true);
      await hasAll(server, 8_000);
      expect(await firstOf(server, '"Study 7999 of processes"')).toBe('Study 7999 of processes');
    });
  }, 120_000);
});

/** Starts a server once the import has made the library. */
async function serveDuring(data: string, taken: Command): Promise<Server> {
  const isMade = () => {
    try {
      return readFileSync(join(data, 'papers.sqlite')).length > 0;
    } catch {
      return false;
    }
  };
  await until(isMade, taken);
  return serve(data);
}

// A PostgreSQL server for the tests of a file: in a folder of its own, on a socket of its own, without the network. The
// server refuses to run as root, so root starts it as the user postgres or daemon.

import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface PostgresServer {
  /** An address under which there are no tables yet. */
  database(): string;
  stop(): Promise<void>;
}

/** Why there can be no server here; undefined where there can. */
export function withoutPostgres(): string | undefined {
  if (binaries() === undefined) return 'PostgreSQL is not installed';
  if (process.getuid?.() === 0 && unprivileged() === undefined) return 'no unprivileged user can run PostgreSQL';
  return undefined;
}

/** The folder of initdb and postgres, on the path or where Debian installs them. */
function binaries(): string | undefined {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort().reverse() : [];
  const folders = [...versions.map((version) => `${debian}/${version}/bin`), ...(process.env.PATH ?? '').split(':')];
  return folders.find((folder) => ['initdb', 'postgres', 'psql'].every((name) => existsSync(join(folder, name))));
}

function unprivileged(): { readonly uid: number; readonly gid: number } | undefined {
  for (const name of ['postgres', 'daemon']) {
    try {
      const id = (flag: string) => Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: 'pipe' }));
      return { uid: id('-u'), gid: id('-g') };
    } catch {
      // the next one
    }
  }
  return undefined;
}

export async function startPostgres(): Promise<PostgresServer> {
  const bin = binaries() ?? '';
  const folder = mkdtempSync(join(tmpdir(), 'quire-pg-'));
  const user = process.getuid?.() === 0 ? unprivileged() : undefined;
  if (user !== undefined) chownSync(folder, user.uid, user.gid);
  chmodSync(folder, 0o700);
  const how = { ...user, cwd: folder, stdio: 'ignore', env: { PATH: bin, LC_ALL: 'C' } } as const;
  const run = (name: string, ...args: readonly string[]) => execFileSync(join(bin, name), args, how);
  const data = join(folder, 'data');
  run('initdb', '-D', data, '-U', 'quire', '--auth=trust', '--encoding=UTF8', '--no-sync');
  const running = spawn(join(bin, 'postgres'), ['-D', data, '-k', folder, '-h', '', '-F'], how);
  const ended = new Promise<void>((resolve) => running.once('exit', () => resolve()));
  const ask = (sql: string) => run('psql', '-h', folder, '-U', 'quire', '-d', 'postgres', '-c', sql);
  for (let left = 600; ; left--) {
    try {
      ask('SELECT 1');
      break;
    } catch (error) {
      if (left === 0) throw error;
      await sleep(100);
    }
  }
  let made = 0;
  return {
    database: () => {
      const name = `library_${made++}`;
      ask(`CREATE SCHEMA ${name}`); // a database of its own would be 300 files
      const parameters = { host: folder, options: `-c search_path=${name}` };
      return `postgres://quire@localhost/postgres?${new URLSearchParams(parameters).toString().replaceAll('+', '%20')}`;
    },
    stop: async () => {
      running.kill('SIGQUIT'); // at once: nothing of it is needed again
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

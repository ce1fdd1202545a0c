// A lock on a file system without kernel locks (Node has none). A dead owner's lock can be taken over. It guards the
// writer of a library, and it names the server that owns a data folder.
//
// Lock files are numbered: NAME-1, NAME-2 … The owner of the lock is the owner named in the highest one.
//  acquire  read the highest (n). Alive owner → LOCKED. Dead or released → link() a finished file to NAME-(n+1), which
//           exactly one taker can do; then list again: a taker that finds a higher number backs off, the highest cleans up.
//  release  rename() a "released" record over one's own file.
// Invariant: the highest number never disappears before a higher one exists, so numbers never start again. Two owners
// m < n would need someone to have linked m+1 after reading m as dead or released while its owner lived and held it.
// An owner is (host, boot, namespaces, pid, start time), so a reused process number is not mistaken for its
// predecessor. An owner that cannot be checked (another host or container) counts as living: LOCKED names the file.
//
// A restarted container cannot take over a lock that it held before. Its new pid namespace shows only its own
// processes, and the kernel does not say whether another namespace still has any. Boot, namespace and start time
// identify the owner, but an owner that is not visible is not proven dead: a living sibling container on the same
// volume looks the same. Only something that the kernel releases with the process would prove it: a record lock, for
// which Node has no call, or a socket in the folder, which would break copies of the library. The time namespace is
// part of the identity because start times are relative to it: read from another namespace, the owner would look like
// another process with its number and be taken for dead. Machines that share a folder need different host names: an
// owner of another boot with the same host name is taken for this machine before a restart.

import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { link, open, readdir, readFile, rename, unlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { EngineError } from '../core/errors.ts';
import type { Lock } from './directory.ts';

interface Owner {
  readonly host: string;
  readonly boot: string;
  /** The namespaces of process numbers and of time. */
  readonly namespace: string;
  readonly pid: number;
  readonly start: string;
}
type Held = { readonly by: Owner } | 'released' | 'unreadable';

/** Takes `name` in `folder` or throws LOCKED. */
export async function takeFileLock(folder: string, name: string): Promise<Lock> {
  const self = ownIdentity();
  for (;;) {
    const highest = (await numbers(folder, name)).at(-1) ?? 0;
    if (highest > 0) assertFree(join(folder, `${name}-${highest}`), await readHeld(folder, name, highest), self);
    const mine = highest + 1;
    if (!(await publish(folder, `${name}-${mine}`, JSON.stringify(self)))) continue;
    const now = await numbers(folder, name);
    if (now.at(-1) !== mine) {
      await removeQuietly(join(folder, `${name}-${mine}`));
      continue;
    }
    for (const older of now) if (older < mine) await removeQuietly(join(folder, `${name}-${older}`));
    return heldLock(folder, `${name}-${mine}`);
  }
}

/** The process that holds a lock, if its lock file names one; else both are missing. */
export interface LockOwner {
  readonly host?: string;
  readonly pid?: number;
}

/**
 * The owner of `name` in `folder`; undefined when the lock is free. It only reads: the owner may change at any time
 * afterwards. An owner that cannot be checked from here (another host or container) counts as living.
 */
export async function readFileLock(folder: string, name: string): Promise<LockOwner | undefined> {
  const highest = (await numbers(folder, name)).at(-1);
  const held = highest === undefined ? 'released' : await readHeld(folder, name, highest);
  if (held === 'released') return undefined;
  if (held === 'unreadable') return {};
  const { host, pid } = held.by;
  return stateOf(held.by, ownIdentity()) === 'dead' ? undefined : { host, pid };
}

function heldLock(folder: string, file: string): Lock {
  let held = true;
  return {
    release: async () => {
      if (!held) return;
      held = false;
      const temporary = join(folder, `${file}.${randomUUID()}`);
      try {
        await writeWhole(temporary, 'released');
        await rename(temporary, join(folder, file));
      } catch {
        // A full disk: truncating in place needs no space, and an empty lock file of a live owner reads as released.
        await removeQuietly(temporary);
        await (await open(join(folder, file), 'w')).close();
      }
    },
  };
}

async function numbers(folder: string, name: string): Promise<readonly number[]> {
  const found: number[] = [];
  for (const file of await readdir(folder)) {
    const digits = file.startsWith(`${name}-`) ? file.slice(name.length + 1) : '';
    if (/^[1-9]\d{0,14}$/.test(digits)) found.push(Number(digits));
  }
  return found.sort((a, b) => a - b);
}

async function readHeld(folder: string, name: string, number: number): Promise<Held> {
  let text: string;
  try {
    text = await readFile(join(folder, `${name}-${number}`), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'released'; // a higher one exists by now
    throw error;
  }
  if (text === 'released' || text === '') return 'released';
  try {
    const by = JSON.parse(text) as Partial<Owner>;
    if (typeof by.pid !== 'number' || typeof by.host !== 'string') return 'unreadable';
    return { by: by as Owner };
  } catch {
    return 'unreadable';
  }
}

function assertFree(path: string, held: Held, self: Owner): void {
  if (held === 'released') return;
  const remove = `If no process writes this library, delete ${path}.`;
  if (held === 'unreadable') {
    throw new EngineError('LOCKED', `${path} does not name an owner`, { hint: remove });
  }
  const { by } = held;
  const state = stateOf(by, self);
  switch (state) {
    case 'dead':
      return;
    case 'other host':
      throw new EngineError('LOCKED', `${path} is held by process ${by.pid} on ${by.host}`, { hint: remove });
    case 'other container':
      throw new EngineError('LOCKED', `${path} is held by process ${by.pid} of another container`, {
        hint: `A container that was restarted cannot see whether its predecessor still runs. ${remove}`,
      });
    case 'alive':
      throw new EngineError(
        'LOCKED',
        `${path} is held by process ${by.pid}${by.pid === self.pid ? ' (this one)' : ''}`,
        {
          hint: 'Wait for the other writer, or hand it the work; readers need no lock.',
        },
      );
    default:
      state satisfies never;
  }
}

/** The state of an owner, if it can be checked from here. One on another host or in another container cannot. */
function stateOf(owner: Owner, self: Owner): 'alive' | 'dead' | 'other host' | 'other container' {
  if (owner.host !== self.host) return 'other host';
  if (owner.boot !== self.boot) return 'dead'; // the machine has restarted
  if (owner.namespace !== self.namespace) return 'other container';
  return isAlive(owner) ? 'alive' : 'dead';
}

function isAlive(owner: Owner): boolean {
  const stat = processStat(owner.pid);
  if (stat !== undefined) return stat.state !== 'Z' && stat.state !== 'X' && stat.start === owner.start;
  try {
    process.kill(owner.pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function ownIdentity(): Owner {
  return {
    host: hostname(),
    boot: readOr('/proc/sys/kernel/random/boot_id', ''),
    namespace: `${linkOr('/proc/self/ns/pid', '')} ${linkOr('/proc/self/ns/time', '')}`,
    pid: process.pid,
    start: processStat(process.pid)?.start ?? '',
  };
}

/** State and start time (clock ticks after boot) from /proc; undefined on other systems. */
function processStat(pid: number): { readonly state: string; readonly start: string } | undefined {
  const text = readOr(`/proc/${pid}/stat`, '');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' '); // field 3 on; the name may contain anything
  return text === '' ? undefined : { state: fields[0] ?? '', start: fields[19] ?? '' };
}

function linkOr(path: string, otherwise: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return otherwise;
  }
}

function readOr(path: string, otherwise: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return otherwise;
  }
}

/** Creates `file` with all its content at once; false when it exists. */
async function publish(folder: string, file: string, content: string): Promise<boolean> {
  const temporary = join(folder, `${file}.${randomUUID()}`);
  try {
    await writeWhole(temporary, content);
    await link(temporary, join(folder, file));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await removeQuietly(temporary);
  }
}

async function writeWhole(path: string, content: string): Promise<void> {
  const handle = await open(path, 'wx');
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function removeQuietly(path: string): Promise<void> {
  await unlink(path).catch(() => undefined); // gone already: another process removed it
}

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { directoryContract } from '../../test/contract/directory-contract.ts';
import { nodeDirectory } from './fs.node.ts';
import { readFileLock } from './lock.node.ts';

const made: string[] = [];
async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'quire-fs-'));
  made.push(path);
  return path;
}
afterAll(async () => {
  for (const path of made) await rm(path, { recursive: true, force: true });
});

directoryContract('of Node', async () => nodeDirectory(join(await folder(), 'made', 'on demand')));

describe('nodeDirectory', () => {
  it('says what is missing, and refuses to write what was opened read-only', async () => {
    const path = await folder();
    await expect(nodeDirectory(join(path, 'none'), { create: false })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const reader = await nodeDirectory(path, { readOnly: true });
    expect(reader.readOnly).toBe(true);
    await expect(reader.create('a')).rejects.toMatchObject({ code: 'READ_ONLY' });
    await expect(reader.lock('write.lock')).rejects.toThrow(/read-only/);
  });

  it('takes over the lock of a process that is gone, and of a machine that was restarted since', async () => {
    const path = await folder();
    const directory = await nodeDirectory(path);
    const first = await directory.lock('write.lock');
    const { readFileSync, readdirSync } = await import('node:fs');
    const own = JSON.parse(readFileSync(join(path, 'write.lock-1'), 'utf8')) as Record<string, string | number>;
    await first.release();
    expect(readdirSync(path)).toEqual(['write.lock-1']);
    const { boot, namespace } = own;
    const dead = { ...own, pid: 2 ** 22 + 1, start: '1' };
    for (const [owner, isTaken] of [
      [dead, true],
      [{ ...dead, pid: process.pid }, boot !== ''], // our number, another start: a process before us
      [{ ...dead, boot: 'an earlier boot', pid: 1 }, boot !== ''],
      [{ ...dead, host: 'elsewhere' }, false],
      [{ ...dead, namespace: 'pid:[1] time:[1]' }, false], // a container before us, or beside us
      [{ ...dead, namespace: `${namespace}`.replace(/^\S* /, 'pid:[1] ') }, false],
      // Alive, but with a start time of another time namespace: it differs from the one read here.
      [{ ...own, namespace: `${namespace}`.replace(/ \S*$/, ' time:[1]'), start: '1' }, false],
    ] as const) {
      const [held] = readdirSync(path);
      await writeFile(join(path, held!), JSON.stringify(owner));
      if (isTaken) await (await directory.lock('write.lock')).release();
      else await expect(directory.lock('write.lock')).rejects.toMatchObject({ code: 'LOCKED', hint: /delete/ });
    }
  });

  it('reads the living owner of a lock without taking it', async () => {
    const path = await folder();
    const directory = await nodeDirectory(path);
    expect(await readFileLock(path, 'server.lock')).toBeUndefined();
    const lock = await directory.lock('server.lock');
    expect(await readFileLock(path, 'server.lock')).toMatchObject({ pid: process.pid });
    expect(await readFileLock(path, 'write.lock')).toBeUndefined();
    const file = join(path, 'server.lock-1');
    const own = JSON.parse(await readFile(file, 'utf8')) as Record<string, string | number>;
    await lock.release();
    expect(await readFileLock(path, 'server.lock')).toBeUndefined();
    for (const [owner, isHeld] of [
      [{ ...own, pid: 2 ** 22 + 1, start: '1' }, false],
      [{ ...own, host: 'elsewhere', pid: 7 }, true],
      [{ ...own, namespace: 'pid:[1] time:[1]' }, true],
    ] as const) {
      await writeFile(file, JSON.stringify(owner));
      expect((await readFileLock(path, 'server.lock')) !== undefined, JSON.stringify(owner)).toBe(isHeld);
    }
    await writeFile(file, '{"pid":');
    expect(await readFileLock(path, 'server.lock')).toEqual({});
  });

  it('holds a lock that does not name its owner, and says which file', async () => {
    const path = await folder();
    await writeFile(join(path, 'write.lock-7'), '{"pid":');
    const directory = await nodeDirectory(path);
    await expect(directory.lock('write.lock')).rejects.toThrow(/write\.lock-7 does not name an owner/);
  });
});

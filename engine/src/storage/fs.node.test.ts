import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { directoryContract } from '../../test/contract/directory-contract.ts';
import { nodeDirectory } from './fs.node.ts';

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
    await first.release();
    const { readFileSync, readdirSync, readlinkSync } = await import('node:fs');
    const { hostname } = await import('node:os');
    expect(readdirSync(path)).toEqual(['write.lock-1']);
    const boot = readOr(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());
    const namespace = readOr(() => readlinkSync('/proc/self/ns/pid'));
    const dead = { host: hostname(), boot, namespace, pid: 2 ** 22 + 1, start: '1' };
    for (const [owner, isTaken] of [
      [dead, true],
      [{ ...dead, pid: process.pid }, boot !== ''], // our number, another start: a process before us
      [{ ...dead, boot: 'an earlier boot', pid: 1 }, boot !== ''],
      [{ ...dead, host: 'elsewhere' }, false],
      [{ ...dead, namespace: 'pid:[1]' }, false],
    ] as const) {
      const [held] = readdirSync(path);
      await writeFile(join(path, held!), JSON.stringify(owner));
      if (isTaken) await (await directory.lock('write.lock')).release();
      else await expect(directory.lock('write.lock')).rejects.toMatchObject({ code: 'LOCKED', hint: /delete/ });
    }
  });

  it('holds a lock that does not name its owner, and says which file', async () => {
    const path = await folder();
    await writeFile(join(path, 'write.lock-7'), '{"pid":');
    const directory = await nodeDirectory(path);
    await expect(directory.lock('write.lock')).rejects.toThrow(/write\.lock-7 does not name an owner/);
  });
});

function readOr(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}

// Who owns a data folder: the process that holds the lock, whatever its address file says and however late it answers.
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inFolder } from '../../test/papers.ts';
import { findServer, type Ownership, ownFolder } from './ownership.ts';

const URL = 'http://127.0.0.1:4321';
const file = (folder: string) => join(folder, 'server.json');

async function own(folder: string): Promise<Ownership> {
  const owner = await ownFolder(folder);
  if (owner === undefined) throw new Error(`${folder} cannot be written`);
  return owner;
}

describe('the owner of a folder', () => {
  it('is found with its address and token until it withdraws or releases the folder', async () => {
    await inFolder(async (folder) => {
      expect(await findServer(folder)).toBeUndefined();
      const owner = await own(folder);
      expect(await findServer(folder)).toBeUndefined(); // it does not listen yet
      const token = owner.announce(URL);
      expect(await findServer(folder)).toEqual({ url: URL, token, pid: process.pid });
      expect(token).toMatch(/^[\w-]{32}$/);
      if (process.platform !== 'win32') expect(statSync(file(folder)).mode & 0o777).toBe(0o600);
      owner.withdraw();
      expect(await findServer(folder)).toBeUndefined();
      await owner.release();
      await owner.release();
      await (await own(folder)).release();
    });
  });

  it('refuses a second one and tells it the address; the refused one changes nothing', async () => {
    await inFolder(async (folder) => {
      const owner = await own(folder);
      owner.announce(URL);
      const before = readFileSync(file(folder), 'utf8');
      await expect(ownFolder(folder)).rejects.toMatchObject({
        code: 'LOCKED',
        message: `A server holds this library already: ${URL} (process ${process.pid})`,
        hint: expect.any(String),
      });
      expect(readFileSync(file(folder), 'utf8')).toBe(before);
      await owner.release();
    });
  });

  it('leaves the address of its successor alone', async () => {
    await inFolder(async (folder) => {
      const first = await own(folder);
      first.announce(URL);
      await first.release();
      const second = await own(folder);
      second.announce('http://127.0.0.1:4322');
      first.withdraw();
      await first.release();
      expect((await findServer(folder))?.url).toBe('http://127.0.0.1:4322');
      await second.release();
    });
  });

  it('waits for the address of an owner that is starting', async () => {
    await inFolder(async (folder) => {
      const owner = await own(folder);
      const second = ownFolder(folder);
      setTimeout(() => owner.announce(URL), 200);
      await expect(second).rejects.toMatchObject({ code: 'LOCKED', message: expect.stringContaining(URL) });
      await owner.release();
    });
  });

  it('succeeds an owner that ends before it has told its address', async () => {
    await inFolder(async (folder) => {
      const owner = await own(folder);
      const second = own(folder);
      setTimeout(() => void owner.release(), 200);
      await (await second).release();
    });
  });

  it('is not a process that only left a file behind', async () => {
    await inFolder(async (folder) => {
      for (const left of [{ url: URL, token: 't', pid: 2 ** 22 + 1 }, { url: URL, pid: process.pid }, [], 'no JSON']) {
        writeFileSync(file(folder), typeof left === 'string' ? left : JSON.stringify(left));
        expect(await findServer(folder)).toBeUndefined();
      }
      const owner = await own(folder);
      expect(existsSync(file(folder))).toBe(false);
      await owner.release();
    });
  });
});

// Models come from a hub in the shape of the public one, through every fault of a connection, or not at all.

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Hub, startHub } from '../../test/hub.ts';
import { BERT, modelFolder } from '../../test/model-folder.ts';
import { inFolder } from '../../test/papers.ts';
import { addModel, checkModel, type DownloadPlan, downloadModel, isHubName } from './index.ts';

const REPOSITORY = 'owner/tiny-model';
const files = modelFolder(BERT);
const weights = files.get('model.safetensors')!;

async function withHub<T>(use: (hub: Hub, data: string) => Promise<T>): Promise<T> {
  const hub = await startHub(REPOSITORY, new Map(files));
  try {
    return await inFolder((folder) => use(hub, join(folder, 'data')));
  } finally {
    await hub.close();
  }
}

const download = (hub: Hub, data: string, over: Partial<Parameters<typeof downloadModel>[0]> = {}) =>
  downloadModel({ hub: hub.url, repository: REPOSITORY, revision: 'main', data, retryMs: 1, ...over });

const weightRequests = (hub: Hub) => hub.log.filter((line) => line.startsWith('GET /store/'));

describe('a model of a hub', () => {
  it('is downloaded whole: its size is told before the weights are asked for', async () => {
    await withHub(async (hub, data) => {
      let plan: DownloadPlan | undefined;
      let before = -1;
      const progress: number[] = [];
      const { folder, commit, discard } = await download(hub, data, {
        onPlan: (told) => {
          plan = told;
          before = weightRequests(hub).length;
        },
        onProgress: (done) => progress.push(done),
      });
      expect(plan).toEqual({ repository: REPOSITORY, commit, files: 1, bytes: weights.length, present: 0 });
      expect([before, progress.at(-1), commit]).toEqual([0, weights.length, hub.commit]);
      for (const [path, bytes] of files) expect(readFileSync(join(folder, path)).equals(bytes), path).toBe(true);
      // Everything after the first question is asked of one commit.
      expect(hub.log.slice(1).filter((line) => line.includes('/resolve/main/'))).toEqual([]);
      const model = await addModel(folder, { data, name: 'tiny', source: `${REPOSITORY}@${commit}` });
      discard();
      expect(readdirSync(join(data, 'models'))).toEqual(['tiny']);
      expect((await checkModel(model)).problems).toEqual([]);
    });
  });

  it('goes on where a broken connection stopped', async () => {
    await withHub(async (hub, data) => {
      hub.breaks.push(5_000, 9_000, 9_001);
      const { folder } = await download(hub, data);
      expect(readFileSync(join(folder, 'model.safetensors')).equals(weights)).toBe(true);
      const starts = weightRequests(hub).map((line) => Number(/bytes=(\d+)-/.exec(line)?.[1] ?? 0));
      expect(starts[0]).toBe(0);
      expect(starts).toEqual([...starts].sort((a, b) => a - b)); // no byte is asked for again
      expect(starts.at(-1)).toBeGreaterThan(0);
    });
  });

  it('goes on after the process was stopped, and from the start where the hub knows no ranges', async () => {
    await withHub(async (hub, data) => {
      const stop = new AbortController();
      const stopped = download(hub, data, { signal: stop.signal, onProgress: () => stop.abort() });
      hub.breaks.push(6_000);
      await expect(stopped).rejects.toThrow(expect.objectContaining({ code: 'CANCELLED' }));
      let plan: DownloadPlan | undefined;
      hub.ranges = false;
      const { folder } = await download(hub, data, {
        onPlan: (told) => {
          plan = told;
        },
      });
      expect(plan?.present).toBeGreaterThan(0);
      expect(readFileSync(join(folder, 'model.safetensors')).equals(weights)).toBe(true);
    });
  });

  it('begins again when the branch has moved on', async () => {
    await withHub(async (hub, data) => {
      hub.breaks.push(...Array.from({ length: 9 }, () => 4_000));
      await expect(download(hub, data)).rejects.toThrow('The connection to the hub');
      hub.breaks.length = 0;
      hub.commit = 'beef';
      const changed = Uint8Array.from(weights);
      changed[10] = 1;
      hub.files.set('model.safetensors', changed);
      const { folder, commit } = await download(hub, data);
      expect(commit).toBe('beef');
      expect(readFileSync(join(folder, 'model.safetensors')).equals(changed)).toBe(true);
    });
  });

  it('is refused when other bytes come than the hub states', async () => {
    await withHub(async (hub, data) => {
      hub.damage = (_path, bytes) => bytes.map((value, i) => (i === 700 ? value ^ 1 : value));
      await expect(download(hub, data)).rejects.toThrow(
        expect.objectContaining({ code: 'CORRUPT', message: expect.stringContaining('SHA-256') }),
      );
      hub.damage = (_path, bytes) => Buffer.concat([bytes, bytes]);
      await expect(download(hub, data)).rejects.toThrow(expect.objectContaining({ code: 'CORRUPT' }));
      hub.damage = undefined;
      const { folder } = await download(hub, data);
      const sum = createHash('sha256')
        .update(readFileSync(join(folder, 'model.safetensors')))
        .digest('hex');
      expect(sum).toBe(createHash('sha256').update(weights).digest('hex'));
    });
  });

  it.each([
    ['no such model', { repository: 'owner/none' }, 'NOT_FOUND', 'The hub has no model "owner/none"'],
    ['no such revision', { revision: 'v9' }, 'NOT_FOUND', 'no revision "v9"'],
    ['no hub', { hub: 'http://127.0.0.1:9' }, 'STORAGE_FAILED', 'The connection to the hub http://127.0.0.1:9 failed'],
  ])('says that there is %s', async (_what, over, code, message) => {
    await withHub(async (hub, data) => {
      await expect(download(hub, data, over)).rejects.toThrow(
        expect.objectContaining({ code, message: expect.stringContaining(message) }),
      );
    });
  });

  it('says that a model has no safetensors', async () => {
    await withHub(async (hub, data) => {
      hub.files.delete('model.safetensors');
      await expect(download(hub, data)).rejects.toThrow('has no model.safetensors');
    });
  });

  it('is named owner/name', () => {
    expect(isHubName('sentence-transformers/all-MiniLM-L6-v2')).toBe(true);
    for (const name of ['MiniLM', 'a/b/c', '../b', 'a/..', '/a', 'a/', 'a b/c'])
      expect(isHubName(name), name).toBe(false);
  });
});

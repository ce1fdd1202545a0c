import { describe, expect, it } from 'vitest';
import { Health } from '../store/health.ts';
import { storeNotes, storeStatus } from './damage-view.ts';

describe('the state of the store', () => {
  it('says why the store could not be checked, and names no folder', async () => {
    const health = new Health(async () => 0);
    health.failed('ENOENT: no such file, open "/srv/my papers/papers.sqlite", copied from /tmp/quire-1/x');
    const status = await storeStatus(health, '/srv/my papers');
    expect(status).toMatchObject({
      state: 'failed',
      failure: 'ENOENT: no such file, open "papers.sqlite", copied from x',
    });
    expect(storeNotes(status)).toEqual([`The store could not be checked: ${status.failure}.`]);
  });
});

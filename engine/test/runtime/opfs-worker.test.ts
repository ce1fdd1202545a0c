import { expect, it } from 'vitest';

const isMissing = typeof globalThis.navigator?.storage?.getDirectory !== 'function';
const title = 'a worker keeps a library in OPFS through synchronous access handles';

it.skipIf(isMissing)(isMissing ? `${title} (skipped: not in a browser)` : title, async () => {
  const worker = new Worker(new URL('./opfs-worker.ts', import.meta.url), { type: 'module' });
  const answer = await new Promise((resolve, reject) => {
    worker.addEventListener('message', (event) => resolve(event.data));
    worker.addEventListener('error', (event) => reject(new Error(event.message)));
    worker.postMessage(`worker-${Date.now()}`);
  });
  worker.terminate();
  expect(answer).toEqual({
    hasSyncHandles: true,
    hits: ['d29', 'd28', 'd27'],
    title: 'title 12',
    change: 30,
    problems: [],
  });
});

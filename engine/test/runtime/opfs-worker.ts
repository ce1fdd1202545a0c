// A worker that writes a library in OPFS through synchronous access handles, reopens it and posts the hits.

import { opfsDirectory } from '@quire/engine/browser';
import { plainFingerprint } from '@quire/engine/core';
import { openLibrary, verifyLibrary } from '@quire/engine/storage';
import { bruteForceDense } from '../plugin/brute-force-dense.ts';

async function run(path: string): Promise<unknown> {
  const options = {
    schema: { fields: { title: { stored: true } }, columns: {} },
    parts: { d: bruteForceDense('s', 2) },
  } as const;
  const library = await openLibrary(await opfsDirectory(path), options);
  const writer = await library.writer();
  for (let i = 0; i < 30; i++) {
    const d = {
      kind: 'dense',
      space: 's',
      fingerprint: plainFingerprint('s', 'document'),
      vec: Float32Array.of(i, -1),
    } as const;
    await writer.add({ id: `d${i}`, fields: { title: `title ${i}` } }, { d });
    if (i % 5 === 0) await writer.commit();
  }
  await writer.mergeAll();
  await writer.commit({ change: 30 });
  await library.close();
  const directory = await opfsDirectory(path);
  const again = (await openLibrary(directory, options)).snapshot();
  const query = {
    kind: 'dense',
    space: 's',
    fingerprint: plainFingerprint('s', 'document'),
    vec: Float32Array.of(1, 1),
  } as const;
  return {
    hasSyncHandles: 'createSyncAccessHandle' in FileSystemFileHandle.prototype,
    hits: (await again.part('d').search(query, 3)).map((hit) => hit.id),
    title: (await again.get('d12'))?.fields.title,
    change: again.metadata.change,
    problems: (await verifyLibrary(directory, { deep: true })).problems,
  };
}

addEventListener('message', ({ data }: MessageEvent<string>) => {
  run(data).then(
    (answer) => postMessage(answer),
    (error: unknown) => postMessage({ error: String(error) }),
  );
});

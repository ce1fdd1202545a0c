import { expect, it } from 'vitest';
import { directoryContract } from '../../test/contract/directory-contract.ts';
import { bruteForceDense } from '../../test/plugin/brute-force-dense.ts';
import { plainFingerprint } from '../core/fingerprint.ts';
import { openLibrary } from './library.ts';
import { opfsDirectory } from './opfs.ts';
import { verifyLibrary } from './verify.ts';

const isMissing = typeof globalThis.navigator?.storage?.getDirectory !== 'function';
let made = 0;

directoryContract(
  isMissing ? 'in OPFS (skipped: not in a browser)' : 'in OPFS',
  () => opfsDirectory(`test-${Date.now()}/${made++}`),
  isMissing,
);

const title = 'keeps a library in OPFS through commits, merges and being opened again';
it.skipIf(isMissing)(isMissing ? `${title} (skipped: not in a browser)` : title, async () => {
  const path = `test-${Date.now()}/${made++}`;
  const options = {
    schema: { fields: { title: { stored: true } }, columns: {} },
    parts: { d: bruteForceDense('s', 2) },
  } as const;
  const library = await openLibrary(await opfsDirectory(path), options);
  const reader = await openLibrary(await opfsDirectory(path), options);
  const writer = await library.writer();
  const query = {
    kind: 'dense',
    space: 's',
    fingerprint: plainFingerprint('s', 'document'),
    vec: Float32Array.of(1, 1),
  } as const;
  for (let i = 0; i < 30; i++) {
    await writer.add({ id: `d${i}`, fields: { title: `${i}` } }, { d: { ...query, vec: Float32Array.of(i, -1) } });
    if (i % 3 === 0) await writer.commit();
  }
  await writer.delete('d29');
  await writer.mergeAll();
  const before = await writer.commit();
  expect(await reader.refresh()).toBe(true);
  const hits = await before.part('d').search(query, 5);
  expect(hits.map((hit) => hit.id)).toEqual(['d28', 'd27', 'd26', 'd25', 'd24']);
  expect(await reader.snapshot().part('d').search(query, 5)).toEqual(hits);
  await library.close();
  const directory = await opfsDirectory(path);
  const again = await openLibrary(directory, options);
  expect((await again.snapshot().get('d7'))?.fields.title).toBe('7');
  expect(await verifyLibrary(directory, { deep: true })).toMatchObject({ problems: [] }); // garbage waits a commit here
});

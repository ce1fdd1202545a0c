// The reference of sign codes: a change of it makes every index again, so its name is fixed here.
import { type DenseRep, plainFingerprint } from '@quire/engine/core';
import { expect, it } from 'vitest';
import { referenceVectors } from './reference.ts';

it('is sixty papers with title and abstract, under the name that existing indexes were made with', async () => {
  let read: readonly Readonly<Record<string, string>>[] = [];
  const reference = referenceVectors({
    encodeDocuments: async (documents) => {
      read = documents;
      return documents.map(
        (): DenseRep => ({
          kind: 'dense',
          space: 's',
          fingerprint: plainFingerprint('s', 'document'),
          vec: new Float32Array(1),
        }),
      );
    },
  });
  expect(reference.name).toBe('papers-3a08f00b6f9ae846');
  expect(read).toEqual([]); // not encoded before it is needed
  expect(await reference.vectors()).toHaveLength(read.length);
  expect(read.length).toBeGreaterThanOrEqual(60);
  for (const { title, abstract } of read) expect(Math.min(title!.length, abstract!.length / 5)).toBeGreaterThan(10);
});

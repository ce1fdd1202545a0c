import type { DenseRep } from '@quire/engine/core';
import { encodeDocuments, encodeQueries } from '@quire/engine/encoders';
import { describe, expect, it } from 'vitest';
import { lengthEncoder } from '../../test/support/toy-retrieval.ts';

describe('what an encoder returns', () => {
  it.each<[string, (reps: readonly DenseRep[]) => unknown]>([
    ['too few', (reps) => reps.slice(1)],
    ['too many', (reps) => [...reps, reps[0]]],
    ['a hole', (reps) => [undefined, ...reps.slice(1)]],
    ['nothing', () => undefined],
  ])('is refused with the name of the encoder: %s', async (_what, damage) => {
    const good = lengthEncoder();
    const bad = {
      ...good,
      encodeQueries: async (texts: readonly string[]) => damage(await good.encodeQueries(texts)) as DenseRep[],
      encodeDocuments: async (documents: readonly { readonly t: string }[]) =>
        damage(await good.encodeDocuments(documents)) as DenseRep[],
    };
    const refused = { code: 'INVALID_ARGUMENT' };
    const message = (what: string) =>
      expect.stringMatching(`^The encoder length returned \\d representations of 2 ${what}$`);
    await expect(encodeQueries(bad, ['a', 'b'])).rejects.toMatchObject({ ...refused, message: message('queries') });
    await expect(encodeDocuments(bad as never, [{ t: 'a' }, { t: 'b' }])).rejects.toMatchObject({
      ...refused,
      message: message('documents'),
    });
  });

  it('is returned where there is one representation a text', async () => {
    expect(await encodeQueries(lengthEncoder(), ['a', 'bb'])).toHaveLength(2);
    expect(await encodeDocuments(lengthEncoder(), [])).toEqual([]);
  });
});

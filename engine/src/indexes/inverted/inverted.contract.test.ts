// The inverted index keeps the contract of every index kind, with kernels and without.
import { memoryDirectory, openLibrary } from '@quire/engine/storage';
import { expect, it } from 'vitest';
import { indexContract } from '../../../test/contract/index-contract.ts';
import { document, query } from '../../../test/support/inverted.ts';
import { Rng } from '../../core/rng.ts';
import type { LexicalQuery } from '../../core/types.ts';
import { inverted } from './index.ts';

const word = (rng: Rng) => `w${Math.floor(40 * rng.float() ** 2)}`;
const words = (...terms: string[]): LexicalQuery => ({
  type: 'or',
  clauses: terms.map((term) => ({ type: 'term', term })),
});

/** Every document holds `common` once; number 0 mod 11 has no title. */
function numbered(i: number) {
  const rng = new Rng(i);
  const body = ['common', ...Array.from({ length: 1 + rng.below(30) }, () => word(rng)), 'w1 w2'].join(' ');
  return document(i % 11 === 0 ? { body } : { title: word(rng), body });
}

for (const kernels of ['auto', 'none'] as const) {
  indexContract(
    `inverted, kernels ${kernels}`,
    () => inverted({ space: 'test-words', fields: { title: 2, body: 1 }, kernels }),
    {
      document: numbered,
      size: kernels === 'auto' ? 1000 : 300,
      queries: [
        words('common'),
        words('w0', 'w3', 'w17', 'w0', 'common'),
        { type: 'and', clauses: [words('common'), words('w1'), { type: 'not', clause: words('w9') }] },
        { type: 'field', field: 'body', query: { type: 'phrase', terms: ['w1', 'w2'] } },
        {
          type: 'or',
          clauses: [
            { type: 'prefix', prefix: 'w1' },
            { type: 'fuzzy', term: 'comon', distance: 1 },
          ],
        },
      ].map((tree) => query(tree as LexicalQuery)),
      bad: document({ authors: 'a field that the index does not have' }),
      skip: [
        { reason: 'postings do not hold where in the text a token was', cases: ['gather'] },
        ...(kernels === 'auto'
          ? []
          : [{ reason: 'bytes do not depend on kernels', cases: ['crash', 'determinism', 'builds'] as const }]),
      ],
    },
  );
}

it('postings cannot be read back as token streams, which is UNSUPPORTED', async () => {
  const library = await openLibrary(memoryDirectory(), {
    schema: { fields: {}, columns: {} },
    parts: { terms: inverted({ space: 'test-words', fields: { title: 2, body: 1 } }) },
  });
  const writer = await library.writer();
  await writer.add({ id: 'a', fields: {} }, { terms: numbered(1) });
  const reader = (await writer.commit()).part('terms');
  await expect(reader.gather(['a'])).rejects.toMatchObject({ code: 'UNSUPPORTED' });
  await library.close();
});

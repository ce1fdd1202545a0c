// Which representation of a query searches which index: by fingerprint (docs/adr/0018, 0025).

import { type Encoder, type Fingerprint, plainFingerprints } from '@quire/engine/core';
import { flat } from '@quire/engine/indexes';
import { fuse, part, partScorer, rerank, retrieve, withRep } from '@quire/engine/retrieval';
import { memoryDirectory, openLibrary } from '@quire/engine/storage';
import { describe, expect, it } from 'vitest';
import { fixed, query, ranking } from '../../test/support/toy-retrieval.ts';

const SPACE = 'letters';
const plain = plainFingerprints(SPACE);

/** (2): how many times a and b occur in the text, times the factors of the encoder. */
function letters(name: string, fingerprint: Fingerprint, factors = [1, 1]): Encoder<'dense'> & { encoded: number } {
  const count = (text: string, letter: string) => text.split(letter).length - 1;
  const vec = (text: string, [a, b] = [1, 1] as readonly number[]) =>
    Float32Array.of(count(text, 'a') * a!, count(text, 'b') * b!);
  return {
    name,
    queryKind: 'dense',
    documentKind: 'dense',
    space: SPACE,
    fingerprints: { query: fingerprint, document: plain.document },
    encoded: 0,
    async encodeQueries(texts) {
      this.encoded += texts.length;
      return texts.map((text) => ({ kind: 'dense', space: SPACE, fingerprint, vec: vec(text, factors) }));
    },
    encodeDocuments: async (documents) =>
      documents.map(({ t = '' }) => ({ kind: 'dense', space: SPACE, fingerprint: plain.document, vec: vec(t) })),
  };
}
const unadapted = letters('unadapted', plain.query);
const adapted = letters('adapted', `${SPACE}+lora-7#query`, [-1, 1]);

async function library(accepts?: readonly Fingerprint[]) {
  const index = flat({ space: SPACE, dim: 2, ...(accepts === undefined ? {} : { accepts }) });
  const made = await openLibrary(memoryDirectory(), {
    schema: { fields: { t: {} }, columns: {} },
    parts: { v: index },
  });
  const writer = await made.writer();
  for (const t of ['aa', 'ab', 'bb']) {
    const [v] = await unadapted.encodeDocuments([{ t }]);
    await writer.add({ id: t, fields: { t } }, { v: v! });
  }
  await writer.commit();
  await writer.close();
  return made;
}
const ids = (hits: readonly { readonly id: string }[]) => hits.map(({ id }) => id);

describe('an adapted query encoder', () => {
  it('searches the documents of the encoder that it was adapted to, where the index accepts it', async () => {
    const lib = await library([plain.query, adapted.fingerprints.query]);
    expect(ids(await retrieve(unadapted, part(lib, 'v'), 3).run(query('ab')))).toEqual(['aa', 'ab', 'bb']);
    expect(ids(await retrieve(adapted, part(lib, 'v'), 3).run(query('ab')))).toEqual(['bb', 'ab', 'aa']);
    await lib.close();
  });

  it('is refused by an index that does not accept it, in search and as a scorer', async () => {
    const lib = await library();
    const refused = { code: 'ENCODER_MISMATCH', message: expect.stringContaining(adapted.fingerprints.query) };
    await expect(retrieve(adapted, part(lib, 'v'), 3).run(query('ab'))).rejects.toMatchObject(refused);
    const scored = rerank(fixed('all', ranking(['aa', 1])), partScorer(adapted, part(lib, 'v')), 3);
    await expect(scored.run(query('ab'))).rejects.toMatchObject(refused);
    await expect(retrieve(adapted, part(lib, 'v'), 3).explain(query('ab'), ['aa'])).rejects.toMatchObject(refused);
    await lib.close();
  });

  it('does not store documents of another fingerprint', async () => {
    const lib = await library();
    const writer = await lib.writer();
    const [v] = await unadapted.encodeDocuments([{ t: 'a' }]);
    const other = { ...v!, fingerprint: `${SPACE}+lora-7#document` };
    const added = writer.add({ id: 'x', fields: { t: 'a' } }, { v: other });
    await expect(added).rejects.toMatchObject({ code: 'ENCODER_MISMATCH' });
    await writer.close();
    await lib.close();
  });
});

describe('representations of a query', () => {
  it('are kept by fingerprint: two encoders of one space each search with their own', async () => {
    const lib = await library([plain.query, adapted.fingerprints.query]);
    const [own] = await unadapted.encodeQueries(['ab']);
    const [changed] = await adapted.encodeQueries(['ab']);
    const both = withRep(withRep(query('nothing of these'), own!), changed!);
    expect([...both.reps!.keys()]).toEqual([plain.query, adapted.fingerprints.query]);
    const before = [unadapted.encoded, adapted.encoded];
    expect(ids(await retrieve(unadapted, part(lib, 'v'), 1).run(both))).toEqual(['aa']);
    expect(ids(await retrieve(adapted, part(lib, 'v'), 1).run(both))).toEqual(['bb']);
    expect([unadapted.encoded, adapted.encoded]).toEqual(before);
    const one = withRep(query('ab'), own!);
    const fused = fuse({ by: 'rrf' }, retrieve(unadapted, part(lib, 'v'), 3), retrieve(adapted, part(lib, 'v'), 3));
    await fused.run(one);
    expect([unadapted.encoded, adapted.encoded]).toEqual([before[0], before[1]! + 1]);
    await lib.close();
  });

  it('may be those of a stored document: a query by example encodes nothing', async () => {
    const lib = await library();
    const snapshot = lib.snapshot();
    const [example] = await snapshot.part('v').gather(['bb']);
    const before = unadapted.encoded;
    const hits = await retrieve(unadapted, part(lib, 'v'), 3).run(withRep(query(''), example!), { snapshot });
    expect(ids(hits)).toEqual(['bb', 'ab', 'aa']);
    expect(unadapted.encoded).toBe(before);
    snapshot.release();
    await lib.close();
  });
});

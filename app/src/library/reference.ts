// The papers whose vectors give the sign codes of every index their mean (app/reference). An index that took its own first
// papers would rank equal papers by where its imports began, and `quire eval` would not measure the site (ADR 22).

import { readFileSync } from 'node:fs';
import { type DenseRep, type Encoder, fingerprint } from '@quire/engine/core';
import type { ReferenceVectors } from '@quire/engine/indexes';

const PAPERS = new URL('../../reference/papers.jsonl', import.meta.url);

/** Read by every index; encoded only for a new one. */
export function referenceVectors(encoder: Pick<Encoder<'dense'>, 'encodeDocuments'>): ReferenceVectors {
  const documents = readFileSync(PAPERS, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { title: string; abstract: string }); // a file of this repository; its test checks it
  return {
    name: `papers-${fingerprint(documents)}`,
    vectors: (options): Promise<readonly DenseRep[]> => encoder.encodeDocuments(documents, options),
  };
}

// Checked by the compiler alone (types.node.test.ts): the expressions of the algebra that must compile, and those that must
// not.

import type { Encoder, IndexReader, Ranking } from '@quire/engine/core';
import {
  cut,
  fuse,
  part,
  pipe,
  type Query,
  type Retriever,
  rerank,
  retrieve,
  type Scorer,
  type Stage,
} from '@quire/engine/retrieval';
import type { Library, PartKind, Snapshot } from '@quire/engine/storage';

declare const terms: Encoder<'terms'>;
declare const mini: Encoder<'dense'>;
declare const inverted: IndexReader<'terms'>;
declare const hnswOfDense: IndexReader<'dense'>;
declare const cross: Scorer;
declare const library: Library<{ readonly text: PartKind<'terms'>; readonly vectors: PartKind<'dense'> }>;
declare const snapshot: Snapshot<{ readonly text: PartKind<'terms'>; readonly vectors: PartKind<'dense'> }>;
declare const parse: Stage<string, Query>;
declare const length: Stage<Ranking, number>;

const hybrid: Retriever = rerank(
  fuse({ by: 'rrf' }, retrieve(terms, inverted, 1000), retrieve(mini, hnswOfDense, 1000)),
  cross,
  50,
);

// @ts-expect-error an index of dense vectors cannot answer an encoder of terms
retrieve(terms, hnswOfDense, 10);
// @ts-expect-error nor the other way round
retrieve(mini, inverted, 10);

retrieve(terms, part(library, 'text'), 10);
retrieve(mini, part(library, 'vectors'), 10);
// @ts-expect-error a named part has a kind too
retrieve(mini, part(library, 'text'), 10);
// @ts-expect-error and must exist
part(library, 'nothing');

hybrid.run({ text: 'x' }, { snapshot });
const ranked: Promise<Ranking> = pipe(parse, hybrid).run('x');
const counted: Promise<number> = pipe(parse, cut(hybrid, 3), length).run('x');
// @ts-expect-error a ranking is no query
pipe(parse, length);
// @ts-expect-error raw scores are not fused
fuse({ by: 'sum' }, hybrid);

export { counted, ranked };

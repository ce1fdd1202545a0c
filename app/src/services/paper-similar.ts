// The papers nearest to a paper.

import { similarTo } from '../library/similar.ts';
import type { Work } from '../papers/index.ts';
import { changeOf, type FromStore } from './answers.ts';
import type { Context } from './context.ts';
import { damagedField } from './damage-view.ts';
import { bounds } from './page-bounds.ts';
import { viewPaper } from './paper-view.ts';

export interface SimilarHit {
  readonly work: Work;
  /** 'meaning': nearest by vectors; 'text': nearest by words, where there is no encoder. */
  readonly reason: 'meaning' | 'text';
  readonly score: number;
}

export interface SimilarPage extends FromStore {
  /** [] when nothing is near the paper. */
  readonly hits: readonly SimilarHit[];
}

/** undefined when there is no such paper. */
export async function similarPapers(
  context: Context,
  id: string,
  options: { readonly limit?: number } = {},
): Promise<SimilarPage | undefined> {
  const { store, index } = context;
  const work = (await viewPaper(context, id))?.work;
  if (work === undefined) return undefined;
  const { limit } = bounds(options);
  return index.with(async (snapshot, encoders) => {
    const { reason, hits } = await similarTo(work, snapshot, encoders, limit);
    const scores = new Map(hits.map(({ id, score }) => [id, score]));
    const { works, damaged } = await store.readIndexed(
      hits.map(({ id }) => id),
      changeOf(snapshot),
    );
    return {
      hits: works.map((near) => ({ work: near, reason, score: scores.get(near.key) ?? 0 })),
      ...damagedField(store.health, damaged),
    };
  });
}

// The papers nearest to a paper: the neighbours of its vector, which the index gives back; for a paper without a vector
// the papers with its most distinctive words.

import type { Cancellable, DenseRep, IndexReader, LexicalQuery, QueryRep, Ranking } from '@quire/engine/core';
import { withRep } from '@quire/engine/retrieval';
import type { Work } from '../papers/index.ts';
import { composed } from './compose.ts';
import { wordsOf } from './documents.ts';
import type { Encoders, PaperSnapshot } from './paper-index.ts';
import { PIPELINES } from './pipelines.ts';
import { anyOf } from './query.ts';
import { WordStatistics } from './word-statistics.ts';

/** Number of terms that represent a paper; Lucene's MoreLikeThis takes 25. */
const TELLING_TERMS = 25;

/** The `limit` nearest works, without the work itself. */
export async function similarTo(
  work: Work,
  snapshot: PaperSnapshot,
  encoders: Encoders,
  limit: number,
  options: Cancellable = {},
): Promise<{ readonly reason: 'meaning' | 'text'; readonly hits: Ranking }> {
  const near = async (pipeline: 'similar' | 'similar-words', rep: QueryRep<'dense' | 'terms'>) => {
    const { stages } = composed(PIPELINES[pipeline], encoders);
    const ranking = await stages.run(withRep({ text: '' }, rep), { ...options, snapshot });
    return ranking.filter(({ id }) => id !== work.key).slice(0, limit);
  };
  const vector = await vectorOf(work, snapshot, encoders, options);
  if (vector !== undefined) return { reason: 'meaning', hits: await near('similar', vector) };
  const terms = snapshot.part('terms');
  const query = encoders.terms.query(await tellingTerms(work, terms, encoders));
  return { reason: 'text', hits: await near('similar-words', query) };
}

/**
 * The stored vector of a work as a query. undefined without an encoder, and for a work whose text has no word that the
 * encoder has a vector of.
 */
async function vectorOf(
  work: Work,
  snapshot: PaperSnapshot,
  { dense }: Encoders,
  options: Cancellable,
): Promise<DenseRep | undefined> {
  if (dense === undefined) return undefined;
  const [stored] = await snapshot.part('dense').gather([work.key], options);
  if (stored === undefined || stored.vec.every((component) => component === 0)) return undefined;
  return { ...stored, fingerprint: dense.fingerprints.query }; // the static encoder makes both sides alike
}

/** The terms of title and abstract with the largest tf · idf; those of the title count twice. */
async function tellingTerms(work: Work, reader: IndexReader<'terms'>, { terms }: Encoders): Promise<LexicalQuery> {
  const { title, abstract } = wordsOf(work);
  const counts = new Map<string, number>();
  for (const text of [title, title, abstract]) {
    for (const term of terms.analyzer.analyze(text).terms) counts.set(term, (counts.get(term) ?? 0) + 1);
  }
  const idf = (await WordStatistics.read(counts.keys(), reader, terms)).weights();
  const weight = (term: string) => (counts.get(term) ?? 0) * (idf.get(term) ?? 0);
  const best = [...counts.keys()].sort((a, b) => weight(b) - weight(a) || (a < b ? -1 : 1)).slice(0, TELLING_TERMS);
  return anyOf(best);
}

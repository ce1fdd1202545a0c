// The papers nearest to a paper: by vectors if there is an encoder, else by the paper's most distinctive words.

import type { Cancellable, IndexReader, LexicalQuery, Ranking } from '@quire/engine/core';
import { dfPrefix, docsKey } from '@quire/engine/indexes';
import type { Work } from '../papers/index.ts';
import { FIELDS, meaningOf, wordsOf } from './documents.ts';
import type { Encoders, PaperSnapshot } from './paper-index.ts';

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
  const { dense } = encoders;
  const without = (ranking: Ranking) => ranking.filter(({ id }) => id !== work.key).slice(0, limit);
  if (dense !== undefined) {
    const reader = snapshot.part('dense') as unknown as IndexReader<'dense'>; // the part exists whenever the encoder does
    const [rep] = await dense.encodeDocuments([meaningOf(work)], options);
    if (rep !== undefined) return { reason: 'meaning', hits: without(await reader.search(rep, limit + 1, options)) };
  }
  const reader = snapshot.part('terms') as unknown as IndexReader<'terms'>;
  const query = encoders.terms.query(await tellingTerms(work, reader, encoders));
  return { reason: 'text', hits: without(await reader.search(query, limit + 1, options)) };
}

/** The terms of title and abstract with the largest tf · idf; those of the title count twice. */
async function tellingTerms(work: Work, reader: IndexReader<'terms'>, { terms }: Encoders): Promise<LexicalQuery> {
  const { title, abstract } = wordsOf(work);
  const counts = new Map<string, number>();
  for (const text of [title, title, abstract]) {
    for (const term of terms.analyzer.analyze(text).terms) counts.set(term, (counts.get(term) ?? 0) + 1);
  }
  const all: LexicalQuery = { type: 'or', clauses: [...counts.keys()].map((term) => ({ type: 'term', term })) };
  const statistics = await reader.statistics(terms.query(all));
  const documents = Math.max(1, statistics.get(docsKey('title')) ?? 1);
  const weight = (term: string) => {
    const df = Math.max(1, ...FIELDS.map((field) => statistics.get(dfPrefix(field) + term) ?? 0));
    return (counts.get(term) ?? 0) * Math.log(1 + documents / df);
  };
  const best = [...counts.keys()].sort((a, b) => weight(b) - weight(a) || (a < b ? -1 : 1)).slice(0, TELLING_TERMS);
  return { type: 'or', clauses: best.map((term) => ({ type: 'term', term })) };
}

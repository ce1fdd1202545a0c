// RM3 pseudo-relevance feedback: the query is run, the terms of the best documents are added, and the longer query is
// run. Abdul-Jaleel et al., TREC 2004; constants and pruning as in Anserini, whose published numbers this reproduces.
//   document model   tf of its 10 most frequent eligible terms, over their sum
//   relevance model  Σ over documents of score · model, its 10 heaviest terms, normalised to 1
//   new query        ½ · query terms (normalised to 1) + ½ · relevance model
// Words that the user's syntax requires or excludes restrict the new query as they restrict the first.

import { checkCount, checkNumber } from '../core/check.ts';
import { EngineError } from '../core/errors.ts';
import type { Explanation, IndexReader, LexicalQuery, Ranking, TermsQuery } from '../core/types.ts';
import { encodeDocuments } from '../encoders/encode.ts';
import type { TermsEncoder } from '../encoders/terms.ts';
import { dfPrefix } from '../indexes/inverted/statistics.ts';
import { countTerms, interpolate, normalised, relevanceModel, type Weights } from './relevance-model.ts';
import { encodeQuery, searchOptions, withReader } from './retrieve.ts';
import { once, seenBy } from './run-scope.ts';
import { type Context, type Query, type ReaderSource, type Retriever, traced } from './stage.ts';

export interface Rm3Options {
  /** Hits of the final run. */
  readonly k: number;
  /** Default 10. */
  readonly feedbackDocuments?: number;
  /** Terms of each document model and of the relevance model. Default 10. */
  readonly feedbackTerms?: number;
  /** Weight of the query's own terms, 0 … 1. Default .5. */
  readonly originalWeight?: number;
  /** Terms in a larger share of the documents are not used as feedback. Default .1. */
  readonly maxDocumentShare?: number;
}

type Settings = Required<Rm3Options>;

const DEFAULTS = { feedbackDocuments: 10, feedbackTerms: 10, originalWeight: 0.5, maxDocumentShare: 0.1 } as const;
/**
 * 2 to 20 letters, marks and digits of any alphabet, or one ideograph, which is a word. Anserini accepts a–z and 0–9.
 */
const ELIGIBLE = /^(?:[\p{L}\p{M}\p{N}]{2,20}|\p{Script=Han})$/u;
/** Terms whose frequencies are asked for at once: a query has a budget of terms. */
const TERMS_A_QUESTION = 128;
const f32 = Math.fround;

/**
 * BM25 + RM3 over a lexical part. The texts of feedback documents are those of the context (`texts`), by default the
 * stored fields of the snapshot that is searched.
 */
export function rm3(encoder: TermsEncoder, source: ReaderSource<'terms'>, options: Rm3Options): Retriever {
  const settings: Settings = { ...DEFAULTS, ...options };
  checkSettings(settings);
  const name = `rm3(${encoder.name}, ${settings.k})`;
  const expanded = (query: Query, context: Context, reader: IndexReader<'terms'>) =>
    once(settings, query, context, () => expand(encoder, reader, query, context, settings));
  return {
    name,
    run: (query, context = {}) =>
      traced(
        'rm3',
        context,
        () =>
          withReader(source, context, async (reader, seen) =>
            reader.search(await expanded(query, seen, reader), settings.k, searchOptions(query, seen)),
          ),
        (ranking) => ({ stage: name, hits: ranking.length }),
      ),
    explain: (query, ids, context = {}) =>
      withReader(source, context, async (reader, seen) => {
        const rep = await expanded(query, seen, reader);
        const description = `expanded query: ${shown(rep.query)}`;
        const out = new Map<string, Explanation>();
        for (const id of ids) {
          const why = await reader.explain(rep, id, searchOptions(query, seen));
          if (why !== undefined) out.set(id, { value: why.value, description, details: [why] });
        }
        return out;
      }),
  };
}

function checkSettings({ k, feedbackDocuments, feedbackTerms, originalWeight, maxDocumentShare }: Settings): void {
  checkCount('k', k);
  checkCount('feedbackDocuments', feedbackDocuments);
  checkCount('feedbackTerms', feedbackTerms);
  checkNumber('originalWeight', originalWeight, { min: 0, max: 1 });
  checkNumber('maxDocumentShare', maxDocumentShare, { min: 0, max: 1 });
}

/** The expanded query as a representation; the query itself where nothing was found. */
async function expand(
  encoder: TermsEncoder,
  reader: IndexReader<'terms'>,
  query: Query,
  context: Context,
  settings: Settings,
): Promise<TermsQuery> {
  const rep = await encodeQuery(encoder, reader, query, context);
  const own = normalised(countTerms(encoder.analyzer.analyze(query.text).terms));
  const first = await reader.search(rep, settings.feedbackDocuments, searchOptions(query, context));
  const counts = await feedbackCounts(encoder, first, context);
  const eligible = await eligibleTerms(encoder, reader, counts, settings.maxDocumentShare);
  const model = relevanceModel(first, counts, (term) => eligible.has(term), settings.feedbackTerms);
  const weights = model.size === 0 ? own : interpolate(own, model, settings.originalWeight);
  const clauses = [...weights]
    .filter(([, weight]) => weight > 0) // a term of weight 0 would still match and fill the tail of the ranking
    .map(([term, weight]): LexicalQuery => ({ type: 'boost', boost: weight, query: { type: 'term', term } }));
  if (clauses.length === 0) return rep;
  const tree = constrained({ type: 'or', clauses }, rep.query);
  context.trace?.({
    name: 'rm3.expanded',
    message: shown(tree),
    facts: { documents: first.length, terms: clauses.length },
  });
  return encoder.query(tree);
}

/**
 * `expansion` over the documents that `query` allows: exclusions stay, and required clauses of an `and` must occur. An
 * empty result if the query has only exclusions.
 */
function constrained(
  expansion: LexicalQuery & { type: 'or' },
  query: LexicalQuery,
  inField: (clause: LexicalQuery) => LexicalQuery = (clause) => clause,
): LexicalQuery {
  if (query.type === 'boost') return constrained(expansion, query.query, inField);
  if (query.type === 'field') {
    return constrained(expansion, query.query, (clause) => ({ type: 'field', field: query.field, query: clause }));
  }
  if (query.type !== 'and' && query.type !== 'or') return expansion;
  const nots = query.clauses.flatMap((clause): LexicalQuery[] =>
    clause.type === 'not' ? [{ type: 'not', clause: inField(clause.clause) }] : [],
  );
  const wanted = query.clauses.filter(({ type }) => type !== 'not');
  if (wanted.length === 0) return query;
  if (query.type === 'or') {
    if (nots.length > 0) return { ...expansion, clauses: [...expansion.clauses, ...nots] };
    return wanted.length === 1 ? constrained(expansion, wanted[0]!, inField) : expansion;
  }
  const gates = wanted.map((clause): LexicalQuery => ({ type: 'boost', boost: 0, query: inField(clause) }));
  return { type: 'and', clauses: [...gates, expansion, ...nots] };
}

async function feedbackCounts(encoder: TermsEncoder, first: Ranking, context: Context): Promise<readonly Weights[]> {
  if (first.length === 0) return [];
  const { texts } = seenBy(context);
  if (texts === undefined) {
    throw new EngineError('INVALID_ARGUMENT', 'RM3 has no texts of feedback documents', {
      hint: 'Search a part of a library that stores its fields, or pass `texts` in the context.',
    });
  }
  const documents: Readonly<Record<string, string>>[] = [];
  for (const { id } of first) documents.push((await texts(id)) ?? {});
  const reps = await encodeDocuments(encoder, documents, context);
  return reps.map(({ fields }) => countTerms([...fields.values()].flatMap(({ terms }) => [...terms])));
}

/** Those of a legal form that are in no more than `share` of the documents. */
async function eligibleTerms(
  encoder: TermsEncoder,
  reader: IndexReader<'terms'>,
  counts: readonly Weights[],
  share: number,
): Promise<ReadonlySet<string>> {
  const terms = [...new Set(counts.flatMap((document) => [...document.keys()]))].filter((term) => ELIGIBLE.test(term));
  const frequencies = new Map<string, number>();
  const ask = async (asked: readonly string[]): Promise<void> => {
    const clauses = asked.map((term): LexicalQuery => ({ type: 'term', term }));
    const statistics = await reader.statistics(encoder.query({ type: 'or', clauses }));
    for (const term of asked) {
      const found = encoder.fields.map((field) => statistics.get(dfPrefix(field) + term) ?? 0);
      if (Math.max(...found) > 0) frequencies.set(term, Math.max(...found));
    }
  };
  for (let at = 0; at < terms.length; at += TERMS_A_QUESTION) await ask(terms.slice(at, at + TERMS_A_QUESTION));
  // Every term is in a document, so one without a frequency was beyond a smaller budget of the index.
  for (const term of terms) if (!frequencies.has(term)) await ask([term]);
  const df = (term: string) => frequencies.get(term) ?? 0;
  return new Set(terms.filter((term) => f32(df(term) / reader.size) <= f32(share)));
}

/** For messages: `quantum^0.5000 -survei`. */
function shown(query: LexicalQuery): string {
  switch (query.type) {
    case 'or':
      return query.clauses.map(shown).join(' ');
    case 'and':
      return query.clauses.map((clause) => (clause.type === 'or' ? `(${shown(clause)})` : shown(clause))).join(' & ');
    case 'boost':
      return `${shown(query.query)}^${query.boost.toFixed(4)}`;
    case 'not':
      return `-${shown(query.clause)}`;
    case 'term':
      return query.term;
    case 'phrase':
      return `"${query.terms.join(' ')}"`;
    default:
      return query.type;
  }
}

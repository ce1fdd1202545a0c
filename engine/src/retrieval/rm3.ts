// RM3 pseudo-relevance feedback: the query is run, the terms of the best documents join it, and the longer query is run.
// Abdul-Jaleel et al., TREC 2004; constants and pruning as Anserini's, whose published numbers this reproduces.
//   document model   tf of its 10 most frequent eligible terms, over their sum
//   relevance model  Σ over documents of score · model, its 10 heaviest terms, normalised to 1
//   new query        ½ · query terms (normalised to 1) + ½ · relevance model
// Sums are rounded to float32 where Anserini's are. Ties among terms go to the smaller term.

import { checkCount, checkNumber } from '../core/check.ts';
import { EngineError } from '../core/errors.ts';
import { compareUtf8 } from '../core/order.ts';
import type { DocId, Document, Explanation, IndexReader, LexicalQuery, Ranking, TermsQuery } from '../core/types.ts';
import type { TermsEncoder } from '../encoders/terms.ts';
import { dfPrefix } from '../indexes/inverted/statistics.ts';
import { searchOptions, withReader } from './retrieve.ts';
import { once } from './run-scope.ts';
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
  /** Terms in a larger share of the documents are no feedback. Default .1. */
  readonly maxDocumentShare?: number;
  /** Texts of feedback documents. Default: the stored fields in the context's snapshot. */
  readonly documents?: (id: DocId) => Promise<Pick<Document, 'fields'> | undefined>;
}

type Settings = Required<Omit<Rm3Options, 'documents'>> & Pick<Rm3Options, 'documents'>;

/** Term → weight, in no order that matters. */
type Weights = ReadonlyMap<string, number>;

const DEFAULTS = { feedbackDocuments: 10, feedbackTerms: 10, originalWeight: 0.5, maxDocumentShare: 0.1 } as const;
const ELIGIBLE = /^[a-z0-9]{2,20}$/;
const f32 = Math.fround;

/** BM25 + RM3 over a lexical part. Only the text of the query is expanded, not a tree from the user's syntax. */
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
          withReader(source, context, async (reader) =>
            reader.search(await expanded(query, context, reader), settings.k, searchOptions(query, context)),
          ),
        (ranking) => ({ stage: name, hits: ranking.length }),
      ),
    explain: (query, ids, context = {}) =>
      withReader(source, context, async (reader) => {
        const rep = await expanded(query, context, reader);
        const out = new Map<DocId, Explanation>();
        for (const id of ids) {
          const why = await reader.explain(rep, id, searchOptions(query, context));
          if (why !== undefined)
            out.set(id, { value: why.value, description: `expanded query: ${shown(rep.query)}`, details: [why] });
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

/** The expanded query as a representation; its own terms alone where nothing was found. */
async function expand(
  encoder: TermsEncoder,
  reader: IndexReader<'terms'>,
  query: Query,
  context: Context,
  settings: Settings,
): Promise<TermsQuery> {
  const own = normalised(countTerms(encoder.analyzer.analyze(query.text).terms));
  const [rep] = await encoder.encodeQueries([query.text], context);
  const first = await reader.search(rep!, settings.feedbackDocuments, searchOptions(query, context));
  const counts = await feedbackCounts(encoder, first, context, settings);
  const eligible = await eligibleTerms(encoder, reader, counts, settings.maxDocumentShare);
  const model = relevanceModel(first, counts, eligible, settings.feedbackTerms);
  const weights = model.size === 0 ? own : interpolate(own, model, settings.originalWeight);
  const clauses = [...weights]
    .filter(([, weight]) => weight > 0) // with a weight of 0 a term would still match, and fill the tail of the ranking
    .map(([term, weight]): LexicalQuery => ({ type: 'boost', boost: weight, query: { type: 'term', term } }));
  const tree: LexicalQuery = { type: 'or', clauses };
  context.trace?.({
    name: 'rm3.expanded',
    message: shown(tree),
    facts: { documents: first.length, terms: clauses.length },
  });
  return encoder.query(tree);
}

async function feedbackCounts(
  encoder: TermsEncoder,
  first: Ranking,
  context: Context,
  { documents }: Settings,
): Promise<readonly Weights[]> {
  const read = documents ?? ((id: DocId) => storedFields(id, context));
  const out: Weights[] = [];
  for (const { id } of first) {
    const fields = (await read(id))?.fields ?? {};
    const [document] = await encoder.encodeDocuments([fields], context);
    out.push(countTerms([...document!.fields.values()].flatMap((stream) => [...stream.terms])));
  }
  return out;
}

async function storedFields(id: DocId, context: Context): Promise<Pick<Document, 'fields'> | undefined> {
  if (context.snapshot !== undefined) return context.snapshot.get(id);
  throw new EngineError('INVALID_ARGUMENT', 'RM3 has no texts of feedback documents', {
    hint: 'Run it with a snapshot of a library that stores its fields, or pass the option `documents`.',
  });
}

/** Those of 2 to 20 letters a–z and digits that are in no more than `share` of the documents. */
async function eligibleTerms(
  encoder: TermsEncoder,
  reader: IndexReader<'terms'>,
  counts: readonly Weights[],
  share: number,
): Promise<ReadonlySet<string>> {
  const terms = [...new Set(counts.flatMap((document) => [...document.keys()]))].filter((term) => ELIGIBLE.test(term));
  const clauses = terms.map((term): LexicalQuery => ({ type: 'term', term }));
  const statistics = await reader.statistics(encoder.query({ type: 'or', clauses }));
  const df = (term: string) =>
    Math.max(0, ...encoder.fields.map((field) => statistics.get(dfPrefix(field) + term) ?? 0));
  return new Set(terms.filter((term) => f32(df(term) / reader.size) <= f32(share)));
}

function relevanceModel(
  first: Ranking,
  counts: readonly Weights[],
  eligible: ReadonlySet<string>,
  size: number,
): Weights {
  const sums = new Map<string, number>();
  const models = counts.map((document) =>
    heaviest(new Map([...document].filter(([term]) => eligible.has(term))), size),
  );
  const norms = models.map((model) => f32(l1(model)));
  for (const term of new Set(models.flatMap((model) => [...model.keys()]))) {
    let sum = 0;
    models.forEach((model, i) => {
      if (norms[i]! > 0.001) sum = f32(sum + f32(f32((model.get(term) ?? 0) / norms[i]!) * f32(first[i]!.score)));
    });
    sums.set(term, sum);
  }
  return normalised(heaviest(sums, size));
}

function interpolate(own: Weights, model: Weights, weight: number): Weights {
  const out = new Map<string, number>();
  for (const term of [...own.keys(), ...model.keys()]) {
    out.set(term, f32(f32(f32(weight) * (own.get(term) ?? 0)) + (1 - f32(weight)) * (model.get(term) ?? 0)));
  }
  return out;
}

function countTerms(terms: readonly string[]): Weights {
  const counts = new Map<string, number>();
  for (const term of terms) counts.set(term, (counts.get(term) ?? 0) + 1);
  return counts;
}

function heaviest(weights: Weights, size: number): Weights {
  const sorted = [...weights].sort(([a, x], [b, y]) => y - x || compareUtf8(a, b));
  return new Map(sorted.slice(0, size));
}

const l1 = (weights: Weights) => [...weights.values()].reduce((sum, weight) => sum + Math.abs(weight), 0);

function normalised(weights: Weights): Weights {
  const norm = l1(weights);
  return norm === 0 ? weights : new Map([...weights].map(([term, weight]) => [term, f32(weight / norm)]));
}

function shown(query: LexicalQuery): string {
  if (query.type === 'or') return query.clauses.map(shown).join(' ');
  if (query.type === 'boost') return `${shown(query.query)}^${query.boost.toFixed(4)}`;
  return query.type === 'term' ? query.term : query.type;
}

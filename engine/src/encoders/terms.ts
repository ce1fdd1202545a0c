// The `terms` encoder: lexical search as a representation. A query becomes a bag of words (an `or` of its terms, a
// repeated term boosted by its count, as Lucene and Anserini do), a document the tokens of its fields. User syntax
// (quotes, minus, prefixes) is not read here: that is retrieval/query-syntax.ts.

import { checkCount, checkList, checkMethods, checkObject, checkString } from '../core/check.ts';
import { clip } from '../core/clip.ts';
import { EngineError, throwIfAborted } from '../core/errors.ts';
import { plainFingerprints } from '../core/fingerprint.ts';
import { fingerprint } from '../core/hash.ts';
import { budgetEvent } from '../core/query-budget.ts';
import { nextTurn } from '../core/turn.ts';
import type {
  Analyzer,
  Cancellable,
  Encoder,
  LexicalQuery,
  TermsDocument,
  TermsQuery,
  TokenStream,
  Trace,
} from '../core/types.ts';
import { joinedFields } from './document-text.ts';

export interface TermsEncoderOptions {
  /**
   * Fields of the index: a list of document fields, or for each index field the document fields that it is made of,
   * joined by line feeds (`{ contents: ['title', 'text'] }` is BEIR's "flat" form). Part of the space.
   */
  readonly fields: readonly string[] | Readonly<Record<string, readonly string[]>>;
  /**
   * Longer queries are cut, in UTF-16 units, with a `query.budget` trace event. Documents are read whole. Default
   * 16,384.
   */
  readonly maxQueryLength?: number;
}

export interface TermsEncoder extends Encoder<'terms'> {
  readonly analyzer: Analyzer;
  /** Names of the index's fields. */
  readonly fields: readonly string[];
  /** Puts a custom query tree into this space. */
  query(query: LexicalQuery): TermsQuery;
}

/** An abstract of 300 words has 2,000 characters, a paper 60,000; the words of a longer query say little more. */
const MAX_QUERY_LENGTH = 16_384;
/** Texts between two checks of the AbortSignal, which cost a turn of the event loop. */
const TEXTS_A_TURN = 256;

/**
 * Queries and documents analysed by `analyzer`. The space names the analyzer and the fields: no other index accepts
 * them. Throws INVALID_ARGUMENT for no fields, or one twice.
 *
 * ```ts
 * import { termsEncoder } from '@quire/engine/encoders';
 * import { english } from '@quire/engine/text';
 *
 * const encoder = termsEncoder(english(), { fields: ['title'] });
 * const [query] = await encoder.encodeQueries(['ranked retrieval']);
 * console.assert(JSON.stringify(query?.query).includes('"retriev"'));
 * ```
 */
export function termsEncoder(analyzer: Analyzer, options: TermsEncoderOptions): TermsEncoder {
  checkMethods('analyzer', analyzer, 'analyze');
  checkObject('options', options);
  const sources = sourcesOf(options.fields);
  const names = sources.map(([name]) => name);
  if (names.length === 0 || new Set(names).size < names.length) {
    throw new EngineError('INVALID_ARGUMENT', `The fields of a terms encoder are [${names.join(', ')}]`, {
      hint: 'Name at least one field, each once.',
    });
  }
  const space = `terms-${fingerprint({ analyzer: analyzer.fingerprint, fields: sources.map(([name, from]) => [name, ...from]) })}`;
  const fingerprints = plainFingerprints(space);
  const query = (tree: LexicalQuery): TermsQuery => ({
    kind: 'terms',
    side: 'query',
    space,
    fingerprint: fingerprints.query,
    query: tree,
  });
  const { maxQueryLength = MAX_QUERY_LENGTH } = options;
  checkCount('maxQueryLength', maxQueryLength, { min: 1 });
  const read = (text: string, trace: Trace | undefined): string => {
    checkString('text', text);
    if (text.length > maxQueryLength) trace?.(budgetEvent('characters', maxQueryLength, text.length));
    return clip(text, maxQueryLength);
  };
  const document = (texts: Readonly<Record<string, string>>): TermsDocument => {
    const fields = new Map<string, TokenStream>();
    for (const [name, from] of sources) {
      const text = joinedFields(texts, from);
      if (text !== '') fields.set(name, analyzer.analyze(text));
    }
    return { kind: 'terms', side: 'document', space, fingerprint: fingerprints.document, fields };
  };
  return {
    name: `terms(${analyzer.name})`,
    queryKind: 'terms',
    documentKind: 'terms',
    space,
    fingerprints,
    analyzer,
    fields: names,
    query,
    encodeQueries: (texts, cancellable) =>
      inTurns(texts, (text) => query(bagOfWords(analyzer.analyze(read(text, cancellable?.trace)))), cancellable),
    encodeDocuments: (documents, cancellable) => inTurns(documents, document, cancellable),
  };
}

/**
 * An `or` of the stream's terms in order of first occurrence, each boosted by how often it occurs. Empty: matches
 * nothing.
 */
export function bagOfWords(stream: TokenStream): LexicalQuery {
  const counts = new Map<string, number>();
  for (const term of stream.terms) counts.set(term, (counts.get(term) ?? 0) + 1);
  const clauses = [...counts].map(([term, count]): LexicalQuery => {
    const leaf: LexicalQuery = { type: 'term', term };
    return count === 1 ? leaf : { type: 'boost', boost: count, query: leaf };
  });
  return { type: 'or', clauses };
}

function sourcesOf(fields: TermsEncoderOptions['fields']): readonly (readonly [string, readonly string[]])[] {
  if (Array.isArray(fields) && fields.every((name) => typeof name === 'string'))
    return (fields as readonly string[]).map((name) => [name, [name]]);
  checkObject('fields', fields);
  for (const [name, from] of Object.entries(fields)) checkList(`fields.${name}`, from);
  return Object.entries(fields as Readonly<Record<string, readonly string[]>>);
}

async function inTurns<T, R>(items: readonly T[], encode: (item: T) => R, options: Cancellable = {}): Promise<R[]> {
  checkList('The texts', items);
  const out: R[] = [];
  for (const [i, item] of items.entries()) {
    if (i % TEXTS_A_TURN === 0) {
      if (i > 0 && options.signal !== undefined) await nextTurn();
      throwIfAborted(options.signal);
    }
    out.push(encode(item));
  }
  return out;
}

// Global statistics of a query: named sums that segments and shards add up. Keys, with F a field name and T a term:
//   docs/F      documents with at least one token in F        length/F    tokens in F over all documents
//   df/F/T      documents that hold T in F
// Deleted documents count until a merge drops them, as in Lucene.

import { EngineError } from '../../core/errors.ts';
import type { Statistics } from '../../core/types.ts';
import { averageLength } from './bm25.ts';

/** A field name with its slashes escaped, so that keys of different fields never share a prefix. */
function escaped(name: string): string {
  return name.replaceAll('%', '%25').replaceAll('/', '%2F');
}
export function docsKey(field: string): string {
  return `docs/${escaped(field)}`;
}
export function lengthKey(field: string): string {
  return `length/${escaped(field)}`;
}
/** The df key of a term is this prefix followed by the term, unescaped. */
export function dfPrefix(field: string): string {
  return `df/${escaped(field)}/`;
}

/** A field's name and its keys, computed once. */
export interface FieldKeys {
  readonly name: string;
  readonly docsKey: string;
  readonly lengthKey: string;
  readonly dfPrefix: string;
}
export interface FieldStatistics {
  readonly docs: number;
  readonly averageLength: number;
}

/** Throws INVALID_ARGUMENT when `statistics` were collected for another query or index. */
export function fieldStatistics(statistics: Statistics, field: FieldKeys): FieldStatistics {
  const docs = statistics.get(field.docsKey);
  const occurrences = statistics.get(field.lengthKey);
  if (docs === undefined || occurrences === undefined) {
    throw new EngineError('INVALID_ARGUMENT', `The statistics lack field ${JSON.stringify(field.name)}`, {
      hint: 'Pass the sum of what `statistics(query)` returned for the same query on every shard.',
    });
  }
  return { docs, averageLength: docs === 0 ? 0 : averageLength(occurrences, docs) };
}

// Calls of encoders with a check of the result: one representation a text. An encoder that skips a text would give
// every later document the vector of its neighbour.

import { EngineError } from '../core/errors.ts';
import type { Cancellable, Document, DocumentRep, Encoder, Kind, QueryRep } from '../core/types.ts';

/** `encodeQueries`; throws INVALID_ARGUMENT unless it returns one representation a text. */
export async function encodeQueries<Q extends Kind, D extends Kind>(
  encoder: Encoder<Q, D>,
  texts: readonly string[],
  options: Cancellable = {},
): Promise<readonly QueryRep<Q>[]> {
  const reps = await encoder.encodeQueries(texts, options);
  checkReturned(encoder.name, 'queries', reps, texts.length);
  return reps;
}

/** `encodeDocuments`; throws INVALID_ARGUMENT unless it returns one representation a document. */
export async function encodeDocuments<Q extends Kind, D extends Kind>(
  encoder: Encoder<Q, D>,
  documents: readonly Document['fields'][],
  options: Cancellable = {},
): Promise<readonly DocumentRep<D>[]> {
  const reps = await encoder.encodeDocuments(documents, options);
  checkReturned(encoder.name, 'documents', reps, documents.length);
  return reps;
}

function checkReturned(name: string, what: string, reps: readonly unknown[], expected: number): void {
  const returned = Array.isArray(reps) ? reps.filter((rep) => typeof rep === 'object' && rep !== null).length : 0;
  if (returned === expected && reps.length === expected) return;
  throw new EngineError(
    'INVALID_ARGUMENT',
    `The encoder ${name} returned ${returned} representations of ${expected} ${what}`,
    { hint: 'An encoder returns one representation a text, in the order of the texts.' },
  );
}

// The only conversion from the fields of a document to a text. The order of the fields changes the result of an
// encoder, so it comes from the schema or the encoder's options, never from the order of a record's keys.

import { checkObject, checkString } from '../core/check.ts';
import type { Document } from '../core/types.ts';

type Fields = Document['fields'];

/** Those of `names` that the document has, in the order of `names`. */
export function orderedFields(fields: Fields, names: readonly string[]): Fields {
  return Object.fromEntries(names.filter((name) => Object.hasOwn(fields, name)).map((name) => [name, fields[name]!]));
}

/** The non-empty fields of a document in this order (default: their own order), joined by line feeds. */
export function joinedFields(fields: Fields, order?: readonly string[]): string {
  checkObject('The document', fields);
  const names = order ?? Object.keys(fields);
  const texts = names.map((name) => (Object.hasOwn(fields, name) ? (fields[name] ?? '') : ''));
  for (const [i, text] of texts.entries()) checkString(names[i]!, text);
  return texts.filter((text) => text !== '').join('\n');
}

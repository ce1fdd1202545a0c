// The form of an analysis in the committed answers: [term, position increment, start, end] for each token, as printed by
// test/oracle/java/Analysis.java.

import type { TokenStream } from '@quire/engine/core';
import { WORD_TYPES, type WordScanner } from '@quire/engine/text';

export type Row = readonly [term: string, step: number, start: number, end: number];

export function rowsOf(stream: TokenStream): Row[] {
  let last = -1;
  return stream.terms.map((term, i) => {
    const step = stream.positions[i]! - last;
    last = stream.positions[i]!;
    return [term, step, stream.starts[i]!, stream.ends[i]!] as const;
  });
}

/** Rows of the word breaker alone, with Lucene's names of the types. */
export function wordRows(scanner: WordScanner, text: string): (readonly [...Row, type: string])[] {
  const rows: (readonly [...Row, type: string])[] = [];
  scanner.reset(text);
  while (scanner.next()) {
    const { start, end, type } = scanner;
    rows.push([text.slice(start, end), 1, start, end, LUCENE_TYPES[type]!]);
  }
  return rows;
}

const LUCENE_TYPES = WORD_TYPES.map((type) => `<${type.toUpperCase().replace('-', '_')}>`);

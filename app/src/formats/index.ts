// Formats: papers as text for other programs. One file a format, pure, streaming.

import { atom } from './atom.ts';
import { bibtex } from './bibtex.ts';
import { cslJson } from './csl-json.ts';
import { csv } from './csv.ts';
import type { Format } from './format.ts';
import { jsonFeed } from './json-feed.ts';
import { jsonl } from './jsonl.ts';
import { markdown } from './markdown.ts';
import { ris } from './ris.ts';

/** Every format. A longer extension stands before its end: `.csl.json` before `.json`. */
export const FORMATS: readonly Format[] = [atom, cslJson, jsonFeed, markdown, bibtex, ris, csv, jsonl];

export { bibtexEntry } from './bibtex.ts';
export { citationKey } from './citation-key.ts';
export { doiOf, entryId, originOf, pdfOf } from './entry.ts';
export type { Format, ListFacts, Works } from './format.ts';
export { paperMarkdown } from './markdown.ts';
export { acceptedFormat, formatNamed, type Negotiated, withoutExtension } from './negotiate.ts';
export { inverted, personName } from './person-name.ts';
export { attributes, xmlText } from './xml.ts';

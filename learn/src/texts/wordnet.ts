// Reads the data files of WordNet (data.noun, data.verb, data.adj, data.adv; format: wndb(5)): one synset a line, its words before a bar, its
// gloss behind it.

import type { PlainText } from '../data/plain-texts.ts';

const LINE = /^\d{8} \d\d [nvasr] ([0-9a-f]{2}) (.*?) \| (.*)$/;

export function* wordnetTexts(file: string, source: string): Generator<PlainText> {
  for (const line of file.split('\n')) {
    const [, count, fields, gloss] = LINE.exec(line) ?? [];
    if (count === undefined || fields === undefined || gloss === undefined) continue; // the licence at the top
    const parts = fields.split(' ');
    const words = Array.from({ length: Number.parseInt(count, 16) }, (_, i) => parts[2 * i] ?? '');
    // "(a)" and "(p)" behind an adjective say where it stands.
    const title = words.map((word) => word.replaceAll('_', ' ').replace(/\([aip]+\)$/, '')).join(', ');
    yield { title, text: gloss.trim(), source };
  }
}

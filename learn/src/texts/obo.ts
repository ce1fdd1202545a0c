// Reads definitions from an ontology in the OBO format 1.2 and 1.4: the name and the `def` of each term that is not obsolete.

import type { PlainText } from '../data/plain-texts.ts';

export function* oboTexts(file: string, source: string): Generator<PlainText> {
  for (const stanza of file.split(/\n(?=\[)/)) {
    if (!stanza.startsWith('[Term]') || /^is_obsolete: true/m.test(stanza)) continue;
    const title = /^name: (.*)$/m.exec(stanza)?.[1];
    const definition = /^def: "((?:[^"\\]|\\.)*)"/m.exec(stanza)?.[1];
    if (title === undefined || definition === undefined) continue;
    yield { title: plain(title), text: plain(definition), source };
  }
}

/** Without the escapes of the format and identifiers in brackets. */
function plain(text: string): string {
  return text.replace(/\\n/g, ' ').replace(/\\(.)/g, '$1').replace(/\s+/g, ' ').trim();
}

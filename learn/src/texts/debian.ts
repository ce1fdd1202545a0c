// Reads package descriptions from Debian's index of translations (Translation-en): the first line and the paragraphs behind it.

import type { PlainText } from '../data/plain-texts.ts';

export function* debianTexts(file: string, source: string): Generator<PlainText> {
  for (const stanza of file.split('\n\n')) {
    const name = /^Package: (.*)$/m.exec(stanza)?.[1];
    const [, title, rest] = /^Description-en: (.*)\n([\s\S]*)$/m.exec(stanza) ?? [];
    if (name === undefined || title === undefined || rest === undefined) continue;
    const text = rest
      .split('\n')
      .filter((line) => line.startsWith(' '))
      .map((line) => (line.trim() === '.' ? '\n' : line.trim()))
      .join(' ')
      .replace(/ ?\n ?/g, '\n')
      .trim();
    if (text !== '') yield { title: `${name}: ${title}`, text, source };
  }
}

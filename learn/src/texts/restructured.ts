// Reads paragraphs of prose from reStructuredText, with the heading that they stand under. Directives, tables and code are left out.

import type { PlainText } from '../data/plain-texts.ts';

const UNDERLINE = /^([=\-~^"'#*+.:_`])\1{2,}$/;
const LEAST_CHARACTERS = 80;

export function* restructuredTexts(file: string, source: string): Generator<PlainText> {
  let title = '';
  for (const block of file.split(/\n\s*\n/)) {
    const lines = block.split('\n').filter((line) => line.trim() !== '');
    const underline = lines.findIndex((line) => UNDERLINE.test(line.trim()));
    if (underline >= 0) {
      title = plain(lines[Math.max(0, underline === 0 ? 1 : underline - 1)] ?? '');
      continue;
    }
    if (lines.length === 0 || lines.some((line) => /^\s*(\.\.|>>>|\||\+[-=]|::|:\w+:)/.test(line))) continue;
    const indent = lines[0]!.length - lines[0]!.trimStart().length;
    if (indent > 8 || /[{};=]\s*$/.test(lines[0]!)) continue; // code
    const text = plain(lines.join(' '));
    if (text.length >= LEAST_CHARACTERS && / (is|are|the|to|a|of) /.test(text)) yield { title, text, source };
  }
}

/** ":func:`open`" and "``open``" become "open". */
function plain(text: string): string {
  return text
    .replace(/:[\w:+-]+:`([^`]*)`/g, '$1')
    .replace(/`([^`<]*?)\s*(<[^>]*>)?`_{0,2}/g, '$1')
    .replace(/``?|\*\*|[!~](?=[\w.]+)/g, '')
    .replace(/\s+/g, ' ')
    .replace(/::\s*$/, ':')
    .trim();
}

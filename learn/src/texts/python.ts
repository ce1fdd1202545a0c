// Reads functions with a docstring from Python source: the code as the text, the first line of the docstring as its title. Indentation says
// where a function ends; nothing is parsed beyond that.

import type { PlainText } from '../data/plain-texts.ts';

const DEFINITION = /^([ \t]*)(?:async )?def \w+\(/;
const MOST_LINES = 40;
const LEAST_WORDS = 4;

export function* pythonTexts(file: string, source: string): Generator<PlainText> {
  const lines = file.split('\n');
  for (let i = 0; i < lines.length; i++) {
    const indent = DEFINITION.exec(lines[i]!)?.[1];
    if (indent === undefined) continue;
    const end = endOf(lines, i, indent.length);
    const body = lines.slice(i, Math.min(end, i + MOST_LINES)).map((line) => line.slice(indent.length));
    const text = body.join('\n').trimEnd();
    const title = docstringOf(text);
    if (title === undefined || end - i < 4) continue;
    yield { title, text, source };
  }
}

/** The line behind the function whose definition starts in line `from`. */
function endOf(lines: readonly string[], from: number, indent: number): number {
  let end = from + 1;
  // A signature may close at the indentation of its `def`.
  while (end < lines.length && !/:\s*(#.*)?$/.test(lines[end - 1]!)) end++;
  while (end < lines.length && (lines[end]!.trim() === '' || /^[ \t]*/.exec(lines[end]!)![0].length > indent)) end++;
  return end;
}

/** The first line of the docstring; undefined where it says too little. */
function docstringOf(text: string): string | undefined {
  const line = /:\s*\n\s+[rRuU]?(?:"""|''')\s*([^\n]*)/
    .exec(text)?.[1]
    ?.replace(/("""|''')$/, '')
    .trim();
  return line !== undefined && line.split(' ').length >= LEAST_WORDS ? line : undefined;
}

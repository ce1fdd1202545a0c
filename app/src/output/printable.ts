// Text for a terminal. A command can write only Printable text, and only the tag `printable` makes it: the program's
// own text is unchanged, every inserted value is cleaned. A raw string does not compile.

import { jsonOf, toLine } from './characters.ts';

class PrintableText {
  // A private field makes the type nominal: no other object counts as printable.
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  get text(): string {
    return this.#text;
  }

  /** Without white space at the start: the first line of a wrapped text follows its label. */
  trimStart(): PrintableText {
    return new PrintableText(this.#text.trimStart());
  }
}

/** Text that contains no control character and no reordering character from data. */
export type Printable = PrintableText;

/** Values that a template takes: data is cleaned, Printable text is inserted as it is. */
export type Value = string | number | Printable;

/** printable`rejected ${file}: ${reason}\n` */
export function printable(strings: TemplateStringsArray, ...values: readonly Value[]): Printable {
  return new PrintableText(
    strings.map((string, i) => string + (i < values.length ? insert(values[i] as Value) : '')).join(''), // i is in range
  );
}

function insert(value: Value): string {
  return value instanceof PrintableText ? value.text : toLine(String(value));
}

/** Texts in order, with `separator` between them. */
export function joined(texts: readonly Printable[], separator: '' | '\n' | '\t' | '  ' = ''): Printable {
  return new PrintableText(texts.map(({ text }) => text).join(separator));
}

/** Several lines of the program's own text, such as its help or a stack: line breaks stay. */
export function printableLines(text: string): Printable {
  return new PrintableText(toLines(text));
}

/** A part of a document of many lines, such as an export: its line ends, LF or CR LF, stay; the rest is cleaned. */
export function printableDocument(text: string): Printable {
  const lines = text.split('\n').map((line) => (line.endsWith('\r') ? `${toLine(line.slice(0, -1))}\r` : toLine(line)));
  return new PrintableText(lines.join('\n'));
}

/** A value as JSON; hostile characters are escaped, so that it parses to the same value. */
export function printableJson(value: unknown, indent?: number): Printable {
  return new PrintableText(jsonOf(value, indent));
}

function toLines(text: string): string {
  return text.split('\n').map(toLine).join('\n');
}

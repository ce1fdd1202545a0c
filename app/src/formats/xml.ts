// XML 1.0 and HTML from text of outside: escaped, and without the characters that XML does not allow.

/** What XML 1.0 forbids, even as a reference. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters meant
const FORBIDDEN = /[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g;
const NAMES: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
]);

/** Text between tags or in a quoted attribute. */
export function xmlText(text: string): string {
  return html(text.toWellFormed().replace(FORBIDDEN, ''));
}

/** The same for HTML inside a feed. */
export function html(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => NAMES.get(sign) ?? sign);
}

export function attributes(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${xmlText(value)}"`)
    .join('');
}

/** `<name>text</name>` on a line of its own. */
export function element(name: string, text: string): string {
  return `  <${name}>${xmlText(text)}</${name}>\n`;
}

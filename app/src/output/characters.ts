// Characters that change how text around them is shown. Text of papers, files and requests may contain them; an output
// may not. Unicode 16, UAX #9 (bidirectional controls), and ECMA-48 (control functions).

/**
 * Characters without a shape of their own that reorder or hide neighbouring text: embeddings, overrides and isolates,
 * line and paragraph separators, deprecated format characters, annotation marks, tag characters.
 */
const REORDERING = '\\u2028-\\u202e\\u2066-\\u206f\\ufff9-\\ufffb\\u{e0000}-\\u{e007f}';
/** Directional marks. They are part of ordinary Hebrew and Arabic text, but a terminal isolates nothing. */
const MARKS = '\\u061c\\u200e\\u200f';

/** White space that ends or interrupts a line. */
const BREAKS = /[\t\n\v\f\r\u0085\u2028\u2029]+/g;
const CONTROLS = /\p{Cc}/gu;
const HIDDEN = new RegExp(`[${REORDERING}${MARKS}]`, 'gu');
const HIDDEN_IN_HTML = new RegExp(`[${REORDERING}]`, 'gu');
/** Characters that JSON.stringify does not escape. */
const UNESCAPED = new RegExp(`[\\x7f-\\x9f${REORDERING}${MARKS}]`, 'gu');

/** True when `text` contains a character that a terminal may not receive from data. */
export function isHostile(text: string): boolean {
  return text.search(CONTROLS) >= 0 || text.search(HIDDEN) >= 0 || !text.isWellFormed();
}

/**
 * Outside text on one line of a terminal: breaks become blanks, other controls U+FFFD; reordering characters are
 * removed.
 */
export function toLine(text: string): string {
  return text.toWellFormed().replace(BREAKS, ' ').replace(CONTROLS, '\ufffd').replace(HIDDEN, '');
}

/** Outside text in an HTML document: the same, but directional marks stay, because every text is isolated there. */
export function toHtml(text: string): string {
  return text.toWellFormed().replace(BREAKS, ' ').replace(CONTROLS, '').replace(HIDDEN_IN_HTML, '');
}

/** JSON text in which every such character is escaped; it parses to the same value. */
export function escapeJson(json: string): string {
  return json.replace(UNESCAPED, (found) =>
    [...Array(found.length).keys()].map((i) => `\\u${found.charCodeAt(i).toString(16).padStart(4, '0')}`).join(''),
  );
}

/** A value as JSON that any output may show. */
export function jsonOf(value: unknown, indent?: number): string {
  return escapeJson(JSON.stringify(value, undefined, indent) ?? 'null');
}

/** The start of `text`, at most `length` UTF-16 code units, never half a character; "…" shows the cut. */
export function cutAt(text: string, length: number): string {
  if (text.length <= length) return text;
  const end = Math.max(0, length - 1);
  const splits = /[\ud800-\udbff]/.test(text.charAt(end - 1));
  return `${text.slice(0, splits ? end - 1 : end)}…`;
}

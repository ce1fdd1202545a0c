// Titles and abstracts as pieces that a page can show: text, styled text and maths. Sources leave TeX in their texts
// (`{\bf x}`, `\emph{x}`, `$\ell_1$`, `\"o`) or remains of it (`1.45times`, `geq 50%`). Only what is shown changes; the
// record keeps the text as received.

import { LETTERS, SIGNS, withAccent } from './tex-signs.ts';

export type Style = 'em' | 'strong' | 'code';

export type Piece =
  | { readonly kind: 'text'; readonly text: string; readonly style?: Style }
  /** `source` is what the record has, delimiters included. */
  | { readonly kind: 'math'; readonly tex: string; readonly display: boolean; readonly source: string };

/** Commands whose argument is shown in a style, and declarations that style the rest of their group. */
const STYLED: ReadonlyMap<string, Style> = new Map([
  ...['emph', 'textit', 'textsl', 'it', 'em', 'sl'].map((name) => [name, 'em'] as const),
  ...['textbf', 'bf', 'bfseries'].map((name) => [name, 'strong'] as const),
  ...['texttt', 'tt', 'ttfamily', 'url', 'verb'].map((name) => [name, 'code'] as const),
]);
/** Commands whose argument is shown as it is. */
const TRANSPARENT =
  /^(?:text(?:sc|rm|sf|up|md|normal|superscript|subscript)?|underline|mbox|hbox|ensuremath|uppercase|title|small|footnotesize|sc|rm|sf|large|Large|xspace|noindent|protect)$/;
/** Commands that vanish with their argument. */
const DROPPED = /^(?:cite[a-z]*|label|ref|eqref|vspace|hspace|footnotemark|thanks|index)\*?$/;

/** The pieces of one text. Text without any sign of TeX is one piece. */
export function piecesOf(text: string): readonly Piece[] {
  if (!/[\\${}~`]|--|times|geq|leq/.test(text)) return text === '' ? [] : [{ kind: 'text', text }];
  const reader = new Reader();
  reader.read(text, undefined);
  return reader.pieces;
}

/** The same as plain text, maths as its source: for titles of documents and alternative texts. */
export function plainText(text: string): string {
  return piecesOf(text)
    .map((piece) => (piece.kind === 'text' ? piece.text : withSigns(piece.tex)))
    .join('');
}

/** Greek letters and operators of a formula as characters; the rest of its source without braces. */
function withSigns(tex: string): string {
  return tex
    .replace(/\\([a-zA-Z]+)\s?/g, (_, name: string) => SIGNS.get(name) ?? '')
    .replace(/[{}]/g, '')
    .replace(/\\(.)/g, '$1');
}

class Reader {
  readonly pieces: Piece[] = [];

  /** Reads `text` in a style; braces nest at most as deep as the text is long, so depth is bounded below. */
  read(text: string, style: Style | undefined, depth = 0): void {
    let at = 0;
    while (at < text.length) {
      const next = nextSign(text, at);
      this.#text(text.slice(at, next), style);
      if (next >= text.length) return;
      at = this.#sign(text, next, style, depth);
      if (at < 0) return;
    }
  }

  /** Handles the sign at `at`; returns where reading continues. */
  #sign(text: string, at: number, style: Style | undefined, depth: number): number {
    const formula = formulaAt(text, at);
    if (formula !== undefined) {
      const { end, tex, display } = formula;
      this.pieces.push({ kind: 'math', tex, display, source: text.slice(at, end) });
      return end;
    }
    const sign = text.charAt(at);
    if (sign === '\\') return this.#command(text, at, style, depth);
    if (sign === '{') return this.#group(text, at, style, depth);
    if (sign === '~') this.#text('\u00a0', style, true);
    else if (sign !== '}') this.#text(sign, style, true);
    return at + 1;
  }

  /** `{…}`: a declaration at its start styles it; braces around anything else only protected capitals. */
  #group(text: string, at: number, style: Style | undefined, depth: number): number {
    const end = closing(text, at);
    if (end < 0 || depth >= DEEPEST) return at + 1;
    const inside = text.slice(at + 1, end);
    const [all, name = ''] = /^\s*\\([a-zA-Z]+)(?![a-zA-Z])\s*/.exec(inside) ?? [''];
    const declared = STYLED.get(name);
    if (declared !== undefined && !inside.startsWith('{', all.length)) {
      this.read(inside.slice(all.length), declared, depth + 1);
    } else this.read(inside, style, depth + 1);
    return end + 1;
  }

  #command(text: string, at: number, style: Style | undefined, depth: number): number {
    const accent = withAccent(text, at);
    if (accent !== undefined) {
      this.#text(accent.text, style, true);
      return accent.end;
    }
    const [all = '', name = ''] = /^\\([a-zA-Z]+)\*?/.exec(text.slice(at, at + 40)) ?? [];
    if (name === '') return this.#escaped(text, at, style);
    const after = at + all.length;
    const argument = /^\s*\{/.exec(text.slice(after, after + 4));
    const open = argument === null ? -1 : after + argument[0].length - 1;
    const end = open < 0 || depth >= DEEPEST ? -1 : closing(text, open);
    const inside = end < 0 ? '' : text.slice(open + 1, end);
    const styled = STYLED.get(name);
    if (end >= 0 && DROPPED.test(name)) return end + 1;
    if (end >= 0 && name === 'href' && text.charAt(end + 1) === '{') return end + 1; // its second argument is a group
    if (end >= 0 && name === 'footnote') {
      this.#text(' (', style, true);
      this.read(inside, style, depth + 1);
      this.#text(')', style, true);
      return end + 1;
    }
    if (end >= 0 && (styled !== undefined || TRANSPARENT.test(name))) {
      this.read(inside, styled ?? style, depth + 1);
      return end + 1;
    }
    if (styled !== undefined || TRANSPARENT.test(name)) return afterBlank(text, after);
    const letter = LETTERS.get(name) ?? SIGNS.get(name);
    if (letter === undefined) {
      this.#text(all, style, true); // unknown: the source says more than nothing
      return after;
    }
    this.#text(letter, style, true);
    return LETTERS.has(name) ? afterBlank(text, after) : after;
  }

  /** `\%`, `\&`, `\ ` and the line break `\\`. */
  #escaped(text: string, at: number, style: Style | undefined): number {
    const sign = text.charAt(at + 1);
    if (sign === '\\' || sign === ' ' || sign === ',' || sign === ';') this.#text(' ', style, true);
    else if (/[%&_#${}|"'`^~=./-]/.test(sign)) this.#text(sign, style, true);
    else if (sign === '' || !/[()[\]!:>@]/.test(sign)) {
      this.#text('\\', style, true);
      return at + 1;
    }
    return at + 2;
  }

  #text(text: string, style: Style | undefined, exact = false): void {
    if (text === '') return;
    const shown = exact || style === 'code' ? text : typographic(text);
    const last = this.pieces.at(-1);
    if (last?.kind === 'text' && last.style === style) {
      this.pieces[this.pieces.length - 1] = { ...last, text: last.text + shown };
    } else this.pieces.push({ kind: 'text', text: shown, ...(style && { style }) });
  }
}

/** Groups inside groups that are read; the braces of deeper ones are left out. */
const DEEPEST = 20;
/** Characters of one formula. A dollar sign without a partner cannot take the rest of the text. */
const LONGEST_FORMULA = 600;

function nextSign(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === 0x5c || unit === 0x24 || unit === 0x7b || unit === 0x7d || unit === 0x7e) return at;
  }
  return text.length;
}

interface Formula {
  readonly end: number;
  readonly tex: string;
  readonly display: boolean;
}

/**
 * `$…$`, `$$…$$`, `\(…\)` or `\[…\]` at `at`. A dollar sign opens a formula when no blank follows, and closes it when
 * no blank precedes and no digit follows: "$5 and $10" has none.
 */
function formulaAt(text: string, at: number): Formula | undefined {
  for (const [open, close, display] of DELIMITERS) {
    if (!text.startsWith(open, at)) continue;
    const start = at + open.length;
    if (open === '$' && (/\s/.test(text.charAt(start)) || text.charAt(at - 1) === '\\')) return undefined;
    for (let end = text.indexOf(close, start); end >= 0; end = text.indexOf(close, end + 1)) {
      if (end - start > LONGEST_FORMULA) break;
      if (text.charAt(end - 1) === '\\' && close.startsWith('$')) continue;
      const tex = text.slice(start, end);
      if (open === '$' && (/\s$/.test(tex) || /\d/.test(text.charAt(end + 1)))) continue;
      if (tex.trim() === '') break;
      return { end: end + close.length, tex: tex.trim(), display };
    }
  }
  return undefined;
}

const DELIMITERS = [
  ['$$', '$$', true],
  ['\\[', '\\]', true],
  ['\\(', '\\)', false],
  ['$', '$', false],
] as const;

/** The position of the brace that closes the one at `at`; -1 without one. */
function closing(text: string, at: number): number {
  let depth = 0;
  for (let i = at; i < text.length; i++) {
    const sign = text.charAt(i);
    if (sign === '\\') i++;
    else if (sign === '{') depth++;
    else if (sign === '}' && --depth === 0) return i;
  }
  return -1;
}

/** TeX drops one blank behind a command of letters. */
function afterBlank(text: string, at: number): number {
  return text.charAt(at) === ' ' ? at + 1 : at;
}

/** Quotation marks and dashes as TeX writes them, and signs whose backslash a source has lost. */
function typographic(text: string): string {
  return text
    .replaceAll('``', '“')
    .replaceAll("''", '”')
    .replace(/(?<=\S)---(?=\S)/g, '—')
    .replace(/(?<=\S)\s?---\s?(?=\S)/g, ' — ')
    .replace(/(?<=[\p{L}\p{N}])--(?=[\p{L}\p{N}])/gu, '–')
    .replace(/(?<=\d)\s?times(?=\s?\d|(?![a-z]))/g, '×')
    .replace(/(?<![a-z])(geq|leq)(?=\s*\d)/g, (_, name: string) => (name === 'geq' ? '≥' : '≤'));
}

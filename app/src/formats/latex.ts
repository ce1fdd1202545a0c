// Text of papers as LaTeX for a bibliography. Maths between dollars and a few commands of titles stay; every other sign
// with a meaning in LaTeX is escaped. A title comes from outside, so a command that reads, writes or defines something
// never reaches the file as a command.

/** Commands that a title may use. */
const KEPT = new Set(
  'emph textbf textit textrm textsc textsf textsl texttt textsubscript textsuperscript underline ae AE oe OE aa AA o O l L ss i j ldots dots textendash textemdash'.split(
    ' ',
  ),
);
/** An accent and its letter: `\"o`, `\'{e}`, `\v{c}`. */
const ACCENT = /^\\(?:["'`^~=.]|[Hbcdkruv](?![a-zA-Z]))\s*(?:\{\s*\\?[a-zA-Z]\s*\}|[a-zA-Z])/;
const COMMAND = /^\\([a-zA-Z]+)/;
const ESCAPED = /^\\[&%$#_{}]/;
/** `$…$` as pandoc reads it: no blank inside next to a dollar, no digit after the second. */
const MATHS = /^\$(?![\s$])(?:[^$\\]|\\.)*?(?<![\s\\])\$(?!\d)/;
/** Commands inside maths that do more than set signs. */
const ACTIVE =
  /\\(?:input|include|openin|openout|read|write|immediate|special|csname|catcode|[egx]?def|let|newcommand|renewcommand|newenvironment|usepackage|loop|expandafter|directlua|url|href|verb|begin|end)(?![a-zA-Z])/;
const SIGNS: ReadonlyMap<string, string> = new Map([
  ['&', '\\&'],
  ['%', '\\%'],
  ['$', '\\$'],
  ['#', '\\#'],
  ['_', '\\_'],
  ['~', '\\textasciitilde{}'],
  ['^', '\\textasciicircum{}'],
  ['\\', '\\textbackslash{}'],
]);

/** LaTeX that shows `text`. Its braces are always balanced, as BibTeX demands. */
export function toLatex(text: string): string {
  const balanced = isBalanced(text);
  let out = '';
  let rest = text;
  while (rest !== '') {
    const [piece, length] = pieceOf(rest, balanced);
    out += piece;
    rest = rest.slice(length);
  }
  return out;
}

/** The same for a title: words with capitals inside, such as ColBERT, are kept from being set in lower case. */
export function titleToLatex(title: string): string {
  if (/[\\{}]/.test(title)) return toLatex(title); // its own groups say what is protected
  return title
    .split(/(\$(?![\s$])[^$]*?(?<!\s)\$(?!\d))/)
    .map((part, i) => (i % 2 === 1 ? toLatex(part) : part.split(/(\s+)/).map(guarded).join('')))
    .join('');
}

/** A word in braces if its capitals matter: beyond the first letter, or next to digits. */
function guarded(word: string): string {
  const [, before = '', core = '', after = ''] = /^([^\p{L}\p{N}]*)(.*?)([^\p{L}\p{N}+]*)$/u.exec(word) ?? [];
  const matters = /^.+\p{Lu}|^\p{Lu}[^\p{L}]*\d/u.test(core);
  return matters ? `${toLatex(before)}{${toLatex(core)}}${toLatex(after)}` : toLatex(word);
}

function pieceOf(rest: string, balanced: boolean): [piece: string, length: number] {
  const sign = rest[0] ?? '';
  if (sign === '$') {
    const maths = MATHS.exec(rest)?.[0];
    if (maths !== undefined && isBalanced(maths) && !ACTIVE.test(maths)) return [maths, maths.length];
  }
  if (sign === '\\') {
    const accent = ACCENT.exec(rest)?.[0];
    if (accent !== undefined) return [accent, accent.length];
    const escaped = ESCAPED.exec(rest)?.[0];
    if (escaped !== undefined)
      return [SIGNS.get(escaped[1] ?? '') ?? brace(escaped[1] ?? '', balanced), escaped.length];
    const command = COMMAND.exec(rest);
    if (command !== null && balanced && KEPT.has(command[1] ?? '')) return group(rest, command[0]);
  }
  if (sign === '{' || sign === '}') return [brace(sign, balanced), 1];
  return [SIGNS.get(sign) ?? sign, 1];
}

/** A kept command with the group behind it. */
function group(rest: string, command: string): [piece: string, length: number] {
  const after = rest.slice(command.length);
  if (!after.startsWith('{')) return [`${command}{}`, command.length];
  let depth = 0;
  for (let i = 0; i < after.length; i++) {
    if (after[i] === '{') depth++;
    if (after[i] === '}') depth--;
    if (depth === 0) return [`${command}{${toLatex(after.slice(1, i))}}`, command.length + i + 1];
  }
  return [`${command}{}`, command.length];
}

/** BibTeX counts braces, also escaped ones. */
function brace(sign: string, balanced: boolean): string {
  if (balanced) return `\\${sign}`;
  return sign === '{' ? '\\textbraceleft{}' : '\\textbraceright{}';
}

function isBalanced(text: string): boolean {
  let depth = 0;
  for (const sign of text) {
    if (sign === '{') depth++;
    if (sign === '}' && --depth < 0) return false;
  }
  return depth === 0;
}

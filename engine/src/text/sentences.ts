// Sentence boundaries by rule, for scientific prose in English and similar languages: deterministic, linear, without a
// model; the only dictionary is a list of abbreviations. Not UAX #29 sentences, which break after "et al." and "Fig.".

/** UTF-16 units, end exclusive. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/** Words before a full stop that do not end a sentence. */
const NEVER_LAST = new Set(
  (
    'e.g i.e cf vs viz resp approx ca esp incl fig figs eq eqs eqn sec secs tab def thm lem prop ref refs app alg no nos ' +
    'vol pp p ch ed eds dr mr mrs ms prof st gen col sgt rev hon univ dept'
  ).split(' '),
);
/** Words that end a sentence only before a capital: "et al. We show" ends, "et al. [3]" does not. */
const MAYBE_LAST = new Set('al etc inc ltd corp jr sr ph.d u.s u.k a.m p.m'.split(' '));
const CLOSERS = new Set(')]}"\'”’»」』）');
const OPENERS = new Set('([{"\'“‘«「『（');
/** The longest word that is looked up before a full stop. */
const LONGEST_ABBREVIATION = 8;

/**
 * The sentences of a text, in order, without the white space around them; together they cover all other text. A blank
 * line always ends a sentence, as do 。！？; a full stop does if the next text can begin a sentence.
 */
export function sentences(text: string): readonly TextRange[] {
  const found: TextRange[] = [];
  let start = skipSpace(text, 0);
  for (let at = start; at < text.length; ) {
    const end = boundaryAt(text, start, at);
    if (end === at) {
      const first = text.charCodeAt(at++);
      while (isStop(first) && isStop(text.charCodeAt(at))) at++; // a run of stops is one decision
      continue;
    }
    pushTrimmed(found, text, start, end);
    start = skipSpace(text, end);
    at = start;
  }
  pushTrimmed(found, text, start, text.length);
  return found;
}

/** The end of the sentence if it ends with the character at `at`; `at` itself if it does not. */
function boundaryAt(text: string, start: number, at: number): number {
  const c = text.charCodeAt(at);
  if (c === 0x0a) return isBlankLine(text, at) ? at + 1 : at;
  const wide = isWideStop(c);
  if (!wide && !isStop(c)) return at;
  let end = at + 1;
  while (end < text.length && (isStop(text.charCodeAt(end)) || isWideStop(text.charCodeAt(end)))) end++;
  const single = end === at + 1;
  while (end < text.length && CLOSERS.has(text[end]!)) end++;
  if (wide || end === text.length) return end;
  if (!isSpace(text.charCodeAt(end))) return at;
  const first = firstLetter(text, end);
  if (isLower(first)) return at;
  if (c !== 0x2e || !single) return end;
  return mayEnd(text, start, at, first) ? end : at;
}

/** Whether the word before the full stop at `dot` can end a sentence, given the next character `first`. */
function mayEnd(text: string, start: number, dot: number, first: number): boolean {
  let from = dot;
  const least = Math.max(start, dot - LONGEST_ABBREVIATION - 1);
  while (from > least && !isSpace(text.charCodeAt(from - 1)) && !OPENERS.has(text[from - 1]!)) from--;
  const word = text.slice(from, dot);
  const lower = word.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  if (NEVER_LAST.has(lower)) return false;
  if (MAYBE_LAST.has(lower)) return isUpper(first);
  if (/^[A-Z](\.[A-Z])*$/.test(word)) return from === start ? false : word === 'I'; // initials: J. R. R.
  return !(from === start && /^[0-9]{1,3}$/.test(word)); // "1. Introduction"
}

/** The first unit after the white space and the opening marks at `at`; 0 at the end. */
function firstLetter(text: string, at: number): number {
  let i = skipSpace(text, at);
  const most = i + 4;
  while (i < Math.min(most, text.length) && OPENERS.has(text[i]!) && text[i] !== '[') i++;
  return i < text.length ? text.charCodeAt(i) : 0;
}

function pushTrimmed(found: TextRange[], text: string, start: number, end: number): void {
  let last = end;
  while (last > start && isSpace(text.charCodeAt(last - 1))) last--;
  if (last > start) found.push({ start, end: last });
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && isSpace(text.charCodeAt(at))) at++;
  return at;
}

/** Whether there are only blanks between the line feed at `at` and the next one. */
function isBlankLine(text: string, at: number): boolean {
  for (let i = at + 1; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 0x0a) return true;
    if (c !== 0x20 && c !== 0x09 && c !== 0x0d) return false;
  }
  return false;
}

function isSpace(c: number): boolean {
  return c === 0x20 || (c >= 0x09 && c <= 0x0d) || c === 0xa0 || (c >= 0x2000 && c <= 0x200a) || c === 0x3000;
}
/** . ! ? … */
function isStop(c: number): boolean {
  return c === 0x2e || c === 0x21 || c === 0x3f || c === 0x2026;
}
/** 。！？ */
function isWideStop(c: number): boolean {
  return c === 0x3002 || c === 0xff01 || c === 0xff1f;
}
/** Latin, Greek and Cyrillic small letters of the common blocks. */
function isLower(c: number): boolean {
  if (c < 0x80) return c >= 0x61 && c <= 0x7a;
  return (c >= 0xdf && c <= 0xff && c !== 0xf7) || (c >= 0x3ac && c <= 0x3ce) || (c >= 0x430 && c <= 0x45f);
}
function isUpper(c: number): boolean {
  if (c < 0x80) return c >= 0x41 && c <= 0x5a;
  return (c >= 0xc0 && c <= 0xde && c !== 0xd7) || (c >= 0x391 && c <= 0x3ab) || (c >= 0x400 && c <= 0x42f);
}

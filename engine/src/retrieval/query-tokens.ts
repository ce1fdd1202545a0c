// The scanner of the query syntax: from any string to items, without errors and in linear time. Text that does not fit
// the syntax is an ordinary word. The meaning of items is in query-syntax.ts.
//
//   word   "a phrase"   -word   +word   prefix:word   prefix:"a phrase"   word*   word~   word~2

export interface QueryItem {
  readonly kind: 'word' | 'phrase' | 'prefix' | 'fuzzy';
  /** Without quotes, sign, field prefix, star and tilde. */
  readonly text: string;
  readonly sign: '' | '+' | '-';
  /** One of the known prefixes, in lower case; '' without one. */
  readonly prefix: string;
  /** Of a fuzzy item; 0 where the user gave none. */
  readonly distance: 0 | 1 | 2;
  /** As typed. */
  readonly source: string;
  /** An exclusion beyond the limit of operators: neither wanted nor excluded. */
  readonly isLeftOut?: boolean;
}

/**
 * Operators beyond this number in one query are read as ordinary words, so that a pasted text cannot cost a thousand
 * scans. Exclusions beyond it are left out: as words they would find their opposite.
 */
const MAX_OPERATORS = 32;

/** Shorter words keep their star or tilde: "A*" is an algorithm, "R~" a relation. */
const MIN_PREFIX = 2;
const MIN_FUZZY = 3;

const OPENING = '"“„”«';
const CLOSING = /["“”»]/g;
const SPACE = /\s/;

/** @param prefixes known field and column prefixes, lower case */
export function* scanQuery(source: string, prefixes: ReadonlySet<string>): Generator<QueryItem> {
  let operators = 0;
  let noMoreQuotes = false;
  for (let at = skipSpace(source, 0); at < source.length; at = skipSpace(source, at)) {
    const hasRoom = operators < MAX_OPERATORS;
    const read = readHead(source, at, prefixes);
    const isLeftOut = !hasRoom && read.sign === '-';
    const head: Head = hasRoom || isLeftOut ? read : { sign: '', prefix: '', at };
    const quoted = OPENING.includes(source[head.at]!) && (hasRoom || isLeftOut) && !noMoreQuotes;
    const close = quoted ? closingQuote(source, head.at + 1) : -1;
    if (quoted && close < 0) noMoreQuotes = true; // else every further quote would be searched to the end
    const end = close >= 0 ? close + 1 : wordEnd(source, at);
    const typed = source.slice(at, end);
    const item =
      close >= 0
        ? phraseItem(source.slice(head.at + 1, close), head, typed)
        : wordItem(source.slice(head.at, end), head, typed, hasRoom);
    if (item.kind !== 'word' || item.sign !== '' || item.prefix !== '') operators++;
    yield isLeftOut ? { ...item, isLeftOut } : item;
    at = end;
  }
}

/** The item as an ordinary word, for an operator without meaning. */
export function asWord(item: QueryItem): QueryItem {
  return { kind: 'word', text: item.source, sign: '', prefix: '', distance: 0, source: item.source };
}

interface Head {
  readonly sign: QueryItem['sign'];
  readonly prefix: string;
  /** Where the value begins. */
  readonly at: number;
}

/**
 * A sign counts only right before a character that is neither space nor sign; a prefix only when known and with a
 * value.
 */
function readHead(source: string, start: number, prefixes: ReadonlySet<string>): Head {
  let at = start;
  let sign: QueryItem['sign'] = '';
  const first = source[at];
  if ((first === '-' || first === '+') && isValue(source, at + 1) && !'+-'.includes(source[at + 1]!)) {
    sign = first;
    at++;
  }
  let end = at;
  while (end < source.length && end - at < 16 && /[a-zA-Z]/.test(source[end]!)) end++;
  const prefix = source.slice(at, end).toLowerCase();
  if (source[end] === ':' && prefixes.has(prefix) && isValue(source, end + 1)) return { sign, prefix, at: end + 1 };
  return { sign, prefix: '', at };
}

function phraseItem(text: string, head: Head, source: string): QueryItem {
  if (text.trim() === '') return asWord({ source } as QueryItem);
  return { kind: 'phrase', text: text.trim(), sign: head.sign, prefix: head.prefix, distance: 0, source };
}

function wordItem(value: string, { sign, prefix }: Head, source: string, operators: boolean): QueryItem {
  const tail = operators ? /^([^*~]+)(?:(\*)|~([12]?))$/.exec(value) : null;
  const length = tail === null ? 0 : [...tail[1]!].length;
  if (tail?.[2] === '*' && length >= MIN_PREFIX) {
    return { kind: 'prefix', text: tail[1]!, sign, prefix, distance: 0, source };
  }
  if (tail !== null && tail[2] === undefined && length >= MIN_FUZZY) {
    return { kind: 'fuzzy', text: tail[1]!, sign, prefix, distance: Number(tail[3]) as 0 | 1 | 2, source };
  }
  return { kind: 'word', text: value, sign, prefix, distance: 0, source };
}

const isValue = (source: string, at: number) => at < source.length && !SPACE.test(source[at]!);

function skipSpace(source: string, from: number): number {
  let at = from;
  while (at < source.length && SPACE.test(source[at]!)) at++;
  return at;
}

function wordEnd(source: string, from: number): number {
  let at = from;
  while (at < source.length && !SPACE.test(source[at]!)) at++;
  return at;
}

function closingQuote(source: string, from: number): number {
  CLOSING.lastIndex = from;
  return CLOSING.exec(source)?.index ?? -1;
}

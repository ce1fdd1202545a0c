// The pre-tokenizers of HuggingFace tokenizers that BPE and Unigram models use: each divides a piece of text into words,
// lazily, so that a reader that stops leaves the rest unread. Regular expressions are those of patterns.ts alone.

import { byteCharacters } from './byte-level.ts';
import { type Fields, fail, flagAt, listAt, objectAt, stringAt, typeAt, unsupported } from './fields.ts';
import { Characters, gpt2, type Scanner, scannerOf, widthAt } from './patterns.ts';

/** A piece of text; `first` when it begins where the whole text begins. */
export interface Piece {
  readonly text: string;
  readonly first: boolean;
}

export type PreTokenizer = (piece: Piece) => Iterable<Piece>;

/** A part of a text: a match of the pattern, or what lies between matches. */
interface Part {
  readonly start: number;
  readonly end: number;
  readonly isMatch: boolean;
}
type Parts = (text: string) => Iterable<Part>;

const TYPES = ['ByteLevel', 'Metaspace', 'Split', 'Digits', 'WhitespaceSplit', 'Sequence'] as const;
const BEHAVIORS = ['Removed', 'Isolated', 'MergedWithPrevious', 'MergedWithNext', 'Contiguous'] as const;
type Behavior = (typeof BEHAVIORS)[number];

export function parsePreTokenizer(value: unknown, at = 'pre_tokenizer'): PreTokenizer {
  if (value === null || value === undefined) return (piece) => [piece];
  const fields = objectAt(value, at);
  switch (typeAt(fields, TYPES, at)) {
    case 'ByteLevel':
      return byteLevel(fields, at);
    case 'Metaspace':
      return metaspace(fields, at);
    case 'Split':
      return split(fields, at);
    case 'Digits': {
      const characters = new Characters();
      const apart = flagAt(fields.individual_digits ?? false, `${at}.individual_digits`);
      return divided(
        matching((c) => characters.isDigit(c)),
        apart ? 'Isolated' : 'Contiguous',
      );
    }
    case 'WhitespaceSplit': {
      const characters = new Characters();
      return divided(
        matching((c) => characters.isSpace(c)),
        'Removed',
      );
    }
    case 'Sequence': {
      const steps = listAt(fields.pretokenizers, `${at}.pretokenizers`);
      return steps
        .map((step, i) => parsePreTokenizer(step, `${at}.pretokenizers[${i}]`))
        .reduce(joined, (piece) => [piece]);
    }
  }
}

function joined(first: PreTokenizer, second: PreTokenizer): PreTokenizer {
  return function* (piece) {
    for (const inner of first(piece)) yield* second(inner);
  };
}

function byteLevel(fields: Fields, at: string): PreTokenizer {
  const prefixed = flagAt(fields.add_prefix_space ?? true, `${at}.add_prefix_space`);
  const scan = flagAt(fields.use_regex ?? true, `${at}.use_regex`) ? gpt2() : undefined;
  return function* ({ text: given, first }) {
    const text = prefixed && !given.startsWith(' ') ? ` ${given}` : given;
    if (scan === undefined) yield { text: byteCharacters(text), first };
    else {
      for (const { start, end } of scanned(scan)(text)) {
        yield { text: byteCharacters(text.slice(start, end)), first: first && start === 0 };
      }
    }
  };
}

function metaspace(fields: Fields, at: string): PreTokenizer {
  const replacement = stringAt(fields.replacement ?? '▁', `${at}.replacement`);
  if ([...replacement].length !== 1) fail(`${at}.replacement`, `${JSON.stringify(replacement)} is not one character`);
  const isPrefixed = flagAt(fields.add_prefix_space ?? true, `${at}.add_prefix_space`);
  const scheme = stringAt(fields.prepend_scheme ?? (isPrefixed ? 'always' : 'never'), `${at}.prepend_scheme`);
  if (!['always', 'first', 'never'].includes(scheme)) throw unsupported(`${at}.prepend_scheme`, scheme);
  if (!isPrefixed && scheme !== 'never') fail(`${at}.prepend_scheme`, `it is "${scheme}" without add_prefix_space`);
  const divide = flagAt(fields.split ?? true, `${at}.split`)
    ? divided(literal(replacement), 'MergedWithNext')
    : undefined;
  return ({ text: given, first }) => {
    const replaced = given.replaceAll(' ', replacement);
    const prepends = (scheme === 'always' || (scheme === 'first' && first)) && !replaced.startsWith(replacement);
    const piece = { text: prepends ? replacement + replaced : replaced, first };
    return divide === undefined ? [piece] : divide(piece);
  };
}

function split(fields: Fields, at: string): PreTokenizer {
  const behavior = BEHAVIORS.find((name) => name === fields.behavior);
  if (behavior === undefined) throw unsupported(`${at}.behavior`, fields.behavior);
  const pattern = objectAt(fields.pattern, `${at}.pattern`);
  const parts = partsOf(pattern, `${at}.pattern`);
  return divided(flagAt(fields.invert ?? false, `${at}.invert`) ? inverted(parts) : parts, behavior);
}

function partsOf(pattern: Fields, at: string): Parts {
  if (pattern.String !== undefined) {
    const content = stringAt(pattern.String, `${at}.String`);
    if (content === '') fail(`${at}.String`, 'it is empty');
    return literal(content);
  }
  const scanner = scannerOf(stringAt(pattern.Regex, `${at}.Regex`));
  if (scanner === undefined) throw unsupported(`${at}.Regex`, pattern.Regex);
  return scanned(scanner);
}

/** The matches of a scanner cover the text. */
function scanned(scan: Scanner): Parts {
  return function* (text) {
    for (let start = 0; start < text.length; ) {
      const end = scan(text, start);
      yield { start, end, isMatch: true };
      start = end;
    }
  };
}

function literal(content: string): Parts {
  return function* (text) {
    let done = 0;
    for (let at = text.indexOf(content); at >= 0; at = text.indexOf(content, done)) {
      if (done < at) yield { start: done, end: at, isMatch: false };
      done = at + content.length;
      yield { start: at, end: done, isMatch: true };
    }
    if (done < text.length) yield { start: done, end: text.length, isMatch: false };
  };
}

/** Every character of the kind is a match of its own. */
function matching(isOfKind: (codePoint: number) => boolean): Parts {
  return function* (text) {
    let done = 0;
    for (let at = 0; at < text.length; ) {
      const next = at + widthAt(text, at);
      if (isOfKind(text.codePointAt(at)!)) {
        if (done < at) yield { start: done, end: at, isMatch: false };
        yield { start: at, end: next, isMatch: true };
        done = next;
      }
      at = next;
    }
    if (done < text.length) yield { start: done, end: text.length, isMatch: false };
  };
}

function inverted(parts: Parts): Parts {
  return function* (text) {
    for (const part of parts(text)) yield { ...part, isMatch: !part.isMatch };
  };
}

/** What becomes of the matches: dropped, words of their own, or joined to a neighbour. */
function divided(parts: Parts, behavior: Behavior): PreTokenizer {
  return function* ({ text, first }) {
    let held: Part | undefined; // may still grow to the right
    for (const part of parts(text)) {
      if (behavior === 'Removed' && part.isMatch) continue;
      if (held !== undefined && grows(behavior, held, part)) held = { ...part, start: held.start };
      else {
        if (held !== undefined) yield pieceOf(held);
        held = part;
      }
    }
    if (held !== undefined) yield pieceOf(held);

    function pieceOf({ start, end }: Part): Piece {
      return { text: text.slice(start, end), first: first && start === 0 };
    }
  };
}

/** Whether `part` joins the part before it, `held`; `held.isMatch` is that of its last part. */
function grows(behavior: Behavior, held: Part, part: Part): boolean {
  switch (behavior) {
    case 'Removed':
    case 'Isolated':
      return false;
    case 'Contiguous':
      return held.isMatch === part.isMatch;
    case 'MergedWithPrevious':
      return part.isMatch && !held.isMatch;
    case 'MergedWithNext':
      return !part.isMatch && held.isMatch;
  }
}

// Makes engine/src/text/tables/word-break.ts: the classes of all code points and the automaton that finds words.
// Rules: UAX #29 word boundaries in the form of Lucene's StandardTokenizer (kept tokens with a type), and the emoji
// sequences of UTS #51. Unicode 12.1, as in Lucene 9. Run: node scripts/unicode/word-break.mjs
import { writeFileSync } from 'node:fs';
import { at } from '../lib/paths.mjs';
import { alt, compile, maybe, one, plus, seq, star } from './automaton.mjs';
import { CODE_POINTS, encodeRuns, unicode } from './packages.mjs';

const VERSION = '12.1.0';
const properties = await readProperties(unicode(VERSION));
const { names, classOf, members } = classify(properties);
const automaton = compile(rules(members), names.length);
const merged = mergeColumns(automaton, names.length, classOf);
write(merged);

/** Membership of every code point in each property that a rule uses. */
async function readProperties({ set }) {
  const wb = (name) => set('Word_Break', name);
  const p = {
    letter: await wb('ALetter'),
    hebrew: await wb('Hebrew_Letter'),
    numeric: await wb('Numeric'),
    katakana: await wb('Katakana'),
    midLetter: await wb('MidLetter'),
    midNumber: await wb('MidNum'),
    midBoth: await wb('MidNumLet'),
    singleQuote: await wb('Single_Quote'),
    doubleQuote: await wb('Double_Quote'),
    connector: await wb('ExtendNumLet'),
    regional: await wb('Regional_Indicator'),
    joiner: await wb('ZWJ'),
    extend: union(await wb('Extend'), await wb('Format'), await wb('ZWJ')),
    hangul: await set('Script', 'Hangul'),
    han: await set('Script', 'Han'),
    hiragana: await set('Script', 'Hiragana'),
    complex: await set('Line_Break', 'Complex_Context'),
    pictograph: await set('Binary_Property', 'Extended_Pictographic'),
    keycapBase: only('0123456789#*'),
    keycap: only('\u20e3'),
    textSelector: only('\ufe0e'),
    emojiSelector: only('\ufe0f'),
    tag: between(0xe0020, 0xe007e),
    tagEnd: between(0xe007f, 0xe007f),
  };
  const halfwidth = await set('Block', 'Halfwidth_And_Fullwidth_Forms');
  const digit = await set('General_Category', 'Decimal_Number');
  for (let c = 0; c < CODE_POINTS; c++) if (halfwidth[c] && digit[c]) p.numeric[c] = 1;

  // A single emoji: a pictograph, or an Emoji other than a regional indicator, keycap base, sign or skin tone.
  const emoji = await set('Binary_Property', 'Emoji');
  p.modifier = await set('Binary_Property', 'Emoji_Modifier');
  p.modifierBase = await set('Binary_Property', 'Emoji_Modifier_Base');
  const signs = only('©®™\u3030\u303d');
  p.emoji = Uint8Array.from(p.pictograph);
  for (let c = 0; c < CODE_POINTS; c++) {
    if (emoji[c] && !p.regional[c] && !p.keycapBase[c] && !signs[c] && !p.modifier[c]) p.emoji[c] = 1;
  }
  delete p.pictograph;
  return p;
}

/** Code points with the same properties are one class; class 0 has none. */
function classify(p) {
  const keys = Object.keys(p);
  const numbers = new Map([['', 0]]);
  const classOf = new Uint8Array(CODE_POINTS);
  for (let c = 0; c < CODE_POINTS; c++) {
    const name = keys.filter((key) => p[key][c] === 1).join('+');
    if (!numbers.has(name)) numbers.set(name, numbers.size);
    classOf[c] = numbers.get(name);
  }
  const names = [...numbers.keys()];
  const members = (...wanted) =>
    names.flatMap((name, i) => (wanted.some((w) => name.split('+').includes(w)) ? [i] : []));
  return { names, classOf, members };
}

/** In order of preference; the numbers are the token types of engine/src/text/words.ts. */
function rules(members) {
  const is = (...wanted) => one(members(...wanted));
  const both = (a, b) => one(members(a).filter((c) => members(b).includes(c)));
  const extends_ = star(is('extend'));
  const ex = (part) => seq(part, extends_); // WB4: an extending character belongs to the character before it
  const selectors = members('textSelector', 'emojiSelector');
  const emojiEx = (part) => seq(part, star(one(members('extend').filter((c) => !selectors.includes(c)))));

  const hangul = ex(both('hangul', 'letter'));
  const letter = ex(is('letter', 'hebrew'));
  const hebrew = ex(is('hebrew'));
  const number = ex(is('numeric'));
  const katakana = ex(is('katakana'));
  const midLetter = ex(is('midLetter', 'midBoth', 'singleQuote'));
  const midNumber = ex(is('midNumber', 'midBoth', 'singleQuote'));
  const connector = ex(is('connector'));
  const connectors = star(connector);

  const emoji = alt(
    seq(star(is('joiner')), emojiEx(is('emoji')), maybe(is('emojiSelector'))),
    seq(maybe(seq(star(is('joiner')), emojiEx(is('modifierBase')))), emojiEx(is('modifier'))),
  );
  const emojiSequence = alt(
    seq(emoji, alt(star(seq(is('joiner'), emoji)), seq(plus(is('tag')), is('tagEnd')))),
    seq(emojiEx(is('keycapBase')), maybe(is('emojiSelector')), emojiEx(is('keycap'))),
    seq(ex(is('regional')), ex(is('regional'))),
  );

  const numbers = seq(number, star(seq(alt(connectors, midNumber), number))); // WB8, 11, 12
  const letters = seq(letter, star(seq(alt(connectors, midLetter), letter))); // WB5, 6, 7
  const hebrewQuoted = seq(hebrew, alt(ex(is('singleQuote')), seq(ex(is('doubleQuote')), hebrew))); // WB7a to 7c
  const syllable = alt(
    seq(katakana, star(seq(connectors, katakana))), // WB13
    plus(alt(hebrewQuoted, numbers, letters)), // WB9, 10
  );
  return [
    { accept: 8, rule: emojiSequence },
    { accept: 2, rule: seq(connectors, numbers, connectors) },
    { accept: 7, rule: plus(hangul) },
    { accept: 6, rule: plus(katakana) },
    { accept: 1, rule: seq(connectors, syllable, star(seq(plus(connector), syllable)), connectors) }, // WB13a, 13b
    { accept: 3, rule: plus(ex(is('complex'))) },
    { accept: 4, rule: ex(is('han')) },
    { accept: 5, rule: ex(is('hiragana')) },
  ];
}

/** Joins classes with equal transitions in every state. */
function mergeColumns({ next, accept, states }, classes, classOf) {
  const numbers = new Map();
  const to = [];
  for (let c = 0; c < classes; c++) {
    const column = Array.from({ length: states }, (_, s) => next[s * classes + c]).join();
    if (!numbers.has(column)) numbers.set(column, numbers.size);
    to.push(numbers.get(column));
  }
  const width = numbers.size;
  const small = new Uint8Array(states * width);
  for (let s = 0; s < states; s++) for (let c = 0; c < classes; c++) small[s * width + to[c]] = next[s * classes + c];
  return { next: small, accept, states, width, classOf: classOf.map((c) => to[c]) };
}

function write({ next, accept, states, width, classOf }) {
  const file = at('engine', 'src', 'text', 'tables', 'word-break.ts');
  const lines = [
    `// Generated by scripts/unicode/word-break.mjs from the Unicode Character Database ${VERSION}; do not edit.`,
    `// Word classes of all code points, and the automaton of UAX #29 words with ${states} states over ${width} classes.`,
    '',
    `export const WORD_BREAK_UNICODE = '${VERSION}';`,
    `export const WORD_BREAK_CLASSES = ${width};`,
    '/** Runs of equal class over U+0000 … U+10FFFF (see codepoints.ts). */',
    `export const WORD_BREAK_RUNS =\n  '${encodeRuns(classOf)}';`,
    '/** Next state by (state, class), a byte each, base64; state 0 is dead, 1 initial. */',
    `export const WORD_BREAK_NEXT =\n  '${Buffer.from(next).toString('base64')}';`,
    '/** Token type by state, a digit each; 0 accepts nothing. */',
    `export const WORD_BREAK_ACCEPT = '${Array.from(accept).join('')}';`,
    '',
  ];
  writeFileSync(file, lines.join('\n'));
  console.log(`word-break: ${states} states, ${width} classes, ${lines.join('\n').length} bytes`);
}

function union(...sets) {
  return Uint8Array.from({ length: CODE_POINTS }, (_, c) => (sets.some((set) => set[c]) ? 1 : 0));
}
function only(characters) {
  const set = new Uint8Array(CODE_POINTS);
  for (const character of characters) set[character.codePointAt(0)] = 1;
  return set;
}
function between(first, last) {
  return new Uint8Array(CODE_POINTS).fill(1, first, last + 1);
}

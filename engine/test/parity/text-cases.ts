// Seeded texts that are difficult for tokenizers: every script, emoji sequences, marks, controls, lone surrogates, long
// tokens. They consist of random code points and a few invented words.

import { Rng } from '@quire/engine/internals';

type Make = (rng: Rng) => string;

const from = (first: number, last: number): Make => {
  return (rng) => String.fromCodePoint(first + rng.below(last - first + 1));
};
const among = (characters: string): Make => {
  const list = [...characters];
  return (rng) => rng.pick(list);
};
const times = (make: Make, least: number, most: number): Make => {
  return (rng) => Array.from({ length: least + rng.below(most - least + 1) }, () => make(rng)).join('');
};

const WORDS = (
  'retrieval dense running the of and with cities relational conditional hopping hoped agreed feed sized falling ' +
  "hissing apologies university It's dogs' O'Neill’s end-to-end p53 IL-6 BM25 3.14 1,000,000 x_y foo:bar e.g. " +
  "can't NAACL’22 naïve Größe İstanbul ΣΊΣΥΦΟΣ ǅungla ＷＩＤＥ ﬁnal sky dying yyy ies 's S’S"
).split(' ');
const FAMILY = '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}';
const EMOJI = [
  '\u{1f600}',
  FAMILY,
  '\u{1f44d}\u{1f3fd}',
  '\u{1f1f9}\u{1f1f7}',
  '\u{1f1f9}',
  '5\ufe0f\u20e3',
  '#\u20e3',
  '\u2764\ufe0f\u200d\u{1f525}',
  '\u263a\ufe0e',
  '\u{1f3f4}\u{e0067}\u{e0062}\u{e007f}',
  '\u{1f3f4}\u{e0067}',
  '©',
  '™\ufe0f',
  '\u3030\ufe0f',
  '\u{1f3fb}',
  '\u200d\u{1f600}',
];
const PIECES: readonly Make[] = [
  (rng) => rng.pick(WORDS),
  (rng) => rng.pick(WORDS),
  (rng) => rng.pick(EMOJI),
  times(from(0x61, 0x7a), 1, 12),
  times(from(0x30, 0x39), 1, 6),
  times(from(0x20, 0x7e), 1, 8),
  times(from(0x80, 0x24f), 1, 6),
  times(from(0x370, 0x52f), 1, 8),
  times(from(0x590, 0x6ff), 1, 8),
  (rng) => `א${among('\'"״׳')(rng)}ב`,
  times(from(0x900, 0x97f), 1, 8),
  times(from(0xe00, 0xeff), 1, 8),
  times(from(0x1000, 0x109f), 1, 8),
  times(from(0x1780, 0x17ff), 1, 6),
  times(from(0x1100, 0x11ff), 1, 6),
  times(from(0xac00, 0xd7a3), 1, 5),
  times(from(0x3041, 0x30ff), 1, 8),
  times(from(0x4e00, 0x9fff), 1, 5),
  times(from(0x20000, 0x2a6d6), 1, 3),
  times(from(0xff00, 0xffef), 1, 6),
  times(from(0x300, 0x36f), 1, 3),
  times(among("'’.:;,·_‿⁀-\u00ad\u200b\u200c\u200d\u2060\ufeff\ufe0e\ufe0f\u20e3#*"), 1, 3),
  times(among(' \t\n\r\u00a0\u2003\u3000\u0000\u0001\u007f\u0085'), 1, 2),
  times(from(0xd800, 0xdfff), 1, 2),
  times(from(0, 0xffff), 1, 4),
  times(from(0x10000, 0x1ffff), 1, 4),
  times(from(0xe0000, 0xe01ef), 1, 3),
  times(from(0, 0x10ffff), 1, 2),
];
const LONG: readonly Make[] = [
  times(from(0x61, 0x7a), 200, 700),
  times(from(0x4e00, 0x4e20), 240, 270),
  times(among('\u{1d400}\u{1d401}'), 120, 140),
  times(among("a'b.\u0301"), 240, 600),
  times(among('\u200d\u{1f600}'), 240, 300),
  times(among('\u0301'), 250, 300),
  times(among('1,2_'), 240, 300),
];

/** One text; about one in twenty has a token around the length limit. */
export function hardText(rng: Rng): string {
  const pieces: string[] = [];
  const count = 1 + rng.below(24);
  for (let i = 0; i < count; i++) {
    pieces.push(rng.pick(rng.below(400) < 1 ? LONG : PIECES)(rng));
    if (rng.below(2) === 0) pieces.push(' ');
  }
  if (rng.below(25) === 0) pieces.splice(rng.below(pieces.length), 0, rng.pick(LONG)(rng));
  return pieces.join('');
}

export function hardTexts(seed: number, count: number): readonly string[] {
  const rng = new Rng(seed);
  return Array.from({ length: count }, () => hardText(rng));
}

/** Invented words that use every rule of an English stemmer: a stem and up to three suffixes. */
export function suffixedWords(seed: number, count: number): readonly string[] {
  const rng = new Rng(seed);
  const syllable: Make = (r) => times(among('bcdfghjklmnpqrstvwxyz'), 0, 2)(r) + times(among('aeiouy'), 0, 2)(r);
  const suffixes = (
    's es ies sses ed eed ing y ational tional enci anci izer bli alli entli eli ousli ization ation ator alism ' +
    'iveness fulness ousness aliti iviti biliti logi icate ative alize iciti ical ful ness al ance ence er ic able ' +
    'ible ant ement ment ent ion sion tion ou ism ate iti ous ive ize e l ll ss zz bb'
  ).split(' ');
  return Array.from({ length: count }, () => {
    const tail = Array.from({ length: rng.below(4) }, () => rng.pick(suffixes)).join('');
    return times(syllable, 0, 3)(rng) + tail;
  });
}

/** UTF-16 units as four hex digits each: the encoding for an oracle, which keeps lone surrogates. */
export function toHex(text: string): string {
  let hex = '';
  for (let i = 0; i < text.length; i++) hex += text.charCodeAt(i).toString(16).padStart(4, '0');
  return hex;
}

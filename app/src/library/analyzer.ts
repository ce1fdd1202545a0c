// The analyzers of the papers.
//   words   English, after TeX, accents and Greek letters are replaced by what people type. C++ and C# keep their signs.
//           Chinese and Japanese signs are one term each; a query asks for neighbours (query-words.ts).
//   names   the words of people's names as they are written: no stems, because Manning is not "man", no stop words.
// Offsets refer to the replaced text; excerpt.ts marks words in the original text.

import { type Analyzer, fingerprint, type TokenStream } from '@quire/engine/core';
import { english } from '@quire/engine/text';
import { plain } from '../papers/index.ts';

/** Increased whenever `plain` or the analyzers below give another result for any text. */
const VERSION = 2;

export function paperAnalyzer(): Analyzer {
  const base = english();
  return {
    name: 'papers',
    // The field of names is part of the same space: another analyzer of names needs another index, too.
    fingerprint: fingerprint({ name: 'papers', version: VERSION, base: base.fingerprint, names: NAMES.fingerprint }),
    analyze: (text) => withSigns(base, plain(text)),
    normalize: (prefix) => base.normalize(plain(prefix)),
  };
}

/** The same terms from text as it stands, so that its ranges can be marked. Words with accents have other terms. */
export function unchangedAnalyzer(): Analyzer {
  const base = english();
  return { ...base, analyze: (text) => withSigns(base, text) };
}

/** C++ and C#: one letter and its signs. Longer words keep none: PointNet++ is found as PointNet. */
const SIGNED = /(?<![\p{L}\p{N}])\p{L}(\+\+|#)(?![\p{L}+#])/gu;

function withSigns(base: Analyzer, text: string): TokenStream {
  const stream = base.analyze(text);
  if (!text.includes('++') && !text.includes('#')) return stream;
  const signs = new Map<number, string>();
  for (const match of text.matchAll(SIGNED)) signs.set(match.index, match[1] ?? '');
  if (signs.size === 0) return stream;
  const ends = stream.ends.slice();
  const terms = stream.terms.map((term, i) => {
    const sign = signs.get(stream.starts[i] ?? -1);
    if (sign === undefined) return term;
    ends[i] = (ends[i] ?? 0) + sign.length;
    return term + sign;
  });
  return { ...stream, terms, ends };
}

/** Names, one a line. The end of a line is a gap, so that no phrase reaches from one name into the next. */
export const NAMES: Analyzer = {
  name: 'names',
  fingerprint: fingerprint({ name: 'names', version: 1 }),
  analyze: (text) => nameTokens(plain(text)),
  normalize: plain,
};

function nameTokens(text: string): TokenStream {
  const found = [...text.matchAll(/[\p{L}\p{N}]+|\n/gu)];
  const words = found.flatMap((match, place) => (match[0] === '\n' ? [] : [{ match, place }]));
  return {
    length: words.length,
    terms: words.map(({ match }) => match[0]),
    positions: Uint32Array.from(words, ({ place }) => place),
    starts: Uint32Array.from(words, ({ match }) => match.index),
    ends: Uint32Array.from(words, ({ match }) => match.index + match[0].length),
  };
}

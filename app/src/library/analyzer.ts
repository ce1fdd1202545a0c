// The analyzer of the papers: English, after TeX, accents and Greek letters are replaced by what people type. Offsets
// refer to the replaced text; excerpt.ts marks words in the original text.

import { type Analyzer, fingerprint } from '@quire/engine/core';
import { english } from '@quire/engine/text';
import { plain } from '../papers/index.ts';

/** Increased whenever `plain` gives another result for any text. */
const VERSION = 1;

export function paperAnalyzer(): Analyzer {
  const base = english();
  return {
    name: 'papers',
    fingerprint: fingerprint({ name: 'papers', version: VERSION, base: base.fingerprint }),
    analyze: (text) => base.analyze(plain(text)),
    normalize: (prefix) => base.normalize(plain(prefix)),
  };
}

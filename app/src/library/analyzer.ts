// The analyzer of the papers: English, after TeX, accents and Greek letters are put the way people type them. Offsets
// are those of the changed text; what marks words in a shown text is excerpt.ts.

import { type Analyzer, fingerprint } from '@quire/engine/core';
import { english } from '@quire/engine/text';
import { plain } from '../papers/index.ts';

/** Raised whenever `plain` changes what any text becomes. */
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

// The analyzers by name, for configurations and for opening an index that names its analyzer.

import { type Analyzer, EngineError } from '../core/index.ts';
import { english } from './english.ts';
import { unicode } from './unicode.ts';

const MAKERS: Readonly<Record<string, () => Analyzer>> = {
  english,
  unicode: () => unicode(),
  'unicode-folded': () => unicode({ foldAccents: true }),
};

/** The names that `analyzers` accepts. */
export const ANALYZER_NAMES: readonly string[] = Object.keys(MAKERS);

/** A new analyzer by its name; NOT_FOUND for an unknown name. Compare fingerprints before using an index. */
export function analyzers(name: string): Analyzer {
  const make = Object.hasOwn(MAKERS, name) ? MAKERS[name] : undefined;
  if (make === undefined) {
    throw new EngineError('NOT_FOUND', `There is no analyzer ${JSON.stringify(name)}`, {
      hint: `Use one of: ${ANALYZER_NAMES.join(', ')}.`,
    });
  }
  return make();
}

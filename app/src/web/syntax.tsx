// What can be written in a query. The operators come from the table that reads them.

import { OPERATORS } from '../services/index.ts';

const EXAMPLES = [
  ['how can an index fit in memory', 'any question or words'],
  ['"late interaction"', 'exactly this phrase'],
  ['2511.16528', 'an arXiv id, DOI or address'],
  ['retrieval -generation', 'without a word'],
  ['+retrieval index', 'a word that must occur'],
  ['quantis*', 'words that begin so'],
  ['papers like 2511.16528', 'papers near a paper, also by its title'],
] as const;

export function Syntax() {
  return (
    <>
      <h2>What you can write</h2>
      <dl class="facts">
        {[...EXAMPLES, ...OPERATORS.map(({ example, meaning }) => [example, meaning] as const)].map(
          ([example, meaning]) => (
            <>
              <dt>
                <kbd>{example}</kbd>
              </dt>
              <dd>{meaning}</dd>
            </>
          ),
        )}
      </dl>
    </>
  );
}

// The key of a paper in a bibliography: family name of the first author, year, first word of the title that carries
// meaning. It depends on the paper alone, so a document that cites it can export the list again.

import type { Work } from '../papers/index.ts';
import { nameKey, plain } from '../papers/index.ts';
import { personName } from './person-name.ts';

const SKIPPED = new Set(
  'a an the on in of for to from with by at as and or is are be can do does how what when where which who why towards toward via using not no some'.split(
    ' ',
  ),
);

/** `example2026small`; only a to z and digits. */
export function citationKey(work: Work): string {
  const [author] = work.authors;
  const family = author === undefined ? '' : letters(personName(author).family);
  const words = plain(work.title)
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .map(letters)
    .filter((word) => word !== '');
  const word = words.find((each) => !SKIPPED.has(each)) ?? words[0] ?? '';
  return `${family || 'anon'}${work.year ?? ''}${word}` || 'paper';
}

/** Gives each paper of one file a key of its own. The second paper with a key gets its identifier behind it. */
export function keysOfFile(): (work: Work) => string {
  const given = new Set<string>();
  return (work) => {
    const key = citationKey(work);
    const own = given.has(key) ? `${key}_${work.key.replace(/^arxiv:/, '').replace(/[^A-Za-z0-9]+/g, '-')}` : key;
    given.add(own);
    return own;
  };
}

function letters(text: string): string {
  return nameKey(text)
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '');
}

// Strings that must not be in a tracked file: hosts of package registries (the client of each reader has its own) and
// absolute paths of one machine. The patterns are assembled from pieces, so that this file does not contain the strings.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { trackedFiles } from '../lib/files.mjs';

export const name = 'forbidden words';

const host = (...parts) => parts.join('\\.');
const folder = (word) => `(?<![\\w.~*}/-])/${word}/`;

const FORBIDDEN = [
  [
    'a registry host',
    [
      host('registry', 'npmjs'),
      host('registry', 'yarnpkg'),
      host('repo1?', 'maven'),
      host('files', 'pythonhosted'),
      host('pypi', 'org'),
      host('deb', 'debian', 'org'),
    ].join('|'),
  ],
  [
    'a machine path',
    ['work', 'root', 'home/[a-z]', 'Users/[A-Za-z]', 'tmp/bash_jobs']
      .map((word) => (word.includes('/[') ? `(?<![\\w.~*}/-])/${word}` : folder(word)))
      .join('|'),
  ],
  ['a word of the place this was made in', ['work' + 'place', 'farm-' + '(bench|studio)'].join('|')],
].map(([what, pattern]) => [what, new RegExp(pattern, 'i')]);

/** A trained vocabulary may contain any word of its texts. */
const VOCABULARY = /^models\//;
const BINARY = /\.(png|jpe?g|gif|ico|woff2?|gz|zst|wasm|bin|safetensors|quire)$/i;

/** @returns {string[]} one line an occurrence */
export function check(root) {
  const problems = [];
  for (const file of trackedFiles(root).filter((path) => !BINARY.test(path) && !VOCABULARY.test(path))) {
    const lines = readFileSync(join(root, file), 'utf8').split('\n');
    lines.forEach((line, index) => {
      for (const [what, pattern] of FORBIDDEN) {
        const found = pattern.exec(line);
        if (found) problems.push(`${file}:${index + 1}: ${what}: ${found[0]}`);
      }
    });
  }
  return problems;
}

// Words that must not stand in a tracked file: hosts of package registries (a reader's own client knows its registry) and
// absolute paths of somebody's machine. The patterns are put together here so that this file does not contain them.
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

/** A trained vocabulary holds whatever words its texts held. */
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

// Strings that must not be in a tracked file: hosts of package registries (the client of each reader has its own),
// absolute paths of one machine, and words that plain English replaces. The patterns are assembled from pieces, so that
// this file does not contain the strings.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { trackedFiles } from '../lib/files.mjs';

export const name = 'forbidden words';

const host = (...parts) => parts.join('\\.');
const folder = (word) => `(?<![\\w.~*}/-])/${word}/`;

/** `le|t` stands for one word: the bar keeps the word out of this file. */
const words = (...list) =>
  `\\b(${list.map((word) => word.replaceAll('|', '').replaceAll(' ', '\\s')).join(')\\b|\\b(')})\\b`;

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
  [
    'an archaism (write it in plain English)',
    words(
      'an|ew',
      'af|resh',
      'wh|ence',
      'there|of',
      'there|in',
      'where|in',
      'where|by',
      'le|st',
      'al|beit',
      'for ev|er',
      'here and th|ere',
      'to and f|ro',
      'men|d',
      'men|ds',
      'men|ded',
      'men|ding',
    ),
  ],
  [
    'a thing as a person (name what it does)',
    words(
      'no|body',
      "no|body's",
      'who|ever',
      'lets g|o',
      'let g|o',
      'its bus|iness',
      'knows no|thing',
      'wan|ts to',
      'he|ars',
      'stum|bles',
      'liv|es in',
      'liv|es on',
    ),
  ],
  [
    'an inverted sentence (subject first)',
    words('only th|en is', 'only th|en are', 'only th|en does', 'only th|en do'),
  ],
  [
    'a slogan (state the measurement)',
    words('bla|zing', 'bla|zingly', 'seam|less', 'effort|less', 'effort|lessly', 'light|ning'),
  ],
].map(([what, pattern]) => [what, new RegExp(pattern, 'i')]);

/** A trained vocabulary may contain any word of its texts. */
const NOT_CHECKED = /^(models\/|CHANGELOG\.md$)/;
const BINARY = /\.(png|jpe?g|gif|ico|woff2?|gz|zst|wasm|bin|safetensors|quire)$/i;

/** Lines that quote such a word: data, names and identifiers. [file, part of the line] */
const ALLOWED = [[/^LICENSE$/, 'there']];

/** @returns {string[]} one line an occurrence */
export function check(root) {
  const problems = [];
  for (const file of trackedFiles(root).filter((path) => !BINARY.test(path) && !NOT_CHECKED.test(path))) {
    const lines = readFileSync(join(root, file), 'utf8').split('\n');
    lines.forEach((line, index) => {
      if (ALLOWED.some(([path, text]) => path.test(file) && line.includes(text))) return;
      for (const [what, pattern] of FORBIDDEN) {
        const found = pattern.exec(line);
        if (found) problems.push(`${file}:${index + 1}: ${what}: ${found[0]}`);
      }
    });
  }
  return problems;
}

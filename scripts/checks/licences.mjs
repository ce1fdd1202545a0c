// Compares the licences of all packages in package-lock.json with an allow-list: permissive licences for packages that ship
// with the product, also MPL-2.0 (file-level copyleft, unmodified) for tools that only build and test it.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const name = 'licences';

const PERMISSIVE = new Set([
  'MIT',
  'ISC',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'Unlicense',
  'OFL-1.1', // fonts
]);
const TOOLS = new Set([...PERMISSIVE, 'MPL-2.0', 'Python-2.0', 'CC-BY-4.0', 'Zlib']);
// Without bench/: its peers are not dependencies of the product and are never redistributed.
const LOCKS = ['package-lock.json', 'runner/package-lock.json'];

/** @returns {string[]} one line a package whose licence is not allowed or not given */
export function check(root) {
  return LOCKS.filter((lock) => existsSync(join(root, lock))).flatMap((lock) => {
    const { packages } = JSON.parse(readFileSync(join(root, lock), 'utf8'));
    const tools = lock !== 'package-lock.json'; // the runner does not ship
    return Object.entries(packages)
      .filter(([path, entry]) => path.includes('node_modules/') && !entry.link)
      .filter(([, entry]) => !allowed(entry.license, entry.dev || entry.devOptional || tools ? TOOLS : PERMISSIVE))
      .map(
        ([path, entry]) =>
          `${lock}: ${path.replace(/^.*node_modules\//, '')} ${entry.version}: ${entry.license ?? 'no licence given'}`,
      );
  });
}

/** An SPDX expression of plain ORs and ANDs: one side of an OR must be allowed, all sides of an AND. */
export function allowed(expression, list) {
  if (typeof expression !== 'string') return false;
  const parts = expression.replace(/[()]/g, '').split(/\s+OR\s+/);
  return parts.some((part) => part.split(/\s+AND\s+/).every((licence) => list.has(licence.trim())));
}

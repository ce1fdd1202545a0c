// A test beside a source file has the name of that file: `rrf.test.ts` tests `rrf.ts`. A test of all files of a folder has
// the name of the folder. Every other test has the name of a behaviour and states it in a comment on its first line.
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { filesBelow } from '../lib/files.mjs';

export const name = 'names of tests';

/** Folders of sources. engine/test, learn/test, app/test and test hold tests of behaviours only. */
const FOLDERS = ['engine/src', 'learn/src', 'app/src', 'scripts', 'bench'];
const ENDINGS = ['.ts', '.tsx', '.node.ts', '.mjs', '.js'];

/** @returns {string[]} one line a test whose name is neither a source file nor a stated behaviour */
export function check(root) {
  return FOLDERS.flatMap((folder) =>
    filesBelow(join(root, folder), /\.test\.tsx?$/)
      .map((below) => `${folder}/${below}`)
      .filter((test) => !hasSource(root, test) && !readFileSync(join(root, test), 'utf8').startsWith('// '))
      .map(
        (test) => `${test}: no source file has this name; rename the test, or state its behaviour on its first line`,
      ),
  );
}

/** `pool.node.test.ts` belongs to `pool.ts` or `pool.node.ts`, `x.contract.test.ts` to `x.ts`, `data/data.test.ts` to data. */
function hasSource(root, test) {
  const folder = join(root, dirname(test));
  const stem = basename(test).replace(/\.test\.tsx?$/, '');
  const stems = [stem, stem.replace(/\.(node|contract)$/, '')];
  return stems.some(
    (s) => s === basename(folder) || ENDINGS.some((ending) => existsSync(join(folder, `${s}${ending}`))),
  );
}

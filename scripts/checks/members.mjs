// Private members of classes are written with `#`: the runtime enforces it, and the name shows it. The keywords `private`
// and `protected` are for the compiler only and are not used. A private constructor has no other form and is allowed.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesBelow, withoutComments } from '../lib/files.mjs';

export const name = 'private members';

const FOLDERS = ['engine', 'learn', 'app', 'bench', 'test', 'scripts'];
/** The keyword at the beginning of a member, or of a parameter property of a constructor. */
const MEMBER =
  /(?:^|[{};(,])\s*(private|protected)\s+(?!constructor\b)(?:static\s+|override\s+|readonly\s+|async\s+|get\s+|set\s+|\*\s*)*([\w$]+)\s*[!?:(=;<]/gm;

/** @returns {string[]} one line a member */
export function check(root) {
  return FOLDERS.flatMap((folder) =>
    filesBelow(join(root, folder), /\.tsx?$/).flatMap((below) => {
      const file = `${folder}/${below}`;
      const code = withoutComments(readFileSync(join(root, file), 'utf8'));
      return [...code.matchAll(MEMBER)].map(([, word, member]) => `${file}: ${word} ${member}; write #${member}`);
    }),
  );
}

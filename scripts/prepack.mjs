// Runs before a package is packed: copies the licence and the notices from the root to the package.
import { copyFileSync } from 'node:fs';
import { basename } from 'node:path';
import { at } from './lib/paths.mjs';

for (const name of ['LICENSE', 'THIRD_PARTY_NOTICES']) copyFileSync(at(name), basename(name));

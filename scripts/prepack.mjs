// Before a package is packed: puts the licence and the notices, which stand once at the root, beside its manifest.
import { copyFileSync } from 'node:fs';
import { basename } from 'node:path';
import { at } from './lib/paths.mjs';

for (const name of ['LICENSE', 'THIRD_PARTY_NOTICES']) copyFileSync(at(name), basename(name));

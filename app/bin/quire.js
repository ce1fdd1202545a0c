#!/usr/bin/env node
// The `quire` command: plain JavaScript, so that it can say in words why it cannot run yet. The rest is in dist/.

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const built = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));

if (major < 20 || (major === 20 && minor < 19)) {
  fail(
    `Quire needs Node 20.19 or newer; this is Node ${process.versions.node}.`,
    'Install a current Node from nodejs.org.',
  );
} else if (!existsSync(built)) {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  fail('Quire is not built yet.', `Run "npm start" or "npm run build" in ${root}`);
} else {
  const { main } = await import('../dist/cli/main.js');
  process.exitCode = await main(process.argv.slice(2));
}

function fail(message, hint) {
  // The name of a folder may contain control characters; output/characters.ts is not built yet.
  const [line, fix] = [message, hint].map((text) => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\ufffd'));
  process.stderr.write(`error: ${line}\n  hint: ${fix}\n`);
  process.exitCode = 1;
}

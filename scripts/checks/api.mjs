// The public API report: docs/api/engine.md lists every public name of every entry with its declaration, so that a change
// of the API is a reviewed line. The check fails when the report differs; `npm run api` writes it.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { publicNames } from '../lib/declarations.mjs';
import { root } from '../lib/paths.mjs';

export const name = 'public API report';

/** Shared with trainers, tests and index kinds outside the engine, without a promise: not in the report. */
const INTERNALS = './internals';
const REPORT = 'docs/api/engine.md';

/** @returns {string[]} empty when the report equals the declarations of the build */
export function check(folder) {
  const wanted = report(folder);
  const path = join(folder, REPORT);
  const have = existsSync(path) ? readFileSync(path, 'utf8') : '';
  if (have === wanted) return [];
  const lines = new Set(have.split('\n'));
  const first = wanted.split('\n').find((line) => !lines.has(line)) ?? 'a removed name';
  return [`${REPORT} differs from the build (first: ${first.trim()}); run npm run api and review the change`];
}

/** The report's text, from the .d.ts files of the engine's entries. */
export function report(folder) {
  const { exports } = JSON.parse(readFileSync(join(folder, 'engine', 'package.json'), 'utf8'));
  const lines = [
    '# The public API of @quire/engine',
    '',
    'Written by `npm run api` from the compiled declarations; a check compares it with every build.',
    '',
  ];
  for (const [entry, target] of Object.entries(exports)) {
    if (entry === INTERNALS) continue;
    const names = publicNames(join(folder, 'engine', target.types));
    lines.push(`## @quire/engine${entry.slice(1)}`, '');
    if (names.length > 0)
      lines.push(
        '```typescript',
        ...names.map(([, text]) => text.replace(/^export\s+(declare\s+)?|^declare\s+/gm, '')),
        '```',
        '',
      );
  }
  return `${lines.join('\n').trimEnd()}\n`;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const path = join(root, REPORT);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, report(root));
  console.log(`api: wrote ${REPORT}`);
}

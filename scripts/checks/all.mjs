// Runs every check of the repository and returns its share of a test run: one pass or failure for each check.
// `npm run check` runs it alone; `npm run check -- layers links` runs the named ones.
import { pathToFileURL } from 'node:url';
import { root } from '../lib/paths.mjs';
import * as api from './api.mjs';
import * as bundleSize from './bundle-size.mjs';
import * as cycles from './cycles.mjs';
import * as exportsCheck from './exports.mjs';
import * as layers from './layers.mjs';
import * as licences from './licences.mjs';
import * as links from './links.mjs';
import * as lockfile from './lockfile.mjs';
import * as members from './members.mjs';
import * as style from './style.mjs';
import * as testNames from './test-names.mjs';
import * as types from './types.mjs';
import * as unusedExports from './unused-exports.mjs';
import * as words from './words.mjs';

const CHECKS = [
  layers,
  cycles,
  links,
  licences,
  lockfile,
  words,
  members,
  testNames,
  unusedExports,
  style,
  types,
  exportsCheck,
  api,
  bundleSize,
];

/** Runs the checks whose name contains one of `wanted` (all when empty). */
export async function runChecks(wanted = []) {
  const part = { name: 'checks', passed: 0, failed: [], skipped: [], files: [] };
  for (const { name, check } of CHECKS) {
    if (wanted.length > 0 && !wanted.some((word) => name.toLowerCase().includes(word.toLowerCase()))) continue;
    const problems = await attempt(check);
    console.log(`check ${name}: ${problems.length === 0 ? 'ok' : `${problems.length} problems`}`);
    for (const problem of problems) console.log(`  ${problem}`);
    if (problems.length === 0) part.passed++;
    else part.failed.push(`check ${name}: ${problems.length} problems, first: ${problems[0]}`);
  }
  return part;
}

async function attempt(check) {
  try {
    return await check(root);
  } catch (error) {
    return [error.message];
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { failed } = await runChecks(process.argv.slice(2));
  process.exitCode = failed.length > 0 ? 1 : 0;
}

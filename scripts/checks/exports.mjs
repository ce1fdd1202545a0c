// The packages as published: every entry of `exports` exists after a build, has types and loads in plain Node without side
// effects on the global scope. The packed files contain no tests, sources or stale output.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

export const name = 'exports';

const PACKAGES = ['engine', 'learn'];
const UNWANTED = /\.test\.|(^|\/)(test|fixtures|__snapshots__)\/|\.tsbuildinfo$|(?<!\.d)\.tsx?$/;

/** @returns {string[]} one line an entry or file that is wrong */
export function check(root) {
  return PACKAGES.filter((name) => existsSync(join(root, name, 'package.json'))).flatMap((name) => {
    const folder = join(root, name);
    const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const absent = Object.entries(exports ?? {}).flatMap(([entry, target]) => missing(folder, entry, target));
    const broken = absent.length > 0 ? [] : unloadable(folder, Object.values(exports ?? {}));
    return [...absent, ...broken, ...unwanted(packedFiles(folder))].map((problem) => `${name}: ${problem}`);
  });
}

function missing(folder, entry, target) {
  if (typeof target === 'string') return existsSync(join(folder, target)) ? [] : [`${entry}: ${target} does not exist`];
  if (target.types === undefined) return [`${entry}: no types`];
  return Object.values(target)
    .filter((path) => !existsSync(join(folder, path)))
    .map((path) => `${entry}: ${path} does not exist`);
}

/** Loads all entries in a new Node process; reports an entry that throws and every new name on globalThis. */
function unloadable(folder, targets) {
  const urls = targets.map((target) => pathToFileURL(join(folder, target.default ?? target)).href);
  const program = `
    const before = new Set(Reflect.ownKeys(globalThis));
    const problems = [];
    for (const url of ${JSON.stringify(urls)}) {
      try { await import(url); } catch (error) { problems.push(url.replace(/^.*\\/dist\\//, '') + ' does not load: ' + error.message); }
    }
    for (const key of Reflect.ownKeys(globalThis)) if (!before.has(key)) problems.push('loading sets globalThis.' + String(key));
    console.log(JSON.stringify(problems));`;
  return JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' }));
}

function packedFiles(folder) {
  const windows = process.platform === 'win32';
  const args = ['pack', '--dry-run', '--json', '--ignore-scripts', '--loglevel=error'];
  const answer = JSON.parse(
    execFileSync('npm', args, { cwd: folder, encoding: 'utf8', shell: windows, stdio: ['ignore', 'pipe', 'ignore'] }),
  );
  const [packed] = Array.isArray(answer) ? answer : Object.values(answer);
  return packed.files.map(({ path }) => path);
}

/** The packed files that must not be in a package. */
export const unwanted = (files) => files.filter((path) => UNWANTED.test(path)).map((path) => `packs ${path}`);

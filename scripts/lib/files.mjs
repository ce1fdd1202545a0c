// Lists files below a folder, and reads what TypeScript and JavaScript files import. Shared by the checks.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';

const IGNORED = new Set(['node_modules', 'dist', '.git', '.cache', '.oracles', 'coverage']);

/** Every file below `folder` whose name matches `ending`: paths relative to it, with forward slashes, sorted. */
export function filesBelow(folder, ending = /./) {
  if (!existsSync(folder)) return [];
  const found = [];
  const visit = (path) => {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      if (IGNORED.has(entry.name)) continue;
      const below = join(path, entry.name);
      if (entry.isDirectory()) visit(below);
      else if (entry.isFile() && ending.test(entry.name)) found.push(relative(folder, below).split(sep).join('/'));
    }
  };
  visit(folder);
  return found.sort();
}

/** The files below `folder` that git tracks or does not ignore; every file where there is no git. */
export function trackedFiles(folder) {
  try {
    const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
    const listed = execFileSync('git', args, {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 1 << 26,
    });
    return listed
      .split('\0')
      .filter((path) => path !== '' && existsSync(join(folder, path)) && statSync(join(folder, path)).isFile());
  } catch {
    return filesBelow(folder);
  }
}

/**
 * The imports and re-exports of a source text. `typeOnly` is true when the import does not exist at run time.
 * @returns {{specifier: string, typeOnly: boolean}[]}
 */
export function importsOf(source) {
  const code = withoutComments(source);
  const found = [];
  for (const [, keyword, clause, specifier] of code.matchAll(
    /(?:^|[;\n}])\s*(import|export)\b([^'"`;=()]*?)\bfrom\s*['"]([^'"\n]+)['"]/g,
  )) {
    found.push({ specifier, typeOnly: isTypeOnly(keyword, clause) });
  }
  for (const [, specifier] of code.matchAll(/(?:^|[;\n])\s*import\s*['"]([^'"\n]+)['"]/g))
    found.push({ specifier, typeOnly: false });
  for (const [, type, specifier] of code.matchAll(/(typeof\s+)?\bimport\(\s*['"]([^'"\n]+)['"]\s*\)/g)) {
    found.push({ specifier, typeOnly: type !== undefined });
  }
  return found;
}

function isTypeOnly(keyword, clause) {
  const text = clause.trim();
  if (/^type\b(?!\s*,)/.test(text)) return true;
  const named = /^\{([\s\S]*)\}$/.exec(text);
  if (named === null) return false;
  const names = named[1]
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  return keyword === 'import' && names.length > 0 && names.every((name) => name.startsWith('type '));
}

/** The text without comments; a `//` inside a string stays. */
export function withoutComments(source) {
  return source.replace(
    /("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g,
    (_all, string) => string ?? ' ',
  );
}

/** The target of a relative specifier, as a path relative to `folder`; undefined for a package. */
export function resolveRelative(folder, from, specifier) {
  if (!specifier.startsWith('.')) return undefined;
  return relative(folder, resolve(folder, dirname(from), specifier))
    .split(sep)
    .join('/');
}

// Names that a source file exports and that no other file imports. Two kinds of names count as imported: those that a
// package publishes through an entry of its `exports`, and a type that another declaration of its file uses, because it
// belongs to the interface of that declaration. A re-export is no use of a name. Reads the text of imports and exports.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesBelow, resolveRelative, withoutComments } from '../lib/files.mjs';

export const name = 'unused exports';

/** Packages whose sources are checked. */
const PACKAGES = ['engine', 'learn', 'app'];
/** Folders whose files import. */
const IMPORTING = [...PACKAGES, 'bench', 'scripts', 'test', 'runner'];

const CODE = /\.(tsx?|mjs|js)$/;
const CHECKED = /^(engine|learn|app)\/src\/(?!.*(\/generated\/|\.test\.tsx?$)).*\.tsx?$/;
const INDEX = /(^|\/)index\.tsx?$/;

/** @returns {string[]} one line a name */
export function check(root) {
  const files = new Map();
  for (const folder of IMPORTING)
    for (const below of filesBelow(join(root, folder), CODE)) {
      const file = `${folder}/${below}`;
      files.set(file, linksOf(withoutComments(readFileSync(join(root, file), 'utf8'))));
    }
  const used = usedNames(root, files);
  const problems = [];
  for (const [file, { exported }] of files) {
    if (!CHECKED.test(file) || INDEX.test(file)) continue;
    for (const name of exported) {
      const isUsed = used.has(`${file} ${name}`);
      if (!isUsed) problems.push(`${file}: nothing imports ${name}`);
    }
  }
  return problems;
}

/** "file name" of every name that an import or an entry reaches, through any number of re-exports. */
function usedNames(root, files) {
  const entries = entriesOf(root);
  const used = new Set();
  const targetsOf = (file, specifier) => {
    const relative = resolveRelative(root, file, specifier);
    return relative === undefined ? (entries.get(specifier) ?? []) : [sourceOf(relative)];
  };
  const use = (file, name) => {
    const links = files.get(file);
    if (links === undefined || used.has(`${file} ${name}`)) return;
    used.add(`${file} ${name}`);
    if (name === '*') for (const each of links.exported) use(file, each);
    for (const { specifier, pairs } of links.reexported)
      for (const [from, to] of pairs)
        if (to === name || from === '*') for (const target of targetsOf(file, specifier)) use(target, from);
  };
  for (const file of [...entries.values()].flat()) use(file, '*');
  for (const [file, { imported }] of files)
    for (const { specifier, names } of imported)
      for (const target of targetsOf(file, specifier)) for (const name of names) use(target, name);
  return used;
}

/** (specifier -> source files): '@quire/engine/core' -> engine/src/core/index.ts. Conditions may select several files. */
function entriesOf(root) {
  const entries = new Map();
  for (const folder of PACKAGES) {
    const manifest = join(root, folder, 'package.json');
    if (!existsSync(manifest)) continue;
    const { name: packageName, exports = {} } = JSON.parse(readFileSync(manifest, 'utf8'));
    for (const [entry, target] of Object.entries(exports)) {
      const built = (typeof target === 'string' ? [target] : Object.values(target)).filter((path) =>
        /\.js$/.test(path),
      );
      entries.set(
        `${packageName}${entry.slice(1)}`,
        built.map((path) => sourceOf(`${folder}/${path.replace('./', '')}`)),
      );
    }
  }
  return entries;
}

/** The source of a built file: engine/dist/core/index.js -> engine/src/core/index.ts. */
function sourceOf(path) {
  return path.replace(/^(\w+)\/dist\/(.*)\.js$/, '$1/src/$2.ts');
}

const DECLARATION =
  /(?:^|[;\n}])\s*export\s+(?:declare\s+)?(?:abstract\s+)?(?:async\s+)?(function\s*\*?|class|const|let|interface|type|enum)\s+([A-Za-z_$][\w$]*)/g;
const FROM = /(?:^|[;\n}])\s*(import|export)\b([^'"`;=()]*?)\bfrom\s*['"]([^'"\n]+)['"]/g;
const DYNAMIC = /\bimport\(\s*['"]([^'"\n]+)['"]\s*\)/g;

/** The names that a text exports, imports and re-exports. */
function linksOf(code) {
  const exported = new Set();
  for (const [, word, name] of code.matchAll(DECLARATION)) {
    const isType = word === 'interface' || word === 'type';
    if (!isType || occurrences(code, name) < 2) exported.add(name);
  }
  const imported = [];
  const reexported = [];
  for (const [, keyword, clause, specifier] of code.matchAll(FROM)) {
    const pairs = pairsOf(/\{([^}]*)\}/.exec(clause)?.[1] ?? '');
    if (clause.includes('*')) pairs.push(['*', '*']);
    if (keyword === 'import') imported.push({ specifier, names: pairs.map(([from]) => from) });
    else reexported.push({ specifier, pairs });
    if (keyword === 'export') for (const [, to] of pairs) exported.add(to);
  }
  for (const [, specifier] of code.matchAll(DYNAMIC)) imported.push({ specifier, names: ['*'] });
  return { exported, imported, reexported };
}

const occurrences = (code, name) =>
  code.split(new RegExp(`(?<![\\w$])${name.replaceAll('$', '\\$')}(?![\\w$])`)).length - 1;

/** `a, type b as c` -> [[a, a], [b, c]] */
function pairsOf(list) {
  return list
    .split(',')
    .map((item) => item.trim().replace(/^type\s+/, ''))
    .filter((item) => item !== '')
    .map((item) => item.split(/\s+as\s+/))
    .map(([from, to = from]) => [from, to]);
}

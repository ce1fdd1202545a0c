// The layers of ARCHITECTURE.md: the folders that each folder may import. From the folders in `types` only types may be
// imported.
// Tests may cross layers, but outside the engine they too import only its public subpaths.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesBelow, importsOf, resolveRelative } from '../lib/files.mjs';

export const name = 'layers';

const ALL = [
  'core',
  'kernels',
  'network',
  'storage',
  'text',
  'encoders',
  'indexes',
  'retrieval',
  'topics',
  'evaluation',
];
const retrieval = { values: ['core', 'encoders', 'indexes', 'text', 'kernels'], types: ['storage'] };

/** The table of the engine. A folder without an entry is an error: add its layer here first. */
const ENGINE = {
  core: { values: [], types: [] },
  kernels: { values: ['core'], types: [] },
  network: { values: ['core', 'kernels'], types: [] },
  storage: { values: ['core'], types: [] },
  text: { values: ['core'], types: [] },
  encoders: { values: ['core', 'kernels', 'network', 'text', 'storage'], types: [] },
  indexes: { values: ['core', 'kernels', 'storage'], types: [] },
  'indexes/inverted': { values: ['core', 'kernels', 'storage', 'text'], types: [] },
  retrieval,
  topics: retrieval,
  evaluation: { values: ['core', 'storage'], types: ['retrieval'] },
  internals: { values: ['core'], types: [] },
  guard: { values: ALL, types: [] },
  backends: { values: ALL, types: [] },
  node: { values: [...ALL, 'guard', 'backends'], types: [] },
  browser: { values: [...ALL, 'guard', 'backends'], types: [] },
};

/** Folders of indexes that kinds share. Every other one is an index kind, which no other folder may import. */
const SHARED_BY_INDEXES = ['clustering', 'codes', 'dense-part', 'rows', 'scan'];

const SOURCE = /\.tsx?$/;
const TEST = /(\.test\.tsx?$)|(^|\/)test\//;

/** @returns {string[]} one sentence a violation */
export function check(root) {
  return [...engine(root), ...outside(root, 'learn', ['app']), ...outside(root, 'app', []), ...app(root)];
}

function engine(root) {
  const home = join(root, 'engine', 'src');
  const problems = [];
  for (const file of filesBelow(home, SOURCE).filter((path) => !TEST.test(path))) {
    const isNode = /\.node\.ts$/.test(file) || file.startsWith('node/');
    for (const { specifier, typeOnly } of importsOf(readFileSync(join(home, file), 'utf8'))) {
      const target = resolveRelative(home, file, specifier);
      const problem = target === undefined ? foreign(specifier, isNode) : crossing(file, target, typeOnly);
      if (problem !== undefined) problems.push(`engine/src/${file}: ${problem}`);
    }
  }
  return problems;
}

function foreign(specifier, isNode) {
  if (specifier.startsWith('node:')) return isNode ? undefined : `imports ${specifier}; only *.node.ts and node/ may`;
  return `imports the package ${specifier}; the engine has no dependencies`;
}

function crossing(file, target, typeOnly) {
  if (target.startsWith('..')) return `imports ${target}, outside engine/src`;
  if (!file.includes('/')) return undefined; // the root entries re-export any layer
  const from = file.split('/')[0];
  const to = target.split('/')[0];
  if (from === 'indexes' && to === 'indexes') return sibling(file.split('/'), target.split('/'));
  if (from === to) return undefined;
  const inverted = from === 'indexes' && file.startsWith('indexes/inverted');
  const rule = inverted ? ENGINE['indexes/inverted'] : ENGINE[from];
  if (rule === undefined) return `the folder ${from} has no layer in scripts/checks/layers.mjs`;
  if (!target.includes('/')) return `imports the root entry ${target}; a layer imports the folder it needs`;
  if (rule.values.includes(to) || (typeOnly && rule.types.includes(to))) return undefined;
  return rule.types.includes(to) ? `${from} may import only types of ${to}` : `${from} may not import ${to}`;
}

/** An index kind stays in its folder and in the shared ones; the root files of indexes re-export any kind. */
function sibling(file, target) {
  if (file.length < 3 || target.length < 3 || file[1] === target[1]) return undefined;
  if (SHARED_BY_INDEXES.includes(target[1])) return undefined;
  return `indexes/${file[1]} imports the index kind ${target[1]}; move what both need to a shared folder`;
}

/** learn and app import the engine through its public subpaths only, and otherwise files of their own folder. */
function outside(root, name, forbidden) {
  const home = join(root, name);
  const problems = [];
  for (const file of filesBelow(home, SOURCE)) {
    for (const { specifier } of importsOf(readFileSync(join(home, file), 'utf8'))) {
      const target = resolveRelative(home, file, specifier);
      const deep = /^@quire\/(engine|learn)\/.+\/.+/.test(specifier) || /^@quire\/[^/]+\/(src|dist)\b/.test(specifier);
      const past = target?.startsWith('../') && (!TEST.test(file) || /^\.\.\/(engine|learn|app)\/src\//.test(target));
      if (deep || past) problems.push(`${name}/${file}: imports ${specifier}; use a public subpath`);
      if (forbidden.some((other) => specifier === 'quire' || target?.startsWith(`../${other}/`))) {
        problems.push(`${name}/${file}: ${name} may not import the app`);
      }
    }
  }
  return problems;
}

/**
 * The folders of app/src and what each may import. Rules of the domain (papers, readers, watches, digest) are pure: they
 * import neither SQL nor HTTP. services combine everything below; the faces (web, api, mcp, cli, export) stand on services. A
 * folder without an entry is an error: add its layer here first.
 */
const APP = {
  papers: { values: [], types: [] },
  output: { values: ['papers'], types: [] },
  readers: { values: ['papers'], types: [] },
  watches: { values: ['papers'], types: [] },
  digest: { values: ['papers'], types: ['readers', 'watches'] },
  sources: { values: ['papers'], types: [] },
  models: { values: [], types: [] },
  harvest: { values: ['papers', 'sources', 'output'], types: ['store'] },
  formats: { values: ['papers', 'output', 'sources'], types: [] },
  store: { values: ['papers', 'readers', 'watches', 'digest'], types: ['harvest'] },
  library: { values: ['papers', 'sources', 'models', 'store', 'output', 'watches'], types: ['readers'] },
  services: {
    values: [
      ...['papers', 'output', 'sources', 'models', 'store', 'library', 'readers', 'watches', 'digest', 'harvest'],
      'formats',
    ],
    types: [],
  },
  api: { values: ['papers', 'output', 'formats', 'services'], types: [] },
  mcp: { values: ['papers', 'output', 'formats', 'services'], types: [] },
  web: { values: ['papers', 'output', 'formats', 'services'], types: [] },
  export: { values: ['papers', 'output', 'formats', 'services', 'web', 'api'], types: [] },
  server: {
    values: [
      ...['papers', 'output', 'sources', 'store', 'library', 'readers', 'watches', 'digest', 'harvest', 'formats'],
      ...['services', 'api', 'mcp', 'web'],
    ],
    types: [],
  },
  cli: { values: ['papers', 'output', 'formats', 'services', 'server', 'web', 'api', 'mcp', 'export'], types: [] },
};

function app(root) {
  const home = join(root, 'app', 'src');
  const problems = [];
  for (const file of filesBelow(home, SOURCE).filter((path) => !TEST.test(path) && path.includes('/'))) {
    const from = file.split('/')[0];
    const rule = APP[from];
    if (rule === undefined) {
      problems.push(`app/src/${file}: the folder ${from} has no layer in scripts/checks/layers.mjs`);
      continue;
    }
    for (const { specifier, typeOnly } of importsOf(readFileSync(join(home, file), 'utf8'))) {
      const target = resolveRelative(home, file, specifier);
      if (target === undefined) {
        if (from === 'papers' && specifier.startsWith('@quire/') && !typeOnly)
          problems.push(`app/src/${file}: the domain imports ${specifier}; it may import types of the engine only`);
        continue;
      }
      const to = target.split('/')[0];
      if (to === from || target.startsWith('..') || rule.values.includes(to)) continue;
      if (!rule.types.includes(to)) problems.push(`app/src/${file}: ${from} may not import ${to}`);
      else if (!typeOnly) problems.push(`app/src/${file}: ${from} may import only types of ${to}`);
    }
  }
  return problems;
}

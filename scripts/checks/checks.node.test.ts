// Every check can fail: each runs over a small repository with one planted violation, and over one without.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { at } from '../lib/paths.mjs';
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

type Files = Readonly<Record<string, string>>;
interface Check {
  readonly check: (root: string) => string[] | Promise<string[]>;
}

const made: string[] = [];
afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function repository(files: Files): string {
  const folder = mkdtempSync(join(tmpdir(), 'quire-check-'));
  made.push(folder);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  symlinkSync(at('node_modules'), join(folder, 'node_modules'));
  return folder;
}

const lock = (entry: object): Files => ({
  'package-lock.json': JSON.stringify({ packages: { '': {}, 'node_modules/thing': { version: '1.0.0', ...entry } } }),
});
const sound = { license: 'MIT', integrity: 'sha512-x' };
const slash = '/';
const strict = JSON.stringify({ compilerOptions: { strict: true, noEmit: true, types: [] }, include: ['*.ts'] });

const cases: readonly [string, Check, string, Files, Files, RegExp][] = [
  [
    'layers',
    layers,
    'core importing text',
    { 'engine/src/core/a.ts': "import { b } from './b.ts';" },
    { 'engine/src/core/a.ts': "import { b } from '../text/b.ts';" },
    /core may not import text/,
  ],
  [
    'layers',
    layers,
    'an index outside inverted importing text',
    { 'engine/src/indexes/inverted/a.ts': "import { b } from '../../text/b.ts';" },
    { 'engine/src/indexes/flat/a.ts': "import { b } from '../../text/b.ts';" },
    /indexes may not import text/,
  ],
  [
    'layers',
    layers,
    'an index kind importing its sibling',
    { 'engine/src/indexes/ivf/a.ts': "import { b } from '../codes/b.ts';" },
    { 'engine/src/indexes/ivf/a.ts': "import { b } from '../binary/b.ts';" },
    /indexes\/ivf imports the index kind binary/,
  ],
  [
    'layers',
    layers,
    'a shared folder of indexes importing an index kind',
    { 'engine/src/indexes/index.ts': "export { b } from './flat/b.ts';" },
    { 'engine/src/indexes/rows/a.ts': "import type { B } from '../flat/b.ts';" },
    /indexes\/rows imports the index kind flat/,
  ],
  [
    'layers',
    layers,
    'evaluation importing a value of retrieval',
    { 'engine/src/evaluation/a.ts': "import type { B } from '../retrieval/b.ts';" },
    { 'engine/src/evaluation/a.ts': "import { type C, b } from '../retrieval/b.ts';" },
    /only types of retrieval/,
  ],
  [
    'layers',
    layers,
    'a Node module outside the Node files',
    { 'engine/src/storage/a.node.ts': "import { open } from 'node:fs';" },
    { 'engine/src/storage/a.ts': "import { open } from 'node:fs';" },
    /only \*\.node\.ts/,
  ],
  [
    'layers',
    layers,
    'a dependency of the engine',
    { 'engine/src/core/a.ts': '// import { z } from "zod"' },
    { 'engine/src/core/a.ts': "export { z } from 'zod';" },
    /no dependencies/,
  ],
  [
    'layers',
    layers,
    'the app reaching into the engine',
    { 'app/src/a.ts': "import { b } from '@quire/engine/core';" },
    { 'app/src/a.ts': "import { b } from '@quire/engine/core/bitset';" },
    /public subpath/,
  ],
  [
    'layers',
    layers,
    'a relative path out of the app',
    { 'app/src/a.ts': "import { b } from './b.ts';" },
    { 'app/src/a.ts': "const b = await import('../../engine/src/core/b.ts');" },
    /public subpath/,
  ],
  [
    'layers',
    layers,
    'learn importing the app',
    { 'learn/src/a.ts': "import { b } from '@quire/engine';" },
    { 'learn/src/a.ts': "import { b } from 'quire';" },
    /may not import the app/,
  ],
  [
    'layers',
    layers,
    'the library importing the services above it',
    { 'app/src/library/a.ts': "import type { B } from '../store/b.ts';" },
    { 'app/src/library/a.ts': "import type { B } from '../services/b.ts';" },
    /library may not import services/,
  ],
  ...['web', 'api', 'mcp', 'cli'].map((face): (typeof cases)[number] => [
    'layers',
    layers,
    `${face} reaching past the services`,
    { [`app/src/${face}/a.ts`]: "import { b } from '../services/b.ts';" },
    { [`app/src/${face}/a.ts`]: "import type { B } from '../library/b.ts';" },
    /may not import library/,
  ]),
  [
    'layers',
    layers,
    'the digest importing more than types of readers',
    { 'app/src/digest/a.ts': "import type { B } from '../readers/b.ts';" },
    { 'app/src/digest/a.ts': "import { b } from '../readers/b.ts';" },
    /digest may import only types of readers/,
  ],
  [
    'layers',
    layers,
    'the domain importing the store',
    { 'app/src/papers/a.ts': "import { b } from './b.ts';" },
    { 'app/src/papers/a.ts': "import { b } from '../store/b.ts';" },
    /papers may not import store/,
  ],
  [
    'layers',
    layers,
    'the domain importing values of the engine',
    { 'app/src/papers/a.ts': "import type { DocId } from '@quire/engine/core';" },
    { 'app/src/papers/a.ts': "import { EngineError } from '@quire/engine/core';" },
    /the domain imports @quire/,
  ],
  [
    'layers',
    layers,
    'a folder of the app without a layer',
    { 'app/src/web/a.ts': "import { b } from '../services/b.ts';" },
    { 'app/src/misc/a.ts': "import { b } from '../services/b.ts';" },
    /has no layer/,
  ],
  [
    'layers',
    layers,
    'a folder without a layer',
    { 'engine/src/text/a.ts': "import { b } from '../core/b.ts';" },
    { 'engine/src/misc/a.ts': "import { b } from '../core/b.ts';" },
    /has no layer/,
  ],
  [
    'cycles',
    cycles,
    'three files in a ring',
    {
      'engine/src/core/a.ts': "import './b.ts';",
      'engine/src/core/b.ts': "import { c } from './c.ts';",
      'engine/src/core/c.ts': "import type { D } from './d.ts';",
      'engine/src/core/d.ts': 'export type D = 1;',
    },
    {
      'engine/src/core/a.ts': "import './b.ts';",
      'engine/src/core/b.ts': "import { c } from './c.ts';",
      'engine/src/core/c.ts': "export { a } from './a.ts';",
    },
    /a\.ts -> .*b\.ts -> .*c\.ts -> .*a\.ts/,
  ],
  [
    'cycles',
    cycles,
    'two files that need types of each other',
    { 'engine/src/core/a.ts': "import type { B } from './b.ts';", 'engine/src/core/b.ts': 'export type B = 1;' },
    {
      'engine/src/core/a.ts': "import type { B } from './b.ts';",
      'engine/src/core/b.ts': "import type { A } from './a.ts';",
    },
    /a\.ts -> .*b\.ts -> .*a\.ts/,
  ],
  [
    'links',
    links,
    'a missing file',
    { 'README.md': '[x](docs/x.md) [site](https://example.org/none)', 'docs/x.md': '# X' },
    { 'README.md': '[x](docs/y.md)', 'docs/x.md': '# X' },
    /no such file/,
  ],
  [
    'links',
    links,
    'a missing anchor',
    { 'README.md': '[x](docs/x.md#two-words) [y](#me)\n# Me', 'docs/x.md': '## Two `words`' },
    { 'README.md': '[x](docs/x.md#three-words)', 'docs/x.md': '## Two words' },
    /no such heading/,
  ],
  [
    'licences',
    licences,
    'a copyleft dependency',
    lock({ ...sound, license: 'MIT OR GPL-3.0-only' }),
    lock({ ...sound, license: 'GPL-3.0-only' }),
    /thing 1\.0\.0: GPL/,
  ],
  ['licences', licences, 'no licence at all', lock(sound), lock({ integrity: 'x' }), /no licence given/],
  [
    'licences',
    licences,
    'MPL-2.0 in what ships',
    lock({ ...sound, license: 'MPL-2.0', dev: true }),
    lock({ ...sound, license: 'MPL-2.0' }),
    /MPL/,
  ],
  [
    'lockfile',
    lockfile,
    'a download address',
    lock(sound),
    lock({ ...sound, resolved: 'https://example.org/thing.tgz' }),
    /download address/,
  ],
  ['lockfile', lockfile, 'no checksum', lock(sound), lock({ license: 'MIT' }), /no checksum/],
  ['lockfile', lockfile, 'a script at installation', lock(sound), lock({ ...sound, hasInstallScript: true }), /script/],
  [
    'lockfile',
    lockfile,
    'an optional package that is not listed',
    lock({ ...sound, optionalDependencies: {} }),
    lock({ ...sound, optionalDependencies: { 'thing-linux': '1.0.0' } }),
    /thing-linux, optional for .* is not listed/,
  ],
  [
    'types',
    types,
    'a wrong argument in a test',
    { 'tsconfig.test.json': strict, 'a.test.ts': 'export const a: number = Math.abs(1);\n' },
    { 'tsconfig.test.json': strict, 'a.test.ts': "export const a: number = Math.abs('1');\n" },
    /a\.test\.ts\(1,\d+\): error TS2345/,
  ],
  [
    'words',
    words,
    'a machine path',
    { 'a.md': 'see src/work/a.md and ./root/b, https://example.org/home/you/x' },
    { 'a.md': `see ${slash}work/thing/a.md` },
    /a\.md:1: a machine path/,
  ],
  [
    'words',
    words,
    'a registry host',
    { 'a.md': 'the registry of npm' },
    { 'a.md': `fetch it\nfrom ${['registry', 'npmjs', 'org'].join('.')}` },
    /a\.md:2: a registry host/,
  ],
  [
    'words',
    words,
    'an archaism',
    { 'a.md': 'it is read again', 'b.ts': 'const thereof2 = 1;' },
    { 'a.md': `it is read ${'ane'}${'w'}` },
    /a\.md:1: an archaism/,
  ],
  [
    'words',
    words,
    'a thing as a person',
    { 'a.ts': '// the last reader closes the file' },
    { 'a.ts': `// No${'body'} else has the file` },
    /a\.ts:1: a thing as a person/,
  ],
  [
    'private members',
    members,
    'the keyword private',
    { 'app/src/a.ts': 'class A {\n  // private b = 1;\n  #b = 1;\n  private constructor() {}\n}' },
    { 'app/src/a.ts': 'class A {\n  private readonly b = 1;\n}' },
    /app\/src\/a\.ts: private b; write #b/,
  ],
  [
    'names of tests',
    testNames,
    'a test without a source file and without a behaviour',
    {
      'app/src/a.ts': '',
      'app/src/a.test.ts': '',
      'app/src/data/data.test.ts': '',
      'app/src/hostile.test.ts': '// Hostile text does not reach the terminal.\n',
    },
    { 'app/src/a.ts': '', 'app/src/b.test.ts': '' },
    /app\/src\/b\.test\.ts: no source file/,
  ],
  [
    'unused exports',
    unusedExports,
    'an export that no file imports',
    {
      'engine/package.json': JSON.stringify({ name: '@quire/engine', exports: { '.': './dist/index.js' } }),
      'engine/src/index.ts': "export { a } from './a.ts';",
      'engine/src/a.ts': 'export interface Options {}\nexport function a(options: Options) {}',
      'app/src/a.ts': 'export const c = 1;',
      'app/src/a.test.ts': "import { c } from './a.ts';",
    },
    {
      'app/src/a.ts': 'export const c = 1;\nexport const d = 2;',
      'app/src/index.ts': "export { c, d } from './a.ts';",
      'app/src/b.ts': "import { c } from './index.ts';",
    },
    /app\/src\/a\.ts: nothing imports d/,
  ],
  [
    'exports',
    exportsCheck,
    'an entry without its file',
    engine({ 'dist/index.js': 'export const a = 1;', 'dist/index.d.ts': 'export declare const a = 1;' }),
    engine({ 'dist/index.d.ts': 'export declare const a = 1;' }),
    /index\.js does not exist/,
  ],
  [
    'exports',
    exportsCheck,
    'an entry that changes the global scope',
    engine({ 'dist/index.js': 'export const a = 1;', 'dist/index.d.ts': '' }),
    engine({ 'dist/index.js': 'globalThis.leak = 1;', 'dist/index.d.ts': '' }),
    /globalThis\.leak/,
  ],
  [
    'exports',
    exportsCheck,
    'a packed test',
    engine({ 'dist/index.js': '', 'dist/index.d.ts': '' }),
    engine({ 'dist/index.js': '', 'dist/index.d.ts': '', 'dist/core/a.test.js': '' }),
    /packs dist\/core\/a\.test\.js/,
  ],
  [
    'api',
    api,
    'a name that the report lacks',
    {
      ...engine({ 'dist/index.d.ts': "export { a } from './a.js';", 'dist/a.d.ts': 'export declare const a = 1;\n' }),
      'docs/api/engine.md': apiReport('const a = 1;'),
    },
    {
      ...engine({
        'dist/index.d.ts': "export { a, b } from './a.js';",
        'dist/a.d.ts': 'export declare const a = 1;\nexport declare function b(x: number): string;\n',
      }),
      'docs/api/engine.md': apiReport('const a = 1;'),
    },
    /function b\(x: number\): string/,
  ],
  [
    'bundle size',
    bundleSize,
    'a program above its budget',
    { 'bundle-size.json': '[{"name":"p","source":"export const a = 1","maxGzipBytes":500}]' },
    { 'bundle-size.json': '[{"name":"p","source":"export const a = 1","maxGzipBytes":10}]' },
    /budget is 10/,
  ],
  [
    'format and lint',
    style,
    'an unformatted file',
    { 'biome.json': '{}\n', 'a.js': 'export const a = 1;\n' },
    { 'biome.json': '{}\n', 'a.js': 'export const a =\n\n 1' },
    /a\.js/,
  ],
];

function engine(files: Files): Files {
  const exports = { '.': { types: './dist/index.d.ts', default: './dist/index.js' } };
  const manifest = { name: '@quire/engine', version: '1.0.0', type: 'module', files: ['dist'], exports };
  const below = Object.entries(files).map(([path, text]) => [`engine/${path}`, text]);
  return { 'engine/package.json': JSON.stringify(manifest), ...Object.fromEntries(below) };
}

function apiReport(declarations: string): string {
  const head = '# The public API of @quire/engine\n\nWritten by `npm run api` from the compiled declarations;';
  return `${head} a check compares it with every build.\n\n## @quire/engine\n\n\`\`\`typescript\n${declarations}\n\`\`\`\n`;
}

describe('the checks of the repository', () => {
  for (const [name, { check }, violation, good, bad, message] of cases) {
    it(`${name}: passes without and fails with ${violation}`, async () => {
      expect(await check(repository(good))).toEqual([]);
      const problems = await check(repository(bad));
      expect(problems.join('\n')).toMatch(message);
    });
  }
});

// Compiles engine/assembly/*.ts to WebAssembly and writes each module as hex digits with its typed exports into
// engine/src/kernels/generated (ignored by git). Does nothing when sources, compiler and this script are unchanged.
// Usage: node scripts/kernels.mjs [--force]. docs/adr/0012-memory-model.md has the rules that it enforces.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const sourceDir = join(root, 'engine/assembly');
const outDir = join(root, 'engine/src/kernels/generated');

/** One module a line: the entry file, and features beyond SIMD128. */
const modules = [
  { name: 'postings', entry: 'postings', features: [] },
  { name: 'vectors', entry: 'vectors', features: [] },
  { name: 'vectors-relaxed', entry: 'vectors', features: ['relaxed-simd'] },
  { name: 'network', entry: 'network', features: ['threads'] },
  { name: 'network-relaxed', entry: 'network', features: ['threads', 'relaxed-simd'] },
];

const sources = new Map(
  readdirSync(sourceDir)
    .filter((name) => name.endsWith('.ts'))
    .sort()
    .map((name) => [name, readFileSync(join(sourceDir, name), 'utf8')]),
);

const stamp = fingerprint();
const force = process.argv.includes('--force');
const stale = modules.filter((module) => force || !isCurrent(module.name));
if (stale.length > 0) await build();

async function build() {
  const asc = await loadCompiler();
  mkdirSync(outDir, { recursive: true });
  for (const module of stale) {
    // A module that fails does not stop the others.
    try {
      const { wasm, declarations } = await compile(asc, module);
      check(module.name, wasm);
      replaceFile(fileOf(module.name), render(module.name, wasm, declarations));
      console.log(`kernels: ${module.name} ${wasm.length} bytes`);
    } catch (error) {
      console.error(error.message);
      process.exitCode = 1;
    }
  }
}

function fileOf(name) {
  return join(outDir, `${name}.ts`);
}

function isCurrent(name) {
  return existsSync(fileOf(name)) && readFileSync(fileOf(name), 'utf8').startsWith(header());
}

function header() {
  return `// Written by scripts/kernels.mjs from engine/assembly. Not in git; do not edit. ${stamp.slice(0, 32)}`;
}

function fingerprint() {
  const hash = createHash('sha256');
  hash.update(readFileSync(fileURLToPath(import.meta.url)));
  hash.update(readFileSync(join(root, 'node_modules/assemblyscript/package.json')));
  for (const [name, text] of sources) hash.update(`\0${name}\0${text}`);
  return hash.digest('hex');
}

async function loadCompiler() {
  const file = join(root, 'node_modules/assemblyscript/dist/asc.js');
  return (await import(pathToFileURL(file).href)).default;
}

async function compile(asc, { name, entry, features }) {
  const files = {};
  // A module whose source does not exist yet is compiled empty, so that imports of its generated file resolve.
  const text = (file) => sources.get(file) ?? (file === `${entry}.ts` ? '' : null);
  const args = [
    `${entry}.ts`,
    ...['-O3', '--converge', '--noAssert', '--runtime', 'stub', '--importMemory', '--noExportMemory'],
    ...['--disableWarning', '112'], // v128 in signatures: such functions are called inside the module only
    ...['--maximumMemory', '65536', '--enable', ['simd', ...features].join(',')],
    ...['--bindings', 'raw', '--outFile', 'out.wasm'],
  ];
  let messages = '';
  const stream = { write: (chunk) => (messages += chunk) };
  const { error } = await asc.main(args, {
    stdout: stream,
    stderr: stream,
    readFile: (file) => text(file.replace(/^\.?\//, '')),
    listFiles: () => [],
    writeFile: (file, contents) => {
      files[file] = contents;
    },
  });
  if (error || !files['out.wasm']) throw new Error(`kernels: ${name} does not compile\n${messages}${error ?? ''}`);
  if (messages) console.warn(messages);
  return { wasm: Buffer.from(files['out.wasm']), declarations: files['out.d.ts'] ?? '' };
}

/** Pure functions over pointers: the memory is the only import, and there is no static data (ADR 0012). */
function check(name, wasm) {
  // Node 20 cannot parse the relaxed build. Its imports equal those of the plain build of the same source.
  const module = WebAssembly.validate(wasm) ? new WebAssembly.Module(wasm) : undefined;
  const imports = module === undefined ? [] : WebAssembly.Module.imports(module);
  const others = imports.filter((i) => i.module !== 'env' || i.name !== 'memory');
  if (others.length > 0) throw new Error(`kernels: ${name} imports ${others.map((i) => i.name).join(', ')}`);
  if (sectionIds(wasm).includes(11)) throw new Error(`kernels: ${name} has static data`);
}

function sectionIds(wasm) {
  const ids = [];
  for (let at = 8; at < wasm.length; ) {
    ids.push(wasm[at++]);
    let size = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = wasm[at++];
      size |= (byte & 127) << shift;
      if (byte < 128) break;
    }
    at += size;
  }
  return ids;
}

/** Byte offset of the flags of the memory import: 1 = has a maximum, 3 = and is shared. */
function memoryFlagsAt(wasm) {
  const at = wasm.indexOf(Buffer.from('\x03env\x06memory\x02', 'latin1'));
  return at < 0 ? -1 : at + 12;
}

function render(name, wasm, declarations) {
  const type = `${name.replace(/(^|-)(.)/g, (_, __, c) => c.toUpperCase())}Kernels`;
  const methods = [...declarations.matchAll(/^ {2}export function (.+)$/gm)].map((m) => `  ${m[1]}`);
  return [
    header(),
    '',
    `export interface ${type} {`,
    ...methods,
    '}',
    '',
    'export const wasm = {',
    `  name: '${name}',`,
    `  bytes: ${wasm.length},`,
    `  memoryFlagsAt: ${memoryFlagsAt(wasm)},`,
    `  hex: '${wasm.toString('hex')}',`,
    '};',
    '',
  ].join('\n');
}

function replaceFile(path, text) {
  writeFileSync(`${path}.tmp`, text);
  renameSync(`${path}.tmp`, path);
}

// Whether what was built still belongs to the sources: a hash of every source file, kept beside the build. Hashes and not
// times, because a checkout or a copy changes times without changing a word.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { at, root } from './paths.mjs';

const stamp = at('.cache', 'built');
const folders = ['engine/src', 'engine/assembly', 'learn/src', 'app/src', 'app/web'];
const files = [
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.base.json',
  'scripts/build.mjs',
  'scripts/kernels.mjs',
  ...['engine', 'learn', 'app'].flatMap((name) => [`${name}/package.json`, `${name}/tsconfig.json`]),
  'engine/tsconfig.node.json',
  'app/vite.config.ts',
];
const outputs = [
  ['engine/assembly', 'engine/src/kernels/generated'],
  ...['engine', 'learn', 'app'].map((name) => [`${name}/src`, `${name}/dist`]),
];

/** Why a build is due, in words; undefined when the last one still stands. */
export function needsBuild() {
  if (!existsSync(stamp)) return 'nothing was built here yet';
  const missing = outputs.find(([source, output]) => existsSync(at(source)) && !existsSync(at(output)));
  if (missing !== undefined) return `${missing[1]} is missing`;
  return readFileSync(stamp, 'utf8') === sourceHash() ? undefined : 'a source changed';
}

/** Remembers that the sources with this hash were built; take the hash before the build, not after. */
export function rememberBuild(hash) {
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, hash);
}

/** One hash over the names and bytes of everything that a build reads. Tests and generated files are no part of it. */
export function sourceHash() {
  const hash = createHash('sha256');
  const all = [...folders.flatMap((folder) => walk(at(...folder.split('/')))), ...files.map((file) => at(file))];
  for (const path of all.sort()) {
    if (!existsSync(path)) continue;
    hash
      .update(`${relative(root, path).split(sep).join('/')}\0`)
      .update(readFileSync(path))
      .update('\0');
  }
  return hash.digest('hex');
}

function walk(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'generated' || entry.name === 'fixtures' ? [] : walk(path);
    return /\.test\.tsx?$/.test(entry.name) ? [] : [path];
  });
}

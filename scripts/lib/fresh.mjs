// Says whether the build belongs to the present sources, by a hash of every source file that is stored beside the build.
// Times of files are not used, because a checkout or a copy changes them.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { at, root } from './paths.mjs';

const stamp = at('.cache', 'built');
const folders = ['engine/src', 'engine/assembly', 'learn/src', 'app/src', 'app/islands', 'app/styles', 'app/scripts'];
const files = [
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.base.json',
  'scripts/build.mjs',
  'scripts/kernels.mjs',
  ...['engine', 'learn', 'app'].flatMap((name) => [`${name}/package.json`, `${name}/tsconfig.json`]),
  'engine/tsconfig.node.json',
];
const outputs = [
  ['engine/assembly', 'engine/src/kernels/generated'],
  ...['engine', 'learn', 'app'].map((name) => [`${name}/src`, `${name}/dist`]),
];

/** The reason for a new build, in words; undefined when the last build is current. */
export function needsBuild() {
  if (!existsSync(stamp)) return 'nothing was built here yet';
  const missing = outputs.find(([source, output]) => existsSync(at(source)) && !existsSync(at(output)));
  if (missing !== undefined) return `${missing[1]} is missing`;
  return readFileSync(stamp, 'utf8') === sourceHash() ? undefined : 'a source changed';
}

/** Records that the sources with this hash were built. Compute the hash before the build. */
export function rememberBuild(hash) {
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, hash);
}

/** One hash over the names and bytes of all files that a build reads, without tests and generated files. */
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

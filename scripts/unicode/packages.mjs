// The Unicode Character Database as npm packages, one for each Unicode version. npm installs them once into the ignored
// folder .cache/unicode. Only the table generators of this folder use them; the engine contains the generated tables.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { at } from '../lib/paths.mjs';

const RELEASE = '2.0.7'; // of the @unicode/* packages
const home = at('.cache', 'unicode');

/** The number of code points. */
export const CODE_POINTS = 0x110000;

/**
 * The database of one Unicode version.
 * @param {string} version such as `12.1.0`
 * @returns {{set: (...path: string[]) => Promise<Uint8Array>, map: (...path: string[]) => Promise<Map<number, number>>}}
 *   `set` answers membership by code point (0 or 1), `map` a mapping of code points
 */
export function unicode(version) {
  const name = `@unicode/unicode-${version}`;
  const folder = join(home, 'node_modules', ...name.split('/'));
  if (!existsSync(folder)) fetchPackage(`${name}@${RELEASE}`);
  const load = async (...path) => (await import(pathToFileURL(join(folder, ...path)).href)).default;
  return {
    async set(...path) {
      const members = new Uint8Array(CODE_POINTS);
      for (const range of await load(...path, 'ranges.mjs')) {
        for (let c = range.begin; c < range.end; c++) members[c] = 1;
      }
      return members;
    },
    map: (...path) => load(...path, 'code-points.mjs'),
  };
}

function fetchPackage(spec) {
  mkdirSync(home, { recursive: true });
  if (!existsSync(join(home, 'package.json'))) writeFileSync(join(home, 'package.json'), '{"private":true}\n');
  console.log(`unicode: npm install ${spec} into .cache/unicode`);
  const options = { cwd: home, stdio: 'inherit', shell: process.platform === 'win32' };
  const done = spawnSync('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '-E', spec], options);
  if (done.status !== 0) throw new Error(`npm could not install ${spec}`);
}

/** Run-length encoding: varint pairs (length, value) in base64, the format that engine/src/text/tables.ts reads. */
export function encodeRuns(values) {
  const bytes = [];
  for (let start = 0; start < values.length; ) {
    let end = start + 1;
    while (end < values.length && values[end] === values[start]) end++;
    pushVarint(bytes, end - start);
    pushVarint(bytes, values[start]);
    start = end;
  }
  return Buffer.from(bytes).toString('base64');
}

/** Little-endian base-128, seven bits a byte, the high bit set on all but the last. */
export function pushVarint(bytes, value) {
  while (value > 127) {
    bytes.push((value & 127) | 128);
    value >>>= 7;
  }
  bytes.push(value);
}

// Vectors to search: synthetic (clusters in a 48-dimensional latent space, mapped to 256, noise, normalised) or a raw file
// of little-endian f32 rows given by --file. The last `queries` rows are the queries, the rows before them the base.
import { closeSync, existsSync, mkdirSync, openSync, readSync, renameSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Rng } from '../../engine/dist/core/rng.js';

const LATENT = 48;
const CLUSTERS = 2000;

/** The path of a file with count + queries rows of `dim`; made once and kept in `folder`. */
export function synthetic(folder, { count, queries, dim, seed = 1 }) {
  const path = join(folder, `synthetic-${count}-${queries}-${dim}-${seed}.f32`);
  if (existsSync(path)) return path;
  mkdirSync(folder, { recursive: true });
  const rng = new Rng(seed);
  const map = gaussians(rng, LATENT * dim, 1 / Math.sqrt(LATENT));
  const centres = gaussians(rng, CLUSTERS * LATENT, 1);
  const file = openSync(`${path}.tmp`, 'w');
  const block = new Float32Array(4096 * dim);
  const z = new Float32Array(LATENT);
  for (let done = 0; done < count + queries; ) {
    const rows = Math.min(4096, count + queries - done);
    for (let r = 0; r < rows; r++) {
      const centre = rng.below(CLUSTERS) * LATENT;
      for (let i = 0; i < LATENT; i++) z[i] = centres[centre + i] + 0.6 * gaussian(rng);
      const row = block.subarray(r * dim, (r + 1) * dim);
      for (let j = 0; j < dim; j++) row[j] = 0.15 * gaussian(rng);
      for (let i = 0; i < LATENT; i++) {
        const zi = z[i];
        for (let j = 0, at = i * dim; j < dim; j++, at++) row[j] += zi * map[at];
      }
      normalise(row);
    }
    writeSync(file, new Uint8Array(block.buffer, 0, rows * dim * 4));
    done += rows;
  }
  closeSync(file);
  renameSync(`${path}.tmp`, path);
  return path;
}

/** The rows of a file: `row(i)` is a view. Read into memory outside the JavaScript heap. */
export function load(path, dim) {
  const bytes = statSync(path).size;
  const buffer = new ArrayBuffer(bytes);
  const file = openSync(path, 'r');
  for (let at = 0; at < bytes; ) {
    const length = Math.min(1 << 26, bytes - at);
    at += readSync(file, new Uint8Array(buffer, at, length), 0, length, at);
  }
  closeSync(file);
  const all = new Float32Array(buffer);
  return { rows: all.length / dim, row: (i) => all.subarray(i * dim, (i + 1) * dim), all };
}

/** Only rows from … to−1 of a file. */
export function loadSome(path, dim, from, to) {
  const rows = new Float32Array((to - from) * dim);
  const file = openSync(path, 'r');
  readSync(file, new Uint8Array(rows.buffer), 0, rows.byteLength, from * dim * 4); // a few megabytes: one read
  closeSync(file);
  return rows;
}

function gaussians(rng, n, size) {
  return Float32Array.from({ length: n }, () => size * gaussian(rng));
}
let spare;
function gaussian(rng) {
  if (spare !== undefined) {
    const value = spare;
    spare = undefined;
    return value;
  }
  const radius = Math.sqrt(-2 * Math.log(1 - rng.float()));
  const angle = 2 * Math.PI * rng.float();
  spare = radius * Math.sin(angle);
  return radius * Math.cos(angle);
}
function normalise(row) {
  let sum = 0;
  for (const x of row) sum += x * x;
  const norm = Math.sqrt(sum);
  for (let j = 0; j < row.length; j++) row[j] /= norm;
}

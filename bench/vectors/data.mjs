// Vectors for the bench: synthetic (clusters in a 48-dimensional latent space, mapped to 256, with noise, normalised), real
// (sentences of abstracts, encoded by models/static-v1) or a raw file of little-endian f32 rows given by --file. The last
// `queries` rows are the queries, the rows before them the base.
import {
  closeSync,
  createReadStream,
  existsSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createGunzip } from 'node:zlib';
import { Rng } from '../../engine/dist/core/rng.js';

const LATENT = 48;
const CLUSTERS = 2000;

/** The path of a file with count + queries rows of `dim`, written once into `folder`. */
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

/** Sentences of the abstracts of ../shared/data/papers, encoded by models/static-v1; queries are spread over them. */
export async function sentenceVectors(folder, { count, queries }) {
  const path = join(folder, `sentences-${count}-${queries}.f32`);
  if (existsSync(path)) return path;
  mkdirSync(folder, { recursive: true });
  const { readStaticModel } = await import('../../engine/dist/encoders/static.node.js');
  const { staticEncoder } = await import('../../engine/dist/encoders/index.js');
  const encoder = staticEncoder(
    await readStaticModel(fileURLToPath(new URL('../../models/static-v1', import.meta.url))),
  );
  const file = openSync(`${path}.tmp`, 'w');
  const asked = [];
  const every = Math.floor((count + queries) / queries);
  let seen = 0;
  for await (const texts of batches(abstractSentences(), 4096)) {
    const reps = await encoder.encodeDocuments(texts.map((text) => ({ text })));
    const rows = [];
    for (const { vec } of reps) {
      if (seen < count + queries) (seen % every === every - 1 && asked.length < queries ? asked : rows).push(vec);
      seen++;
    }
    writeRows(file, rows);
    if (seen >= count + queries) break;
  }
  if (seen < count + queries) throw new Error(`Only ${seen} sentences in ../shared/data/papers; ask for fewer`);
  writeRows(file, asked);
  closeSync(file);
  renameSync(`${path}.tmp`, path);
  return path;
}

async function* abstractSentences() {
  const { sentences } = await import('../../engine/dist/text/index.js');
  for await (const { text } of papers()) for (const { start, end } of sentences(text)) yield text.slice(start, end);
}

async function* papers() {
  const data = process.env.QUIRE_PAPERS ?? fileURLToPath(new URL('../../../shared/data/papers', import.meta.url));
  for (const name of ['arxiv.jsonl.gz', 'acl-anthology.jsonl.gz', 'conferences.jsonl.gz']) {
    const input = createReadStream(join(data, name)).pipe(createGunzip());
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      const { abstract } = JSON.parse(line);
      if (abstract) yield { text: abstract };
    }
  }
}

async function* batches(items, size) {
  let batch = [];
  for await (const item of items) {
    if (item.trim().length < 20) continue; // initials and single numbers are not sentences
    batch.push(item);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

function writeRows(file, rows) {
  for (const row of rows) writeSync(file, new Uint8Array(row.buffer, row.byteOffset, row.byteLength));
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

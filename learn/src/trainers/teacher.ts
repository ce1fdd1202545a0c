// The vectors of a teacher, computed once and kept in a file that grows batch by batch: a run that is stopped goes on where it was, and one
// with fewer or more texts keeps what it has of the same texts in the same order.

import { closeSync, existsSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { type Cancellable, EngineError, throwIfAborted } from '@quire/engine/core';
import { encodeUtf8, nextTurn, sha256Hex } from '@quire/engine/internals';

export interface Teacher {
  readonly name: string;
  /** Of everything that changes its vectors. */
  readonly fingerprint: string;
  readonly dim: number;
  encode(texts: readonly string[]): Promise<readonly Float32Array[]>;
}

const BATCH = 32;
/** Bytes before the rows: the hash of the teacher, in hex. */
const HEADER = 64;
/** Bytes before the vector of a row: the first 16 digits of the hash of its text. */
const TAG = 16;
/** Rows that are read at once. */
const ROWS = 4096;

/** (texts, dim) row-major. Resumes the file at `path`; throws INVALID_ARGUMENT where it belongs to other texts or another teacher. */
export async function teach(
  teacher: Teacher,
  texts: readonly string[],
  path: string,
  options: Cancellable = {},
): Promise<Float32Array> {
  const header = encodeUtf8(sha256Hex(encodeUtf8(JSON.stringify([teacher.fingerprint, teacher.dim]))));
  const rowBytes = TAG + 4 * teacher.dim;
  const all = new Float32Array(texts.length * teacher.dim);
  const file = openSync(path, existsSync(path) ? 'r+' : 'w+');
  try {
    const size = fstatSync(file).size;
    if (size === 0) writeSync(file, header, 0, HEADER, 0);
    else checkHeader(file, header, path);
    const held = Math.max(0, Math.floor((size - HEADER) / rowBytes));
    let done = Math.min(texts.length, held);
    readRows(file, path, texts.slice(0, done), teacher.dim, all);
    if (done < texts.length) ftruncateSync(file, HEADER + done * rowBytes); // a row that was cut off is computed again
    while (done < texts.length) {
      throwIfAborted(options.signal);
      const batch = texts.slice(done, done + BATCH);
      const vectors = await teacher.encode(batch);
      const rows = new Uint8Array(batch.length * rowBytes);
      for (const [i, vector] of vectors.entries()) {
        rows.set(tagOf(batch[i]!), i * rowBytes);
        rows.set(new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength), i * rowBytes + TAG);
        all.set(vector, (done + i) * teacher.dim);
      }
      writeSync(file, rows, 0, rows.byteLength, HEADER + done * rowBytes);
      done += batch.length;
      options.trace?.({ name: 'train.teach', done, total: texts.length });
      await nextTurn();
    }
    return all;
  } finally {
    closeSync(file);
  }
}

function checkHeader(file: number, header: Uint8Array, path: string): void {
  const found = new Uint8Array(HEADER);
  readSync(file, found, 0, HEADER, 0);
  if (!found.every((byte, i) => byte === header[i])) throw otherVectors(path, 'of another teacher');
}

/** Reads the rows of `texts` into `all`. Throws where one is of another text. */
function readRows(file: number, path: string, texts: readonly string[], dim: number, all: Float32Array): void {
  const rowBytes = TAG + 4 * dim;
  const piece = new Uint8Array(ROWS * rowBytes);
  for (let from = 0; from < texts.length; from += ROWS) {
    const some = texts.slice(from, from + ROWS);
    const wanted = some.length * rowBytes;
    if (readSync(file, piece, 0, wanted, HEADER + from * rowBytes) !== wanted) {
      throw new EngineError('CORRUPT', `The file ${path} is shorter than it was`);
    }
    for (const [i, text] of some.entries()) {
      const row = piece.subarray(i * rowBytes, (i + 1) * rowBytes);
      if (!tagOf(text).every((byte, j) => byte === row[j]))
        throw otherVectors(path, `of other texts from row ${from + i} on`);
      new Uint8Array(all.buffer, 4 * dim * (from + i), 4 * dim).set(row.subarray(TAG));
    }
  }
}

function otherVectors(path: string, whose: string): EngineError {
  return new EngineError('INVALID_ARGUMENT', `${path} holds the vectors ${whose}`, {
    hint: 'Delete it, or give another scratch folder.',
  });
}

function tagOf(text: string): Uint8Array {
  return encodeUtf8(sha256Hex(encodeUtf8(text)).slice(0, TAG));
}

// The vectors of a teacher, computed once and kept in a file that grows batch by batch: a run that is stopped goes on where it was.

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
/** Bytes before the vectors: the hash of teacher and texts, in hex. */
const HEADER = 64;

/** (texts, dim) row-major. Resumes the file at `path`; throws INVALID_ARGUMENT where it belongs to other texts or another teacher. */
export async function teach(
  teacher: Teacher,
  texts: readonly string[],
  path: string,
  options: Cancellable = {},
): Promise<Float32Array> {
  const header = encodeUtf8(sha256Hex(encodeUtf8(JSON.stringify([teacher.fingerprint, teacher.dim, texts]))));
  const rowBytes = 4 * teacher.dim;
  const file = openSync(path, existsSync(path) ? 'r+' : 'w+');
  try {
    const size = fstatSync(file).size;
    if (size === 0) writeSync(file, header, 0, HEADER, 0);
    else checkHeader(file, header, path);
    let done = Math.min(texts.length, Math.max(0, Math.floor((size - HEADER) / rowBytes)));
    ftruncateSync(file, HEADER + done * rowBytes); // a row that was cut off is computed again
    while (done < texts.length) {
      throwIfAborted(options.signal);
      const vectors = await teacher.encode(texts.slice(done, done + BATCH));
      const rows = new Float32Array(vectors.length * teacher.dim);
      for (const [i, vector] of vectors.entries()) rows.set(vector, i * teacher.dim);
      writeSync(file, new Uint8Array(rows.buffer), 0, rows.byteLength, HEADER + done * rowBytes);
      done += vectors.length;
      options.trace?.({ name: 'train.teach', done, total: texts.length });
      await nextTurn();
    }
    const all = new Float32Array(texts.length * teacher.dim);
    readAll(file, new Uint8Array(all.buffer), HEADER);
    return all;
  } finally {
    closeSync(file);
  }
}

function checkHeader(file: number, header: Uint8Array, path: string): void {
  const found = new Uint8Array(HEADER);
  readSync(file, found, 0, HEADER, 0);
  if (found.every((byte, i) => byte === header[i])) return;
  throw new EngineError('INVALID_ARGUMENT', `${path} holds the vectors of another teacher or of other texts`, {
    hint: 'Delete it, or give another scratch folder.',
  });
}

/** Reads in pieces: one call reads less than 2 GiB. */
function readAll(file: number, into: Uint8Array, from: number): void {
  const piece = 1 << 28;
  for (let at = 0; at < into.length; at += piece) {
    const length = Math.min(piece, into.length - at);
    if (readSync(file, into, at, length, from + at) === length) continue;
    throw new EngineError('CORRUPT', 'The file of the teacher is shorter than it was');
  }
}

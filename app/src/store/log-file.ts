// The write-ahead log, checked before SQLite opens it. SQLite reads a log up to the first frame that does not verify
// and drops the rest silently: right for a write that a power failure interrupted, but a loss if a frame of a finished
// write was damaged. The frames that would be dropped are reported here.
//
// Layout (https://www.sqlite.org/fileformat2.html#walformat): a header of 32 bytes with two salts and a checksum, then
// frames of 24 bytes and a page; each frame repeats the salts, and its checksum continues that of the frame before.

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { basename } from 'node:path';
import type { Damage } from './damage.ts';

const HEADER = 32;
const FRAME_HEADER = 24;
/** A writer may be active: a frame counts as damaged when it is unchanged after this time. */
const SETTLE_MS = 20;

/** [] when the log of the store at `path` is sound or missing. */
export function lostChanges(path: string): readonly Damage[] {
  const log = `${path}-wal`;
  const first = dropped(log);
  if (first === undefined) return [];
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, SETTLE_MS);
  if (dropped(log) !== first) return [];
  const file = basename(log);
  const message = `The log ${file} cannot be verified from byte ${first} on: its last write was interrupted, or it is damaged. The changes from there on are not in the store.`;
  return [{ table: file, key: '', message }];
}

/** Offset of the first frame of this log that does not verify; undefined when all do or there is no log. */
function dropped(path: string): number | undefined {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return undefined;
  }
  try {
    const bytes = fstatSync(file).size;
    return bytes < HEADER + FRAME_HEADER ? undefined : firstBadFrame(file, bytes);
  } finally {
    closeSync(file);
  }
}

function firstBadFrame(file: number, bytes: number): number | undefined {
  const header = Buffer.alloc(HEADER);
  readSync(file, header, 0, HEADER, 0);
  const magic = header.readUInt32BE(0);
  const isBig = magic === 0x377f0683;
  const pageSize = header.readUInt32BE(8);
  const isHeader = isBig || magic === 0x377f0682;
  const isSize = pageSize >= 512 && pageSize <= 65536 && (pageSize & (pageSize - 1)) === 0;
  if (!isHeader || !isSize) return 0;
  let sum = checksum(header.subarray(0, 24), [0, 0], isBig);
  if (!equals(sum, header, 24)) return 0;
  const frame = Buffer.alloc(FRAME_HEADER + pageSize);
  for (let at = HEADER; at + frame.length <= bytes; at += frame.length) {
    readSync(file, frame, 0, frame.length, at);
    // A frame with other salts is a remnant of an older log: its end. A damaged salt differs in few bits.
    const foreign = differing(frame.subarray(8, 16), header.subarray(16, 24));
    if (foreign > FEW_BITS) return undefined;
    sum = checksum(frame.subarray(FRAME_HEADER), checksum(frame.subarray(0, 8), sum, isBig), isBig);
    if (foreign > 0 || !equals(sum, frame, 16)) return at;
  }
  return undefined;
}

/** Salts are random: those of an older log differ in this few of 64 bits once in 10^17. */
const FEW_BITS = 1;

type Sums = readonly [number, number];

/** SQLite's checksum over pairs of 32-bit words, in the byte order that the header names. */
function checksum(bytes: Buffer, [a, b]: Sums, isBig: boolean): Sums {
  let [s0, s1] = [a, b];
  const word = (at: number) => (isBig ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at));
  for (let at = 0; at < bytes.length; at += 8) {
    s0 = (s0 + word(at) + s1) >>> 0;
    s1 = (s1 + word(at + 4) + s0) >>> 0;
  }
  return [s0, s1];
}

function equals([s0, s1]: Sums, bytes: Buffer, at: number): boolean {
  return bytes.readUInt32BE(at) === s0 && bytes.readUInt32BE(at + 4) === s1;
}

function differing(a: Buffer, b: Buffer): number {
  let bits = 0;
  for (let i = 0; i < a.length; i++) {
    for (let rest = (a[i] ?? 0) ^ (b[i] ?? 0); rest !== 0; rest &= rest - 1) bits++;
  }
  return bits;
}

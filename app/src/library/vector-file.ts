// Vectors on disk by the text that they were made from, so that encoding goes on after a stop and is not done twice. One file
// holds the vectors of one space. It only grows, block by block; a block that a kill cut off or a disk damaged ends the file
// at the next opening. Bytes: docs/format/vectors.md.

import { createHash } from 'node:crypto';
import { closeSync, fstatSync, ftruncateSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { crc32c } from '@quire/engine/internals';
import type { Space } from './encode-calls.ts';

const MAGIC = 0x43455651; // "QVEC"
const VERSION = 1;
const KEY_BYTES = 16;
const BLOCK_HEAD = 8; // u32 vectors, u32 checksum
/** Vectors of a block at most: what is read at once when the file is verified. */
const MAX_BLOCK = 4096;

/** 16 bytes as hex: which side of the encoder read which text. */
export function textKey(side: 'query' | 'document', text: string | Readonly<Record<string, string>>): string {
  const value = typeof text === 'string' ? text : JSON.stringify(Object.entries(text));
  return createHash('sha256')
    .update(`${side}\n${value}`)
    .digest('hex')
    .slice(0, 2 * KEY_BYTES);
}

export class VectorFile {
  readonly dim: number;
  readonly #file: number;
  /** Key → offset of its record. */
  readonly #offsets = new Map<string, number>();
  readonly #record: Buffer;
  #end: number;

  private constructor(file: number, dim: number, end: number) {
    this.#file = file;
    this.dim = dim;
    this.#record = Buffer.alloc(KEY_BYTES + 4 * dim);
    this.#end = end;
  }

  /** Opens or makes the file and verifies every block. A file of another space or version is begun from nothing. */
  static open(path: string, { space, dim }: Space): VectorFile {
    mkdirSync(dirname(path), { recursive: true });
    const file = openSync(path, 'a+');
    const head = headOf(space, dim);
    const there = Buffer.alloc(head.length);
    const isOurs = readSync(file, there, 0, head.length, 0) === head.length && there.equals(head);
    if (!isOurs) {
      ftruncateSync(file, 0);
      writeSync(file, head);
    }
    const vectors = new VectorFile(file, dim, head.length);
    vectors.#verify();
    return vectors;
  }

  /** Vectors that it holds. */
  get size(): number {
    return this.#offsets.size;
  }

  has(key: string): boolean {
    return this.#offsets.has(key);
  }

  /** (dim); undefined where there is none. */
  get(key: string): Float32Array | undefined {
    const offset = this.#offsets.get(key);
    if (offset === undefined) return undefined;
    readSync(this.#file, this.#record, 0, this.#record.length, offset);
    // Another process may have appended at the same moment: then the record is not where it was expected.
    if (this.#record.toString('hex', 0, KEY_BYTES) !== key) return undefined;
    const vector = new Float32Array(this.dim);
    for (let d = 0; d < this.dim; d++) vector[d] = this.#record.readFloatLE(KEY_BYTES + 4 * d);
    return vector;
  }

  /** Appends vectors, at most 4,096, as one block. */
  append(vectors: readonly (readonly [key: string, vector: Float32Array])[]): void {
    if (vectors.length === 0) return;
    const size = this.#record.length;
    const block = Buffer.alloc(BLOCK_HEAD + vectors.length * size);
    for (const [i, [key, vector]] of vectors.entries()) {
      const at = BLOCK_HEAD + i * size;
      block.write(key, at, 'hex');
      for (let d = 0; d < this.dim; d++) block.writeFloatLE(vector[d] ?? 0, at + KEY_BYTES + 4 * d);
    }
    block.writeUInt32LE(vectors.length, 0);
    block.writeUInt32LE(crc32c(block.subarray(BLOCK_HEAD)), 4);
    const start = fstatSync(this.#file).size;
    writeSync(this.#file, block);
    for (const [i, [key]] of vectors.entries()) this.#offsets.set(key, start + BLOCK_HEAD + i * size);
    this.#end = start + block.length;
  }

  close(): void {
    closeSync(this.#file);
  }

  /** Reads all blocks; what follows the last sound one goes. */
  #verify(): void {
    const { size } = fstatSync(this.#file);
    const head = Buffer.alloc(BLOCK_HEAD);
    while (this.#end < size) {
      const count = readSync(this.#file, head, 0, BLOCK_HEAD, this.#end) === BLOCK_HEAD ? head.readUInt32LE(0) : 0;
      const bytes = count * this.#record.length;
      if (count === 0 || count > MAX_BLOCK || this.#end + BLOCK_HEAD + bytes > size) break;
      const block = Buffer.alloc(bytes);
      readSync(this.#file, block, 0, bytes, this.#end + BLOCK_HEAD);
      if (crc32c(block) !== head.readUInt32LE(4)) break;
      for (let i = 0; i < count; i++) {
        const at = i * this.#record.length;
        this.#offsets.set(block.toString('hex', at, at + KEY_BYTES), this.#end + BLOCK_HEAD + at);
      }
      this.#end += BLOCK_HEAD + bytes;
    }
    if (this.#end < size) ftruncateSync(this.#file, this.#end);
  }
}

function headOf(space: string, dim: number): Buffer {
  const name = Buffer.from(space);
  const head = Buffer.alloc(16 + name.length);
  head.writeUInt32LE(MAGIC, 0);
  head.writeUInt32LE(VERSION, 4);
  head.writeUInt32LE(dim, 8);
  head.writeUInt32LE(name.length, 12);
  name.copy(head, 16);
  return head;
}

/** About how many vectors a file of that size holds: blocks have heads, too. */
export function recordsIn(bytes: number, { space, dim }: Space): number {
  return Math.max(0, Math.floor((bytes - headOf(space, dim).length) / (KEY_BYTES + 4 * dim)));
}

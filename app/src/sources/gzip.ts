// Reads a gzip file (RFC 1952) as a stream: members one after another, checksums verified, bounded memory. Node's own
// reader drops the decompressed end of the last piece when anything follows the last member; this one returns every
// byte before the damage and counts the bytes that follow.

import { constants, crc32, createInflateRaw, type InflateRaw } from 'node:zlib';
import { ByteSource } from './byte-source.ts';

/** True for the first two bytes of a gzip member. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

const CHUNK_BYTES = 1 << 17;
const FLAGS = { crc: 2, extra: 4, name: 8, comment: 16, reserved: 0xe0 } as const;

export class GzipReader {
  readonly #source: ByteSource;
  #inflate: InflateRaw | undefined;
  #before = 0;
  #trailing = 0;

  /** `bytes` are the pieces of the file, in order. */
  constructor(bytes: AsyncIterable<Uint8Array>) {
    this.#source = new ByteSource(bytes);
  }

  /** Number of compressed bytes that are decompressed. */
  get consumed(): number {
    return this.#before + (this.#inflate?.bytesWritten ?? 0);
  }

  /** After the end: bytes after the last member that are neither a member nor zeros (padding). */
  get trailing(): number {
    return this.#trailing;
  }

  /** The decompressed bytes. Throws an Error at the place where a member is damaged or cut off. */
  async *chunks(): AsyncGenerator<Buffer> {
    for (let isFirst = true; await this.#startsMember(isFirst); isFirst = false) yield* this.#member();
  }

  /** False at the end of the data: of the file, of its padding, or where something other than gzip follows. */
  async #startsMember(isFirst: boolean): Promise<boolean> {
    if (!isFirst) await this.#source.skipZeros();
    const magic = await this.#source.peek(2);
    if (isFirst || isGzip(magic)) return true;
    this.#trailing = await this.#source.skipAll();
    return false;
  }

  async *#member(): AsyncGenerator<Buffer> {
    await this.#header();
    this.#before = this.#source.position;
    let crc = 0;
    let size = 0;
    for await (const chunk of this.#inflated()) {
      crc = crc32(chunk, crc);
      size = (size + chunk.length) >>> 0;
      yield chunk;
    }
    const trailer = Buffer.from(await this.#need(8, 'the compressed data are cut off'));
    this.#before = this.#source.position;
    if (trailer.readUInt32LE(0) !== crc) throw new Error('the checksum of the data does not match');
    if (trailer.readUInt32LE(4) !== size) throw new Error('the size of the data does not match');
  }

  async #header(): Promise<void> {
    const head = await this.#need(10, 'the gzip header is cut off');
    const flags = head[3] ?? 0;
    if (!isGzip(head) || head[2] !== 8 || (flags & FLAGS.reserved) !== 0) throw new Error('the gzip header is damaged');
    if (flags & FLAGS.extra) {
      const [low = 0, high = 0] = await this.#need(2, 'the gzip header is cut off');
      await this.#need(low + 256 * high, 'the gzip header is cut off');
    }
    for (const flag of [FLAGS.name, FLAGS.comment]) {
      if (flags & flag) while ((await this.#need(1, 'the gzip header is cut off'))[0] !== 0);
    }
    if (flags & FLAGS.crc) await this.#need(2, 'the gzip header is cut off');
  }

  /** One member's data. The bytes after them in the last piece go back to the source. */
  async *#inflated(): AsyncGenerator<Buffer> {
    // Data that are cut off are returned up to the cut; the missing trailer is the error.
    const inflate = createInflateRaw({ chunkSize: CHUNK_BYTES, finishFlush: constants.Z_SYNC_FLUSH });
    this.#inflate = inflate;
    const start = this.#source.position;
    const feeding = this.#feed(inflate);
    feeding.catch((error: Error) => inflate.destroy(error));
    try {
      yield* inflate as AsyncIterable<Buffer>;
    } finally {
      this.#inflate = undefined;
      inflate.destroy();
      this.#source.moveTo(start + inflate.bytesWritten);
    }
  }

  /** One piece at a time, the next when the one before is used up, so that the end of a member is in the last piece. */
  async #feed(inflate: InflateRaw): Promise<void> {
    for (let fed = 0; inflate.bytesWritten === fed && !inflate.destroyed; ) {
      const piece = await this.#source.next();
      if (piece === undefined) {
        inflate.end();
        return;
      }
      fed += piece.length;
      await new Promise<void>((resolve) => inflate.write(piece, () => resolve()));
    }
  }

  async #need(count: number, problem: string): Promise<Uint8Array> {
    const bytes = await this.#source.take(count);
    if (bytes.length < count) throw new Error(problem);
    return bytes;
  }
}

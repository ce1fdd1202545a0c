import { describe, expect, it } from 'vitest';
import { ByteWriter } from '../core/bytes.ts';
import { crc32c } from '../core/crc32c.ts';
import { Rng } from '../core/rng.ts';
import { memoryDirectory } from './memory.ts';
import { BLOCK_BYTES, type FileInfo, SECTIONS_VERSION } from './section-layout.ts';
import { createSectionFile, openSectionFile } from './sections.ts';

const seed = 99;

function randomBytes(length: number, rng = new Rng(length)): Uint8Array {
  return Uint8Array.from({ length }, () => rng.below(256));
}

async function fileOf(sections: Readonly<Record<string, Uint8Array>>) {
  const directory = memoryDirectory();
  const out = await createSectionFile(directory, 'file');
  const rng = new Rng(seed);
  for (const [name, bytes] of Object.entries(sections)) {
    const sink = await out.section(name);
    for (let at = 0; at < bytes.length; ) {
      const step = Math.min(bytes.length - at, 1 + rng.below(50_000));
      await sink.append(bytes.subarray(at, at + step));
      at += step;
    }
    expect(sink.size).toBe(bytes.length);
    await sink.close();
  }
  return { directory, info: await out.finish() };
}

/** toEqual takes seconds on long arrays. */
function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

async function flipped(bytes: Uint8Array, at: number, info: FileInfo) {
  const damaged = bytes.slice();
  damaged[at]! ^= 0x10;
  return openSectionFile(memoryDirectory([['file', damaged]]), info);
}

describe('a file of sections', () => {
  const sizes = [0, 1, 7, 8, BLOCK_BYTES - 1, BLOCK_BYTES, BLOCK_BYTES + 1, 3 * BLOCK_BYTES + 17];

  it(`reads any range of any section as it was written (seed ${seed})`, async () => {
    const sections = Object.fromEntries(sizes.map((size) => [`of ${size} ✓`, randomBytes(size)]));
    const { directory, info } = await fileOf(sections);
    const file = await openSectionFile(directory, info);
    const rng = new Rng(seed);
    expect(file.names()).toEqual(Object.keys(sections));
    for (const [name, bytes] of Object.entries(sections)) {
      expect(file.size(name)).toBe(bytes.length);
      for (let i = 0; i < 20; i++) {
        const offset = rng.below(bytes.length + 1);
        const length = rng.below(bytes.length - offset + 1);
        const expected = bytes.subarray(offset, offset + length);
        expect(isSame(await file.read(name, offset, length), expected)).toBe(true);
        expect(isSame(file.readSync!(name, offset, length), expected)).toBe(true);
      }
      expect(isSame(await file.readAll(name), bytes)).toBe(true);
      await expect(file.read(name, 0, bytes.length + 1)).rejects.toMatchObject({ code: 'CORRUPT' });
    }
    expect(await file.verify()).toEqual([]);
    expect(() => file.size('absent')).toThrow(/no section absent/);
  });

  it('begins every section where any typed array may begin', async () => {
    const { directory, info } = await fileOf({ a: randomBytes(3), b: randomBytes(16) });
    const file = await openSectionFile(directory, info);
    expect((await file.readAll('b')).byteOffset % 8).toBe(0);
  });

  it('verifies a block when it is first read, names it, and goes on reading the others', async () => {
    const bytes = randomBytes(3 * BLOCK_BYTES + 17);
    const { directory, info } = await fileOf({ first: randomBytes(100), body: bytes });
    const start = 16 + 104; // header, then the first section padded to 8
    const whole = directory.files().get('file')!;
    for (const block of [0, 1, 3]) {
      const offset = start + block * BLOCK_BYTES;
      const file = await flipped(whole, offset + 5, info);
      await expect(file.read('body', block * BLOCK_BYTES + 9, 1)).rejects.toThrow(
        `file: section body block ${block} at offset ${offset} checksum mismatch`,
      );
      await expect(file.readAll('body')).rejects.toMatchObject({ code: 'CORRUPT' });
      expect(await file.read('body', 2 * BLOCK_BYTES, 10)).toEqual(
        bytes.subarray(2 * BLOCK_BYTES, 2 * BLOCK_BYTES + 10),
      );
      expect(await file.verify()).toEqual([
        { file: 'file', section: 'body', block, offset, message: 'checksum mismatch' },
      ]);
    }
  });

  it('notices a flipped bit in any byte, padding included', async () => {
    const { directory, info } = await fileOf({ a: randomBytes(3), b: new Uint8Array(0), c: randomBytes(20) });
    const whole = directory.files().get('file')!;
    for (let at = 0; at < whole.length; at++) {
      const problems = await flipped(whole, at, info).then(
        (file) => file.verify(),
        (error: Error) => [error.message],
      );
      expect(problems, `byte ${at}`).toHaveLength(1);
    }
  });

  it('refuses a future format with the versions in words', async () => {
    const { directory, info } = await fileOf({ a: randomBytes(3) });
    const bytes = directory.files().get('file')!.slice();
    const view = new DataView(bytes.buffer);
    view.setUint32(4, 7, true);
    view.setUint32(12, crc32c(bytes.subarray(0, 12)), true);
    await expect(openSectionFile(memoryDirectory([['file', bytes]]), info)).rejects.toMatchObject({
      code: 'UNSUPPORTED_FORMAT',
      message: `file: format version 7; this build reads ${SECTIONS_VERSION}`,
    });
  });

  /** A file of one section whose footer says `offset` and `size`, every checksum right. */
  async function forged(offset: number, size: number, blockBytes = BLOCK_BYTES) {
    const out = new ByteWriter();
    const header = [0x43455351, SECTIONS_VERSION, blockBytes];
    for (const word of header) out.u32(word);
    out.u32(crc32c(out.view()));
    out.u64(0); // eight bytes of content
    const footer = new ByteWriter();
    footer.varint(1);
    footer.string('body');
    footer.varint(offset);
    footer.varint(size);
    footer.u32(crc32c(new Uint8Array(8)));
    const checksum = crc32c(footer.view());
    const trailer = new ByteWriter();
    trailer.u64(out.length);
    trailer.u64(footer.length);
    trailer.u32(checksum);
    trailer.u32(0x444e4551);
    trailer.u32(crc32c(trailer.view()));
    for (const part of [footer, trailer]) out.bytes(part.view());
    const info = { file: 'file', bytes: out.length, checksum };
    return openSectionFile(memoryDirectory([['file', out.finish()]]), info);
  }

  it('refuses sections and blocks that its length cannot hold, before it makes room for them', async () => {
    expect(await (await forged(16, 8)).readAll('body')).toEqual(new Uint8Array(8));
    for (const [offset, size] of [
      [16, 9],
      [16, 2 ** 50],
      [2 ** 52, 8],
      [8, 8],
      [17, 7],
    ] as const) {
      await expect(forged(offset, size), `${size} bytes at ${offset}`).rejects.toMatchObject({ code: 'CORRUPT' });
    }
    for (const block of [0, 7]) await expect(forged(16, 8, block)).rejects.toThrow(`blocks of ${block} bytes`);
  });

  it('takes sections one after another, each once', async () => {
    const out = await createSectionFile(memoryDirectory(), 'file');
    const sink = await out.section('a');
    await expect(out.section('b')).rejects.toThrow(/still open/);
    await expect(out.finish()).rejects.toThrow(/still open/);
    await sink.close();
    await expect(out.section('a')).rejects.toThrow(/there already/);
  });
});

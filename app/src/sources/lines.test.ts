// Lines of plain and gzip files: every complete line before any damage, whatever the pieces; and bounded batches.
import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createGzip, deflateRawSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { count, seed } from '../../../engine/test/support/env.ts';
import { inFolder } from '../../test/papers.ts';
import { GzipReader } from './gzip.ts';
import { type Line, readLines } from './lines.ts';

async function linesOf(path: string): Promise<readonly Line[]> {
  const found: Line[] = [];
  for await (const { lines } of readLines(path)) found.push(...lines);
  return found;
}

const texts = (lines: readonly Line[]) => lines.map(({ text }) => text);

/** All output of a reader before it ends, and its last error. */
async function readAll(pieces: readonly Uint8Array[]): Promise<{ text: string; trailing: number; error?: string }> {
  const reader = new GzipReader(from(pieces));
  const chunks: Buffer[] = [];
  let error: string | undefined;
  try {
    for await (const chunk of reader.chunks()) chunks.push(chunk);
  } catch (failure) {
    error = String(failure);
  }
  const text = Buffer.concat(chunks).toString('latin1');
  return { text, trailing: reader.trailing, ...(error !== undefined && { error }) };
}

async function* from(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* pieces;
}

function cut(bytes: Uint8Array, sizes: readonly number[]): readonly Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let start = 0;
  for (let i = 0; start < bytes.length; i++) {
    const end = start + (sizes[i % sizes.length] ?? 1);
    pieces.push(bytes.subarray(start, end));
    start = end;
  }
  return pieces;
}

describe('GzipReader', () => {
  it('reads members, padding and what follows them, however the bytes are cut into pieces', async () => {
    const members = fc.array(
      fc.string({ unit: 'binary', maxLength: 300 }).map((text) => Buffer.from(text, 'latin1')),
      {
        minLength: 1,
        maxLength: 5,
      },
    );
    const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 });
    const garbage = fc.uint8Array({ maxLength: 60 }).filter((bytes) => bytes[0] !== 0 && bytes[0] !== 0x1f);
    await fc.assert(
      fc.asyncProperty(members, sizes, fc.nat(30), garbage, async (parts, cuts, zeros, trailing) => {
        const packed = Buffer.concat([...parts.map((part) => gzipSync(part)), Buffer.alloc(zeros), trailing]);
        const found = await readAll(cut(packed, cuts));
        expect(found).toEqual({ text: Buffer.concat(parts).toString('latin1'), trailing: trailing.length });
      }),
      { seed: seed('gzip members'), numRuns: count(60, 2_000) },
    );
  });

  it('reads headers with name, comment, extra field and checksum', async () => {
    const head = Buffer.from([0x1f, 0x8b, 8, 2 + 4 + 8 + 16, 0, 0, 0, 0, 0, 3]);
    const fields = Buffer.from('\u0003\0abcname.txt\0comment\0\0\0', 'latin1');
    const plain = gzipSync('text');
    const packed = Buffer.concat([head, fields, deflateRawSync('text'), plain.subarray(plain.length - 8)]);
    expect(await readAll(cut(packed, [3]))).toEqual({ text: 'text', trailing: 0 });
  });

  it('gives out all bytes before a cut, a wrong checksum, a wrong size and a damaged second member', async () => {
    const text = 'line\n'.repeat(5_000);
    const packed = gzipSync(text);
    const flipped = (at: number) => {
      const bytes = Buffer.from(packed);
      bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
      return bytes;
    };
    expect(await readAll([packed.subarray(0, packed.length - 3)])).toMatchObject({
      text,
      error: expect.stringMatching(/cut off/),
    });
    expect(await readAll([flipped(packed.length - 8)])).toMatchObject({
      text,
      error: expect.stringMatching(/checksum/),
    });
    expect(await readAll([flipped(packed.length - 1)])).toMatchObject({ text, error: expect.stringMatching(/size/) });
    expect(await readAll([packed, packed.subarray(0, 5)])).toMatchObject({
      text,
      error: expect.stringMatching(/header is cut off/),
    });
    expect(await readAll([packed, flipped(2)])).toMatchObject({
      text,
      error: expect.stringMatching(/header is damaged/),
    });
  });
});

describe('readLines', () => {
  it('keeps the complete lines of a gzip file with trailing bytes, and says how many are not read', async () => {
    await inFolder(async (folder) => {
      const path = join(folder, 'p.gz');
      writeFileSync(path, Buffer.concat([gzipSync('one\ntwo'), gzipSync('\nthree\n'), Buffer.from('garbage')]));
      const lines = await linesOf(path);
      expect(texts(lines)).toEqual(['one', 'two', 'three', undefined]);
      expect(lines.at(-1)).toMatchObject({ number: 4, problem: expect.stringContaining('the 7 bytes behind') });
    });
  });

  it('gives out every complete line of a gzip file that is cut off, then names the place', async () => {
    await inFolder(async (folder) => {
      const path = join(folder, 'p.gz');
      writeFileSync(path, gzipSync('a row\n'.repeat(1_000), { level: 0 }));
      truncateSync(path, 10 + 5 + 6 * 600 + 3); // header, block header, 600 lines and half a line
      const found: Line[] = [];
      const read = async () => {
        for await (const { lines } of readLines(path)) found.push(...lines);
      };
      await expect(read()).rejects.toMatchObject({
        code: 'PARSE_FAILED',
        message: expect.stringContaining('past line 600: the compressed data are cut off'),
      });
      expect(found).toHaveLength(600);
    });
  });

  it('counts blank lines of every kind, also across chunks', async () => {
    await inFolder(async (folder) => {
      const path = join(folder, 'p');
      writeFileSync(path, `\n\r\n \n${'\n'.repeat(300_000)}\r\nlast\n\n`);
      const lines = await linesOf(path);
      expect(lines).toEqual([{ number: 300_005, text: 'last' }]);
    });
  });

  it('shows how far it is in a small file that holds 40 MiB of line breaks, and stops when its signal fires', async () => {
    await inFolder(async (folder) => {
      const path = join(folder, 'breaks.gz');
      const mebibytes = 40;
      const gzip = createGzip();
      const packed: Buffer[] = [];
      gzip.on('data', (chunk: Buffer) => packed.push(chunk));
      const ended = new Promise((resolve) => gzip.on('end', resolve));
      for (let i = 0; i < mebibytes; i++) gzip.write(Buffer.alloc(1 << 20, 10));
      gzip.end();
      await ended;
      writeFileSync(path, Buffer.concat(packed));
      let [batches, upTo, most] = [0, 0, 0];
      const bytes = new Set<number>();
      for await (const batch of readLines(path)) {
        batches++;
        upTo = batch.upTo;
        bytes.add(batch.bytes);
        most = Math.max(most, batch.lines.length);
      }
      expect(upTo).toBe(mebibytes << 20);
      expect(batches).toBeGreaterThan(100);
      expect(bytes.size).toBeGreaterThan(5); // the share that is read grows, although the file is one chunk
      expect(most).toBe(0);

      const stop = new AbortController();
      let seen = 0;
      const stopped = async () => {
        for await (const _ of readLines(path, { signal: stop.signal })) if (++seen === 3) stop.abort();
      };
      await expect(stopped()).rejects.toMatchObject({ code: 'CANCELLED' });
      expect(seen).toBe(3);
    });
  });
});

// The layout of a file of sections, byte by byte (docs/format/segment.md): header, footer and trailer. A damaged place has
// a name: file, section, block and offset.

import { ByteReader, ByteWriter } from '../core/bytes.ts';
import { crc32c } from '../core/crc32c.ts';
import { EngineError } from '../core/errors.ts';
import type { RandomAccess } from './directory.ts';

/** Version of the container. The content of a part's sections has the version of its kind. */
export const SECTIONS_VERSION = 1;
export const BLOCK_BYTES = 65536;
export const HEADER_BYTES = 16;
export const TRAILER_BYTES = 28;
const MAGIC = 0x43455351; // "QSEC"
const END_MAGIC = 0x444e4551; // "QEND"
const ALIGNMENT = 8; // aligned for any typed array

/** The manifest's description of a file. */
export interface FileInfo {
  readonly file: string;
  readonly bytes: number;
  /** CRC-32C of the footer, which holds the CRC-32C of every block. */
  readonly checksum: number;
}

/** Names one damaged place; thrown inside CORRUPT errors and listed by the deep check. */
export interface Damage {
  readonly file: string;
  readonly section?: string;
  readonly block?: number;
  /** Byte offset in the file. */
  readonly offset?: number;
  readonly message: string;
}

/** One section in the footer. */
export interface Section {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
  readonly checksums: ArrayLike<number>; // (blocks)
}

/** The error for one damaged place. */
export function corrupt(damage: Damage): EngineError {
  const where = [
    damage.section === undefined ? '' : ` section ${damage.section}`,
    damage.block === undefined ? '' : ` block ${damage.block}`,
    damage.offset === undefined ? '' : ` at offset ${damage.offset}`,
  ].join('');
  return new EngineError('CORRUPT', `${damage.file}:${where} ${damage.message}`, {
    hint: 'Run the deep check to see all damage; restore the file from a copy or rebuild the library.',
  });
}

export function padded(size: number): number {
  return Math.ceil(size / ALIGNMENT) * ALIGNMENT;
}

// ───────────────────────────────────────────── writing

export function encodeHeader(): Uint8Array {
  const out = new ByteWriter(HEADER_BYTES);
  out.u32(MAGIC);
  out.u32(SECTIONS_VERSION);
  out.u32(BLOCK_BYTES);
  out.u32(crc32c(out.view()));
  return out.finish();
}

export function encodeFooter(sections: readonly Section[]): Uint8Array {
  const out = new ByteWriter(1024);
  out.varint(sections.length);
  for (const { name, offset, size, checksums } of sections) {
    out.string(name);
    out.varint(offset);
    out.varint(size);
    for (let i = 0; i < checksums.length; i++) out.u32(checksums[i]!);
  }
  return out.finish();
}

export function encodeTrailer(offset: number, length: number, checksum: number): Uint8Array {
  const out = new ByteWriter(TRAILER_BYTES);
  out.u64(offset);
  out.u64(length);
  out.u32(checksum);
  out.u32(END_MAGIC);
  out.u32(crc32c(out.view()));
  return out.finish();
}

// ───────────────────────────────────────────── reading

export function decodeHeader(name: string, bytes: Uint8Array): number {
  const reader = new ByteReader(bytes, `${name}: header`);
  const magic = reader.u32();
  const version = reader.u32();
  const blockBytes = reader.u32();
  if (magic !== MAGIC || crc32c(bytes.subarray(0, 12)) !== reader.u32()) {
    throw corrupt({ file: name, section: 'header', offset: 0, message: 'checksum mismatch' });
  }
  if (version !== SECTIONS_VERSION) {
    throw new EngineError(
      'UNSUPPORTED_FORMAT',
      `${name}: format version ${version}; this build reads ${SECTIONS_VERSION}`,
      {
        hint: 'Use the version of Quire that wrote the library, or rebuild it from the store.',
      },
    );
  }
  if (blockBytes === 0 || blockBytes % ALIGNMENT !== 0) {
    throw corrupt({ file: name, section: 'header', offset: 8, message: `blocks of ${blockBytes} bytes` });
  }
  return blockBytes;
}

export function decodeTrailer(file: RandomAccess, bytes: Uint8Array) {
  const reader = new ByteReader(bytes, `${file.name}: trailer`);
  reader.offset = TRAILER_BYTES - 4;
  if (crc32c(bytes.subarray(0, TRAILER_BYTES - 4)) !== reader.u32()) {
    const offset = file.size - TRAILER_BYTES;
    throw corrupt({ file: file.name, section: 'trailer', offset, message: 'checksum mismatch' });
  }
  reader.offset = 0;
  return { offset: reader.u64(), length: reader.u64(), checksum: reader.u32() };
}

/** `end`: offset of the footer. Sizes are checked against the length of the file before memory is allocated. */
export function decodeFooter(
  name: string,
  footer: Uint8Array,
  blockBytes: number,
  end: number,
): ReadonlyMap<string, Section> {
  const reader = new ByteReader(footer, `${name}: footer`);
  const sections = new Map<string, Section>();
  for (let n = reader.varint(); n > 0; n--) {
    const section = reader.string();
    const offset = reader.varint();
    const size = reader.varint();
    const blocks = Math.ceil(size / blockBytes);
    const isInside = offset >= HEADER_BYTES && offset % ALIGNMENT === 0 && offset + padded(size) <= end;
    if (!isInside || 4 * blocks > reader.remaining) {
      throw corrupt({ file: name, section, offset, message: `${size} bytes cannot lie there` });
    }
    const checksums = Uint32Array.from({ length: blocks }, () => reader.u32());
    sections.set(section, { name: section, offset, size, checksums });
  }
  return sections;
}

// The container of every index file: named sections, each divided into checksummed blocks (docs/format/segment.md).
//
//   header (16 bytes) │ section │ section │ … │ footer: section table with block checksums │ trailer (28 bytes)
//
// Header, footer and trailer are verified when the file is opened, a block when it is first read. The manifest contains
// the checksum of the footer, so one root covers every byte of a library. Errors name file, section and block.

import { ByteReader, ByteWriter } from '../core/bytes.ts';
import { crc32c } from '../core/crc32c.ts';
import { EngineError } from '../core/errors.ts';
import type { Cancellable } from '../core/types.ts';
import type { Directory, FileSink, RandomAccess } from './directory.ts';
import { scratchFile } from './file-names.ts';
import type { SectionReader, SectionSink, SectionWriter } from './part.ts';
import { createScratch, type ScratchFile } from './scratch.ts';

/** Version of the container. The content of a part's sections has the version of its kind. */
export const SECTIONS_VERSION = 1;
export const BLOCK_BYTES = 65536;
const HEADER_BYTES = 16;
const TRAILER_BYTES = 28;
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

// ───────────────────────────────────────────── writing

export interface SectionFileWriter extends SectionWriter {
  /** Footer and trailer, fsync, close. */
  finish(): Promise<FileInfo>;
  /** Closes without finishing; the file is garbage. */
  abandon(): Promise<void>;
}

interface Section {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
  readonly checksums: ArrayLike<number>; // (blocks)
}

/** Creates the file `name`. The caller must call finish or abandon. */
export async function createSectionFile(directory: Directory, name: string): Promise<SectionFileWriter> {
  const file = await directory.create(name);
  const sections: Section[] = [];
  const scratches: ScratchFile[] = [];
  const removeScratches = async () => {
    for (const scratch of scratches.splice(0)) await scratch.remove().catch(() => undefined); // the next writer removes it
  };
  let isOpen = false;
  await file.append(encodeHeader()).catch(async (error: unknown) => {
    await file.close().catch(() => undefined); // the first error is more useful
    throw error;
  });
  return {
    section: async (section) => {
      if (isOpen) throw new EngineError('INVALID_ARGUMENT', `${name}: the section before ${section} is still open`);
      if (sections.some((s) => s.name === section)) {
        throw new EngineError('INVALID_ARGUMENT', `${name}: section ${section} is there already`);
      }
      isOpen = true;
      return sectionSink(file, section, (done) => {
        sections.push(done);
        isOpen = false;
      });
    },
    scratch: async () => {
      const scratch = await createScratch(directory, scratchFile(name, scratches.length));
      scratches.push(scratch);
      return scratch;
    },
    finish: async () => {
      if (isOpen) throw new EngineError('INVALID_ARGUMENT', `${name}: a section is still open`);
      const footer = encodeFooter(sections);
      const checksum = crc32c(footer);
      const trailer = encodeTrailer(file.size, footer.length, checksum);
      await file.append(footer);
      await file.append(trailer);
      await file.sync();
      await file.close();
      await removeScratches();
      return { file: name, bytes: file.size, checksum };
    },
    abandon: async () => {
      await removeScratches();
      await file.close();
    },
  };
}

function sectionSink(file: FileSink, name: string, onClose: (section: Section) => void): SectionSink {
  const block = new Uint8Array(BLOCK_BYTES);
  const checksums: number[] = [];
  const offset = file.size;
  let filled = 0;
  let size = 0;
  const flush = async (length: number) => {
    const bytes = block.subarray(0, length);
    checksums.push(crc32c(bytes));
    await file.append(bytes);
    filled = 0;
  };
  return {
    get size() {
      return size;
    },
    append: async (bytes) => {
      for (let done = 0; done < bytes.length; ) {
        const step = Math.min(bytes.length - done, BLOCK_BYTES - filled);
        block.set(bytes.subarray(done, done + step), filled);
        filled += step;
        done += step;
        size += step;
        if (filled === BLOCK_BYTES) await flush(BLOCK_BYTES);
      }
    },
    close: async () => {
      if (filled > 0) {
        block.fill(0, filled, padded(filled));
        await flush(padded(filled));
      }
      onClose({ name, offset, size, checksums });
    },
  };
}

function encodeHeader(): Uint8Array {
  const out = new ByteWriter(HEADER_BYTES);
  out.u32(MAGIC);
  out.u32(SECTIONS_VERSION);
  out.u32(BLOCK_BYTES);
  out.u32(crc32c(out.view()));
  return out.finish();
}

function encodeFooter(sections: readonly Section[]): Uint8Array {
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

function encodeTrailer(offset: number, length: number, checksum: number): Uint8Array {
  const out = new ByteWriter(TRAILER_BYTES);
  out.u64(offset);
  out.u64(length);
  out.u32(checksum);
  out.u32(END_MAGIC);
  out.u32(crc32c(out.view()));
  return out.finish();
}

// ───────────────────────────────────────────── reading

/** The sections of one open file. */
export interface SectionFile extends SectionReader {
  readonly info: FileInfo;
  names(): readonly string[];
  /** Reads and verifies every block, including blocks that were read before; returns the damage. */
  verify(options?: Cancellable): Promise<readonly Damage[]>;
  close(): Promise<void>;
}

/**
 * Opens a file of sections; `expected` comes from the manifest. Throws CORRUPT when header, footer or trailer are
 * damaged or the manifest describes another file, UNSUPPORTED_FORMAT for another format version.
 */
export async function openSectionFile(directory: Directory, expected: FileInfo): Promise<SectionFile> {
  const file = await directory.open(expected.file);
  try {
    if (file.size !== expected.bytes) {
      throw corrupt({ file: file.name, message: `${file.size} bytes long instead of ${expected.bytes}` });
    }
    const blockBytes = decodeHeader(file.name, await file.read(0, HEADER_BYTES));
    const end = file.size - TRAILER_BYTES;
    const trailer = decodeTrailer(file, await file.read(end, TRAILER_BYTES));
    if (trailer.checksum !== expected.checksum || trailer.offset + trailer.length !== end) {
      throw corrupt({
        file: file.name,
        section: 'trailer',
        offset: end,
        message: 'not the file that the manifest means',
      });
    }
    const footer = await file.read(trailer.offset, trailer.length);
    if (crc32c(footer) !== trailer.checksum) {
      throw corrupt({ file: file.name, section: 'footer', offset: trailer.offset, message: 'checksum mismatch' });
    }
    return sectionFile(file, expected, decodeFooter(file.name, footer, blockBytes, trailer.offset), blockBytes);
  } catch (error) {
    await file.close();
    throw error;
  }
}

function decodeHeader(name: string, bytes: Uint8Array): number {
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

function decodeTrailer(file: RandomAccess, bytes: Uint8Array) {
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
function decodeFooter(name: string, footer: Uint8Array, blockBytes: number, end: number): ReadonlyMap<string, Section> {
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

function sectionFile(
  file: RandomAccess,
  info: FileInfo,
  sections: ReadonlyMap<string, Section>,
  blockBytes: number,
): SectionFile {
  const verified = new Map<string, Uint8Array>(); // section → one byte a block, 1 = verified
  const find = (name: string): Section => {
    const section = sections.get(name);
    if (section === undefined) throw new EngineError('NOT_FOUND', `${file.name} has no section ${name}`);
    return section;
  };
  const flagsOf = (section: Section): Uint8Array => {
    let flags = verified.get(section.name);
    if (flags === undefined) {
      flags = new Uint8Array(section.checksums.length);
      verified.set(section.name, flags);
    }
    return flags;
  };
  const plan = (name: string, offset: number, length: number) => {
    const section = find(name);
    if (!(offset >= 0 && length >= 0 && offset + length <= section.size)) {
      const wanted = `${length} bytes at ${offset}`;
      throw corrupt({ file: file.name, section: name, message: `${wanted} are beyond its ${section.size} bytes` });
    }
    return planRead(section, flagsOf(section), offset, length, blockBytes);
  };
  const readSync = file.readSync?.bind(file);
  return {
    info,
    names: () => [...sections.keys()],
    has: (name) => sections.has(name),
    size: (name) => find(name).size,
    read: async (name, offset, length, options) => {
      const read = plan(name, offset, length);
      return read.accept(await file.read(read.from, read.length, options), file.name);
    },
    readAll: async (name, options) => {
      const read = plan(name, 0, find(name).size);
      return read.accept(await file.read(read.from, read.length, options), file.name);
    },
    ...(readSync !== undefined && {
      readSync: (name: string, offset: number, length: number) => {
        const read = plan(name, offset, length);
        return read.accept(readSync(read.from, read.length), file.name);
      },
    }),
    verify: async (options) => {
      const damage: Damage[] = [];
      for (const section of sections.values())
        damage.push(...(await verifySection(file, section, blockBytes, options)));
      return damage;
    },
    close: () => file.close(),
  };
}

/**
 * The bytes of the file to read for a range of a section, and the function that verifies them and returns the range.
 */
function planRead(section: Section, flags: Uint8Array, offset: number, length: number, blockBytes: number) {
  const first = Math.floor(offset / blockBytes);
  const last = length === 0 ? first : Math.floor((offset + length - 1) / blockBytes);
  let isVerified = true;
  for (let b = first; b <= last && isVerified && length > 0; b++) isVerified = flags[b] === 1;
  if (isVerified) {
    return { from: section.offset + offset, length, accept: (bytes: Uint8Array) => bytes };
  }
  const from = section.offset + first * blockBytes;
  const end = section.offset + Math.min(padded(section.size), (last + 1) * blockBytes);
  const accept = (bytes: Uint8Array, file: string): Uint8Array => {
    for (let b = first; b <= last; b++) {
      if (flags[b] === 1) continue;
      const start = (b - first) * blockBytes;
      checkBlock(file, section, b, bytes.subarray(start, start + blockBytes), blockBytes);
      flags[b] = 1;
    }
    return bytes.subarray(offset - first * blockBytes, offset - first * blockBytes + length);
  };
  return { from, length: end - from, accept };
}

function padded(size: number): number {
  return Math.ceil(size / ALIGNMENT) * ALIGNMENT;
}

function checkBlock(file: string, section: Section, block: number, bytes: Uint8Array, blockBytes: number): void {
  if (crc32c(bytes) === section.checksums[block]) return;
  const offset = section.offset + block * blockBytes;
  throw corrupt({ file, section: section.name, block, offset, message: 'checksum mismatch' });
}

async function verifySection(
  file: RandomAccess,
  section: Section,
  blockBytes: number,
  options?: Cancellable,
): Promise<readonly Damage[]> {
  const damage: Damage[] = [];
  for (let b = 0; b < section.checksums.length; b++) {
    const offset = b * blockBytes;
    const length = Math.min(blockBytes, padded(section.size) - offset);
    const place = { file: file.name, section: section.name, block: b, offset: section.offset + offset };
    try {
      const bytes = await file.read(section.offset + offset, length, options);
      if (crc32c(bytes) !== section.checksums[b]) damage.push({ ...place, message: 'checksum mismatch' });
    } catch (error) {
      if (error instanceof EngineError && error.code === 'CANCELLED') throw error;
      damage.push({ ...place, message: (error as Error).message });
    }
  }
  return damage;
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

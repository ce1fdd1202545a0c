// Reads the sections of an open file. A block is compared with its checksum when it is first read.

import { crc32c } from '../core/crc32c.ts';
import { EngineError } from '../core/errors.ts';
import type { Cancellable } from '../core/types.ts';
import type { RandomAccess } from './directory.ts';
import type { SectionReader } from './part.ts';
import { corrupt, type Damage, type FileInfo, padded, type Section } from './section-layout.ts';

/** The sections of one open file. */
export interface SectionFile extends SectionReader {
  readonly info: FileInfo;
  names(): readonly string[];
  /** Reads and verifies every block, including blocks that were read before; returns the damage. */
  verify(options?: Cancellable): Promise<readonly Damage[]>;
  close(): Promise<void>;
}

export function sectionFile(
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
      const { damageOf } = await import('./section-damage.ts');
      return damageOf(file, sections.values(), blockBytes, options);
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

function checkBlock(file: string, section: Section, block: number, bytes: Uint8Array, blockBytes: number): void {
  if (crc32c(bytes) === section.checksums[block]) return;
  const offset = section.offset + block * blockBytes;
  throw corrupt({ file, section: section.name, block, offset, message: 'checksum mismatch' });
}

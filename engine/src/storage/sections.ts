// The container of every index file: named sections, each divided into checksummed blocks (docs/format/segment.md).
//
//   header (16 bytes) │ section │ section │ … │ footer: section table with block checksums │ trailer (28 bytes)
//
// Header, footer and trailer are verified when the file is opened, a block when it is first read. The manifest contains
// the checksum of the footer, so one root covers every byte of a library. Errors name file, section and block.

import { crc32c } from '../core/crc32c.ts';
import { EngineError } from '../core/errors.ts';
import type { Directory, FileSink } from './directory.ts';
import { scratchFile } from './file-names.ts';
import type { SectionSink, SectionWriter } from './part.ts';
import type { ScratchFile } from './scratch.ts';
import {
  BLOCK_BYTES,
  corrupt,
  decodeFooter,
  decodeHeader,
  decodeTrailer,
  encodeFooter,
  encodeHeader,
  encodeTrailer,
  type FileInfo,
  HEADER_BYTES,
  padded,
  type Section,
  TRAILER_BYTES,
} from './section-layout.ts';
import { type SectionFile, sectionFile } from './section-reader.ts';

// ───────────────────────────────────────────── writing

export interface SectionFileWriter extends SectionWriter {
  /** Footer and trailer, fsync, close. */
  finish(): Promise<FileInfo>;
  /** Closes without finishing; the file is garbage. */
  abandon(): Promise<void>;
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
      const { createScratch } = await import('./scratch.ts');
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

/** Writes one file of sections. After a failure the file is closed, and the next writer removes it. */
export async function writeFile(
  directory: Directory,
  name: string,
  write: (out: SectionWriter) => Promise<void>,
): Promise<FileInfo> {
  const out = await createSectionFile(directory, name);
  try {
    await write(out);
    return await out.finish();
  } catch (error) {
    await out.abandon().catch(() => undefined); // the first error is more useful
    throw error;
  }
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

// ───────────────────────────────────────────── reading

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

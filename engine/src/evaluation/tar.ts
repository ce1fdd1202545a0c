// A reader of tar archives (ustar and GNU): regular files and their bytes, in memory. No links, no sparse files.

import { EngineError } from '../core/errors.ts';

const BLOCK = 512;

/** Yields each regular file. Throws PARSE_FAILED when a header's checksum is wrong or the archive ends inside a file. */
export function* readTar(archive: Uint8Array, source = 'the archive'): Generator<{ name: string; bytes: Uint8Array }> {
  let longName: string | undefined;
  for (let offset = 0; offset + BLOCK <= archive.length; ) {
    const header = archive.subarray(offset, offset + BLOCK);
    if (header.every((byte) => byte === 0)) return;
    const size = octal(header, 124, 12);
    if (!checksumHolds(header) || size === undefined) throw damaged(source, offset, 'not a tar header');
    const start = offset + BLOCK;
    if (start + size > archive.length) throw damaged(source, offset, 'the archive ends inside a file');
    const bytes = archive.subarray(start, start + size);
    const type = String.fromCharCode(header[156]!);
    if (type === 'L') longName = text(bytes, 0, size);
    else {
      if (type === '0' || type === '\0') yield { name: longName ?? nameOf(header), bytes };
      longName = undefined;
    }
    offset = start + Math.ceil(size / BLOCK) * BLOCK;
  }
}

function nameOf(header: Uint8Array): string {
  const prefix = text(header, 257, 6) === 'ustar' ? text(header, 345, 155) : '';
  const name = text(header, 0, 100);
  return prefix === '' ? name : `${prefix}/${name}`;
}

/** Bytes up to the first NUL, as UTF-8. */
function text(bytes: Uint8Array, offset: number, length: number): string {
  const field = bytes.subarray(offset, offset + length);
  const end = field.indexOf(0);
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
}

function octal(header: Uint8Array, offset: number, length: number): number | undefined {
  const digits = text(header, offset, length).trim();
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : undefined;
}

/** The sum of the header's bytes, its own checksum field read as blanks. */
function checksumHolds(header: Uint8Array): boolean {
  const wanted = octal(header, 148, 8);
  const sum = header.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 32 : byte), 0);
  return sum === wanted;
}

function damaged(source: string, offset: number, reason: string): EngineError {
  return new EngineError('PARSE_FAILED', `${source}, byte ${offset}: ${reason}`, { hint: 'Fetch the archive again.' });
}

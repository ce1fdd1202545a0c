// The names of a library's files, and the two checks that every Directory makes. A number is used once in the life of a
// library, so a name never refers to two different contents.

import { EngineError } from '../core/errors.ts';

/** The one file that is replaced; everything else is written once. */
export const MANIFEST = 'manifest';
export const LOCK = 'write.lock';

const PART_NAME = /^[a-z][a-z0-9_-]{0,31}$/;
const LIBRARY_FILE =
  /^(\d{8,15}\.(docs|deletes|[a-z][a-z0-9_-]{0,31}\.(part|codec))|\d{8,15}\.\d+\.scratch|manifest-\d+\.new)$/;

export const documentsFile = (number: number): string => `${digits(number)}.docs`;
export const deletesFile = (number: number): string => `${digits(number)}.deletes`;
export const partFile = (number: number, part: string): string => `${digits(number)}.${part}.part`;
export const codecFile = (number: number, part: string): string => `${digits(number)}.${part}.codec`;
/** The n-th scratch file of a file being written. */
export const scratchFile = (file: string, n: number): string => `${segmentName(file)}.${n}.scratch`;
export const newManifestFile = (generation: number): string => `manifest-${generation}.new`;

/** The number in a file's name, as written there: a segment has the name of its documents file. */
export const segmentName = (file: string): string => file.slice(0, file.indexOf('.'));

/** The number in a file's name; ∞ for a manifest being written, which has none. */
export function fileNumber(file: string): number {
  const digits = segmentName(file);
  return /^\d+$/.test(digits) ? Number(digits) : Number.POSITIVE_INFINITY;
}

/**
 * Whether a library made the file, so that it may be removed when no manifest names it. Other files are never touched.
 */
export function isLibraryFile(name: string): boolean {
  return LIBRARY_FILE.test(name);
}

/** Part names become file names: lower-case letters, digits, - and _, at most 32. */
export function checkPartName(name: string): string {
  if (PART_NAME.test(name)) return name;
  throw new EngineError('INVALID_ARGUMENT', `${JSON.stringify(name)} cannot name a part`, {
    hint: 'Use 1 to 32 characters a-z, 0-9, - and _, beginning with a letter.',
  });
}

/** A plain name: no folder, no parent, and no character with a meaning in a shell or URL. */
export function checkFileName(name: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(name)) return name;
  throw new EngineError('INVALID_ARGUMENT', `${JSON.stringify(name)} is not a legal file name of a library`);
}

/** Throws CORRUPT when offset … offset+length−1 is not inside a file of `size` bytes. */
export function checkRange(name: string, offset: number, length: number, size: number): void {
  if (offset >= 0 && length >= 0 && offset + length <= size) return;
  throw new EngineError('CORRUPT', `${name}: ${length} bytes at offset ${offset} are beyond its end (${size} bytes)`, {
    hint: 'The file was cut short: restore it, or rebuild the library.',
  });
}

function digits(number: number): string {
  return String(number).padStart(8, '0');
}

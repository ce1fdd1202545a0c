// Vectors of zeros in parts of version 1. A zero vector points nowhere: its scores lie between those of similar and of
// dissimilar documents. Since version 2 it is not stored; in older parts it is found when the part is opened, and hidden.

import { BitSet } from '../../core/bitset.ts';
import { asFloat32 } from '../../core/bytes.ts';
import type { SectionReader } from '../../storage/part.ts';
import type { Head } from './head.ts';
import { bytesPerRow } from './vector-format.ts';

const READ_BYTES = 1 << 20;

/** Rows that are zero; undefined: there are none. A part of version 2 or later has none. */
export async function zeroRows(
  sections: SectionReader,
  head: Head,
  version: number | undefined,
): Promise<BitSet | undefined> {
  if (version !== 1) return undefined;
  const found = head.format === 'int8' ? await zeroScales(sections, head) : await zeroVectors(sections, head);
  return found.count() === 0 ? undefined : found;
}

/** Codes have the scale 0 where, and only where, the vector is zero. */
async function zeroScales(sections: SectionReader, { count }: Head): Promise<BitSet> {
  const found = new BitSet(count);
  const scales = asFloat32(await sections.readAll('scales'));
  for (let row = 0; row < count; row++) if (scales[row] === 0) found.add(row);
  return found;
}

async function zeroVectors(sections: SectionReader, { count, dim, format }: Head): Promise<BitSet> {
  const found = new BitSet(count);
  const rowBytes = bytesPerRow(format, dim);
  const block = Math.max(1, Math.floor(READ_BYTES / rowBytes));
  for (let first = 0; first < count; first += block) {
    const n = Math.min(block, count - first);
    const values = asFloat32(await sections.read('vectors', first * rowBytes, n * rowBytes)); // version 1 has no f16
    for (let i = 0; i < n; i++) {
      if (values.subarray(i * dim, (i + 1) * dim).every((x) => x === 0)) found.add(first + i);
    }
  }
  return found;
}

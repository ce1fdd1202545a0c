// The sections of an inverted part and its header. Bytes: docs/format/inverted.md.

import { BitSet } from '../../core/bitset.ts';
import { asUint32, ByteReader, ByteWriter } from '../../core/bytes.ts';
import { EngineError } from '../../core/errors.ts';
import type { SectionReader, SectionWriter } from '../../storage/part.ts';
import { writeSection } from '../../storage/write-section.ts';

/** Version of the bytes. 0: free to change. */
export const VERSION = 1;
const HEADER = 'header';
const MAGIC = 0x564e4951; // "QINV"

export interface FieldHeader {
  readonly name: string;
  /** Documents of the segment with at least one token in this field. */
  readonly docs: number;
  /** Tokens in this field over all documents. */
  readonly occurrences: number;
  readonly terms: number;
}

export interface Header {
  /** Documents of the segment. */
  readonly size: number;
  readonly positions: boolean;
  readonly fields: readonly FieldHeader[];
  /** Documents that have a representation here. */
  readonly present: BitSet;
}

/** Names of one field's sections; `number` is its place in the header. */
export function sectionsOf(number: number) {
  return {
    norms: `norms.${number}`,
    postings: `postings.${number}`,
    positions: `positions.${number}`,
    terms: `terms.${number}`,
    index: `index.${number}`,
  } as const;
}

export async function writeHeader(header: Header, out: SectionWriter): Promise<void> {
  const bytes = new ByteWriter();
  bytes.u32(MAGIC);
  bytes.u32(VERSION);
  bytes.u32(header.size);
  bytes.u8(header.positions ? 1 : 0);
  bytes.u16(header.fields.length);
  for (const field of header.fields) {
    bytes.string(field.name);
    bytes.varint(field.docs);
    bytes.varint(field.occurrences);
    bytes.varint(field.terms);
  }
  const words = header.present.words;
  for (let i = 0; i < words.length; i++) bytes.u32(words[i]!);
  await writeSection(out, HEADER, bytes.view());
}

export async function readHeader(sections: SectionReader): Promise<Header> {
  const bytes = new ByteReader(await sections.readAll(HEADER), 'the header of an inverted part');
  const magic = bytes.u32();
  if (magic !== MAGIC) throw new EngineError('CORRUPT', `An inverted part begins with 0x${magic.toString(16)}`);
  const version = bytes.u32();
  if (version !== VERSION) {
    throw new EngineError('UNSUPPORTED_FORMAT', `An inverted part of version ${version}; this build reads ${VERSION}`, {
      hint: 'Rebuild the index from the store, or open it with the version that wrote it.',
    });
  }
  const size = bytes.u32();
  const positions = bytes.u8() === 1;
  const count = bytes.u16();
  const fields: FieldHeader[] = [];
  for (let i = 0; i < count; i++) {
    fields.push({ name: bytes.string(), docs: bytes.varint(), occurrences: bytes.varint(), terms: bytes.varint() });
  }
  const present = new BitSet(size, asUint32(bytes.take(4 * ((size + 31) >>> 5))));
  return { size, positions, fields, present };
}

// The `head` section at the beginning of every dense part (docs/format/flat.md): it describes the other sections.

import { ByteReader, ByteWriter } from '../../core/bytes.ts';
import { EngineError } from '../../core/errors.ts';
import type { SectionReader, SectionWriter } from '../../storage/part.ts';
import { writeSection } from '../../storage/write-section.ts';
import { HEAD_FORMATS, type HeadFormat, type VectorFormat } from './vector-format.ts';

export interface Head<F extends HeadFormat = VectorFormat> {
  /** Documents of the segment. */
  readonly size: number;
  /** Rows: one for each document that has a vector, or more where the index keeps several. */
  readonly count: number;
  readonly dim: number;
  readonly format: F;
}

export async function writeHead(out: SectionWriter, head: Head<HeadFormat>): Promise<void> {
  const writer = new ByteWriter(16);
  writer.u32(head.size);
  writer.u32(head.count);
  writer.u32(head.dim);
  writer.u32(HEAD_FORMATS.indexOf(head.format));
  await writeSection(out, 'head', writer.finish());
}

/** Throws CORRUPT if the head contradicts the configuration or the sizes of the sections. */
export async function readHead<F extends HeadFormat>(
  sections: SectionReader,
  dim: number,
  format: F,
): Promise<Head<F>> {
  const reader = new ByteReader(await sections.readAll('head'), 'section head');
  const head = { size: reader.u32(), count: reader.u32(), dim: reader.u32(), format: HEAD_FORMATS[reader.u32()] };
  if (head.dim !== dim || head.format !== format) {
    throw new EngineError('CORRUPT', `The head says ${JSON.stringify(head)}, the configuration ${dim} × ${format}`);
  }
  return { ...head, format };
}

/** Throws CORRUPT unless the section is `bytes` long. */
export function checkSize(sections: SectionReader, name: string, bytes: number): void {
  if (sections.size(name) !== bytes) {
    throw new EngineError('CORRUPT', `Section ${name} has ${sections.size(name)} bytes instead of ${bytes}`);
  }
}

/** Awaits `opening`. If it fails, closes `before`, because nothing else would free its kernel memory. */
export async function orClose<T>(before: readonly { close(): void }[], opening: Promise<T>): Promise<T> {
  try {
    return await opening;
  } catch (error) {
    for (const opened of before) opened.close();
    throw error;
  }
}

// Rows of f32 of any length in two sections: `rows` and `starts`. What the test parts have in common.

import { asFloat32, asUint32, bytesOf } from '@quire/engine/core';
import type { MergeSource, SectionReader, SectionWriter } from '@quire/engine/storage';

/** A row for each Ord; an absent one is undefined and takes no room. */
export async function writeRows(
  size: number,
  row: (ord: number) => Float32Array | undefined | Promise<Float32Array | undefined>,
  out: SectionWriter,
): Promise<void> {
  const starts = new Uint32Array(size + 1); // floats before each row
  const rows = await out.section('rows');
  for (let ord = 0; ord < size; ord++) {
    const values = await row(ord);
    if (values !== undefined) await rows.append(bytesOf(values));
    starts[ord + 1] = starts[ord]! + (values?.length ?? 0);
  }
  await rows.close();
  const index = await out.section('starts');
  await index.append(bytesOf(starts));
  await index.close();
}

export async function readStarts(sections: SectionReader): Promise<Uint32Array> {
  return asUint32(await sections.readAll('starts'));
}

export async function readRow(sections: SectionReader, starts: Uint32Array, ord: number): Promise<Float32Array> {
  const from = starts[ord]!;
  return asFloat32(await sections.read('rows', from * 4, (starts[ord + 1]! - from) * 4));
}

/** Rows of the kept documents, where they now belong. */
export async function mergeRows(
  sources: readonly MergeSource<never>[],
  size: number,
  out: SectionWriter,
): Promise<void> {
  const from = new Array<readonly [sections: SectionReader, starts: Uint32Array, old: number] | undefined>(size);
  for (const { sections, ords } of sources) {
    const starts = await readStarts(sections);
    for (const [old, ord] of ords.entries()) {
      if (ord >= 0 && starts[old + 1]! > starts[old]!) from[ord] = [sections, starts, old];
    }
  }
  await writeRows(size, async (ord) => (from[ord] === undefined ? undefined : readRow(...from[ord])), out);
}

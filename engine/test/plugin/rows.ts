// Rows of any number of 32-bit words in two sections: `rows` and `starts`. What the test parts have in common.

import { asUint32, bytesOf } from '@quire/engine/internals';
import { type MergeSource, type SectionReader, type SectionWriter, writeSection } from '@quire/engine/storage';

/** A row for each Ord; an absent one is undefined and takes no room. */
export async function writeRows(
  size: number,
  rows: AsyncIterable<Uint32Array | undefined>,
  out: SectionWriter,
): Promise<void> {
  const starts = new Uint32Array(size + 1); // words before each row
  const sink = await out.section('rows');
  let ord = 0;
  for await (const row of rows) {
    if (row !== undefined) await sink.append(bytesOf(row));
    starts[ord + 1] = starts[ord]! + (row?.length ?? 0);
    ord++;
  }
  await sink.close();
  await writeSection(out, 'starts', bytesOf(starts));
}

/** Another view of each row. */
export async function* rowsOf<T>(
  reps: AsyncIterable<T | undefined>,
  row: (rep: T) => Uint32Array,
): AsyncGenerator<Uint32Array | undefined> {
  for await (const rep of reps) yield rep === undefined ? undefined : row(rep);
}

export async function readStarts(sections: SectionReader): Promise<Uint32Array> {
  return asUint32(await sections.readAll('starts'));
}

export async function readRow(sections: SectionReader, starts: Uint32Array, ord: number): Promise<Uint32Array> {
  const from = starts[ord]!;
  return asUint32(await sections.read('rows', from * 4, (starts[ord + 1]! - from) * 4));
}

/** The same bits as floats. */
export function floatsOf(words: Uint32Array): Float32Array {
  return new Float32Array(words.buffer, words.byteOffset, words.length);
}
/** The same bits as words. */
export function wordsOf(floats: Float32Array): Uint32Array {
  return new Uint32Array(floats.buffer, floats.byteOffset, floats.length);
}

/** Rows of the kept documents, where they now belong. */
export async function mergeRows(
  sources: readonly Pick<MergeSource<never>, 'sections' | 'ords'>[],
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
  await writeRows(size, kept(from), out);
}

async function* kept(
  from: readonly (readonly [sections: SectionReader, starts: Uint32Array, old: number] | undefined)[],
): AsyncGenerator<Uint32Array | undefined> {
  for (let ord = 0; ord < from.length; ord++) {
    const source = from[ord];
    yield source === undefined ? undefined : await readRow(...source);
  }
}

// Writes the parts that store sign codes alone: from new vectors, or by copying the codes of the parts that a merge
// joins. Either is one pass, so neither needs a temporary file. Bytes: docs/format/binary.md.

import { bytesOf } from '../../core/bytes.ts';
import { throwIfAborted } from '../../core/errors.ts';
import { nextTurn } from '../../core/turn.ts';
import type { Cancellable, DenseRep } from '../../core/types.ts';
import type { MergeSource, PartInput, SectionReader, SectionWriter } from '../../storage/part.ts';
import { checkSize, readHead, writeHead } from '../rows/head.ts';
import { RowMap, readSingleRows } from '../rows/row-map.ts';
import { isZero } from '../rows/vector-format.ts';
import type { SignCodec } from './sign-codec.ts';
import { signCode, wordsOf } from './signs.ts';

/** Codes written or read at once, and documents between two turns of the event loop. */
const BLOCK = 4096;

export interface CodeRows {
  /** Documents of the segment. */
  readonly size: number;
  readonly dim: number;
  /** One element a document, in Ord order; undefined: it has no vector. Reused for the next. */
  readonly codes: AsyncIterable<Uint8Array | undefined>;
}

export async function writeCodeRows(
  { size, dim, codes }: CodeRows,
  out: SectionWriter,
  options: Cancellable = {},
): Promise<void> {
  const bytes = 8 * wordsOf(dim);
  const counts = new Uint32Array(size);
  const buffer = new Uint8Array(bytes * BLOCK);
  const sink = await out.section('codes');
  let ord = 0;
  let at = 0;
  for await (const code of codes) {
    if (ord % BLOCK === 0) await nextTurn();
    throwIfAborted(options.signal);
    if (code !== undefined) {
      counts[ord] = 1;
      buffer.set(code, at);
      at += bytes;
      if (at === buffer.length) {
        await sink.append(buffer);
        at = 0;
      }
    }
    ord++;
  }
  await sink.append(buffer.subarray(0, at));
  await sink.close();
  const map = RowMap.ofCounts(counts);
  await writeHead(out, { size, count: map.rows, dim, format: 'none' });
  await map.write(out);
}

/** The codes of new documents. A vector of zeros is no vector, as in the other formats. */
export async function* codesOfInput(
  { reps }: PartInput<'dense'>,
  { mean }: SignCodec,
  check: (rep: DenseRep, ord: number) => void,
): AsyncGenerator<Uint8Array | undefined> {
  const code = new Uint32Array(2 * wordsOf(mean.length));
  const bytes = bytesOf(code);
  let ord = 0;
  for await (const rep of reps) {
    if (rep !== undefined) check(rep, ord);
    ord++;
    if (rep === undefined || isZero(rep.vec)) {
      yield undefined;
      continue;
    }
    signCode(rep.vec, mean, code);
    yield bytes;
  }
}

/** The kept codes of several parts, in the order of the new Ords. */
export async function* codesOfMerge(
  sources: readonly MergeSource<'dense'>[],
  size: number,
  dim: number,
): AsyncGenerator<Uint8Array | undefined> {
  const origin = new Int32Array(size).fill(-1); // (size) source of each new Ord
  const rows = new Uint32Array(size); // (size) its row there
  const columns: CodeColumn[] = [];
  for (const [s, { sections, ords }] of sources.entries()) {
    const head = await readHead(sections, dim, 'none');
    const map = await readSingleRows(sections, head);
    columns.push(new CodeColumn(sections, head.count, 8 * wordsOf(dim)));
    for (let row = 0; row < head.count; row++) {
      const ord = ords[map.ordOf(row)]!;
      if (ord < 0) continue;
      origin[ord] = s;
      rows[ord] = row;
    }
  }
  for (let ord = 0; ord < size; ord++) yield columns[origin[ord]!]?.code(rows[ord]!);
}

/** The codes of one part, read forward in blocks. */
class CodeColumn {
  readonly #sections: SectionReader;
  readonly #count: number;
  readonly #bytes: number;
  #first = 0;
  #block: Uint8Array = new Uint8Array(0);

  constructor(sections: SectionReader, count: number, bytes: number) {
    checkSize(sections, 'codes', count * bytes);
    this.#sections = sections;
    this.#count = count;
    this.#bytes = bytes;
  }

  async code(row: number): Promise<Uint8Array> {
    if (row < this.#first || (row - this.#first) * this.#bytes >= this.#block.length) {
      const n = Math.min(BLOCK, this.#count - row);
      this.#block = await this.#sections.read('codes', row * this.#bytes, n * this.#bytes);
      this.#first = row;
    }
    const at = (row - this.#first) * this.#bytes;
    return this.#block.subarray(at, at + this.#bytes);
  }
}

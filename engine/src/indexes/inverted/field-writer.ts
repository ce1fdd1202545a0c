// Writes the sections of one field from its terms in ascending order. A fresh write and a merge share it, so both give
// the same bytes. Sections are written one after another, so positions are kept, compressed, until postings are
// written.

import { ByteWriter } from '../../core/bytes.ts';
import type { SectionSink, SectionWriter } from '../../storage/part.ts';
import { writeSection } from '../../storage/write-section.ts';
import { DictionaryWriter } from './dictionary.ts';
import { type FieldHeader, sectionsOf } from './format.ts';
import { ListWriter, type TermBuffer } from './list-writer.ts';

const FLUSH_BYTES = 1 << 20;

export class FieldWriter {
  readonly #name: string;
  readonly #sections: ReturnType<typeof sectionsOf>;
  readonly #out: SectionWriter;
  readonly #norms: Uint8Array; // (size) length bytes by Ord
  readonly #positions: ByteWriter | undefined;
  readonly #dictionary = new DictionaryWriter();
  readonly #lists = new ListWriter();
  readonly #pending = new ByteWriter(FLUSH_BYTES + (FLUSH_BYTES >> 2));
  #sink: SectionSink | undefined;
  #occurrences = 0;

  constructor(name: string, number: number, norms: Uint8Array, positions: boolean, out: SectionWriter) {
    this.#name = name;
    this.#sections = sectionsOf(number);
    this.#norms = norms;
    this.#positions = positions ? new ByteWriter(1 << 16) : undefined;
    this.#out = out;
  }

  /** Must be called first. */
  async begin(): Promise<void> {
    await writeSection(this.#out, this.#sections.norms, this.#norms);
    this.#sink = await this.#out.section(this.#sections.postings);
  }

  /** Adds a term that at least one document holds. true: call `flush` before the next. */
  add(term: Uint8Array<ArrayBuffer>, list: TermBuffer, occurrences: number): boolean {
    const postings = this.#lists.postings(list, this.#norms);
    const postingsBytes = postings.length;
    this.#pending.bytes(postings);
    let positionsBytes = 0;
    if (this.#positions !== undefined) {
      const positions = this.#lists.positions(list);
      positionsBytes = positions.length;
      this.#positions.bytes(positions);
    }
    this.#dictionary.add(term, { df: list.df, occurrences, postingsBytes, positionsBytes });
    this.#occurrences += occurrences;
    return this.#pending.length >= FLUSH_BYTES;
  }

  async flush(): Promise<void> {
    if (this.#pending.length > 0) await this.#sink!.append(this.#pending.finish());
    this.#pending.clear();
  }

  /** Writes the rest and returns the field's line of the header. */
  async finish(): Promise<FieldHeader> {
    await this.flush();
    await this.#sink!.close();
    if (this.#positions !== undefined) await writeSection(this.#out, this.#sections.positions, this.#positions.view());
    const { terms, index } = this.#dictionary.finish();
    await writeSection(this.#out, this.#sections.terms, terms);
    await writeSection(this.#out, this.#sections.index, index);
    let docs = 0;
    for (const norm of this.#norms) if (norm > 0) docs++;
    return { name: this.#name, docs, occurrences: this.#occurrences, terms: this.#dictionary.count };
  }
}

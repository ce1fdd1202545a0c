// Joins inverted parts into one without analysing text again: dictionaries are read in parallel, lists are decoded,
// renumbered and written by the code of a fresh write. So the bytes are those of a fresh write of the kept documents.
// The merged part has no statistics of deleted documents.

import { BitSet } from '../../core/bitset.ts';
import { compareBytes } from '../../core/byte-strings.ts';
import { throwIfAborted } from '../../core/errors.ts';
import { nextTurn } from '../../core/turn.ts';
import type { Cancellable } from '../../core/types.ts';
import type { MergeSource, SectionReader, SectionWriter } from '../../storage/part.ts';
import { Dictionary } from './dictionary.ts';
import type { DictionaryCursor } from './dictionary-cursor.ts';
import { FieldWriter } from './field-writer.ts';
import { type FieldHeader, type Header, readHeader, sectionsOf, writeHeader } from './format.ts';
import { END, ListCursor, readingLists } from './list-cursor.ts';
import { TermBuffer } from './list-writer.ts';
import { PositionReader } from './positions.ts';

/** Terms between two checks of the AbortSignal, which cost a turn of the event loop. */
const TERMS_A_TURN = 4096;

interface Source {
  readonly header: Header;
  readonly sections: SectionReader;
  readonly ords: Int32Array;
}

export async function mergeInverted(
  sources: readonly MergeSource<'terms'>[],
  size: number,
  out: SectionWriter,
  options: Cancellable & { readonly fields: readonly string[]; readonly positions: boolean },
): Promise<void> {
  const opened: Source[] = [];
  const present = new BitSet(size);
  for (const { sections, ords } of sources) {
    const header = await readHeader(sections);
    for (const old of header.present) if (ords[old]! >= 0) present.add(ords[old]!);
    opened.push({ header, sections, ords });
  }
  const headers: FieldHeader[] = [];
  for (const [number, name] of options.fields.entries()) {
    const fields = await Promise.all(opened.map((source) => openField(source, number, options.positions)));
    const norms = new Uint8Array(size);
    for (const field of fields) {
      for (let old = 0; old < field.ords.length; old++)
        if (field.ords[old]! >= 0) norms[field.ords[old]!] = field.norms[old]!;
    }
    const writer = new FieldWriter(name, number, norms, options.positions, out);
    await writer.begin();
    await mergeTerms(fields, writer, options);
    headers.push(await writer.finish());
  }
  await writeHeader({ size, positions: options.positions, fields: headers, present }, out);
}

/** One field of one source, with its dictionary at a term (or `done`). */
interface FieldSource {
  readonly ords: Int32Array;
  readonly norms: Uint8Array;
  readonly postings: DataView;
  readonly positions: Uint8Array | undefined;
  readonly walk: DictionaryCursor;
  done: boolean;
}

async function openField(source: Source, number: number, withPositions: boolean): Promise<FieldSource> {
  const names = sectionsOf(number);
  const read = (name: string) => source.sections.readAll(name);
  const [norms, terms, index, postings] = [
    await read(names.norms),
    await read(names.terms),
    await read(names.index),
    await read(names.postings),
  ];
  const positions = withPositions ? await read(names.positions) : undefined;
  const walk = new Dictionary(terms, index, source.header.fields[number]!.terms).from();
  const view = new DataView(postings.buffer, postings.byteOffset, postings.byteLength);
  return { ords: source.ords, norms, postings: view, positions, walk, done: !walk.next() };
}

async function mergeTerms(fields: readonly FieldSource[], writer: FieldWriter, options: Cancellable): Promise<void> {
  const buffer = new TermBuffer();
  for (let count = 0; ; count++) {
    if (count % TERMS_A_TURN === TERMS_A_TURN - 1) await nextTurn();
    if (count % TERMS_A_TURN === 0) throwIfAborted(options.signal);
    const least = leastTerm(fields);
    if (least === undefined) return;
    const term = least.slice();
    const holders = fields.filter((field) => !field.done && compareBytes(field.walk.term(), term) === 0);
    const occurrences = readingLists(() => mergeLists(holders.map(openList), buffer));
    for (const field of holders) field.done = !field.walk.next();
    if (buffer.df > 0 && writer.add(term, buffer, occurrences)) await writer.flush();
  }
}

function leastTerm(fields: readonly FieldSource[]): Uint8Array<ArrayBuffer> | undefined {
  let least: Uint8Array<ArrayBuffer> | undefined;
  for (const field of fields) {
    if (field.done) continue;
    const term = field.walk.term();
    if (least === undefined || compareBytes(term, least) < 0) least = term;
  }
  return least;
}

/** A list being renumbered: `next` is its next kept document's new Ord. */
interface OpenList {
  readonly cursor: ListCursor;
  readonly positions: PositionReader | undefined;
  readonly ords: Int32Array;
  next: number;
}

function openList(field: FieldSource): OpenList {
  const entry = field.walk.entry();
  const bytes = field.positions?.subarray(entry.positionsAt, entry.positionsAt + entry.positionsBytes);
  const positions = bytes && new PositionReader(bytes, entry.df, entry.occurrences);
  const cursor = new ListCursor(field.postings, entry.postingsAt, entry.postingsBytes, entry.df);
  const list = { cursor, positions, ords: field.ords, next: -1 };
  advance(list);
  return list;
}

function advance(list: OpenList): void {
  let doc = list.cursor.next();
  while (doc !== END && list.ords[doc]! < 0) doc = list.cursor.next();
  const next = doc === END ? END : list.ords[doc];
  if (next === undefined) throw new RangeError(`document ${doc} of ${list.ords.length}`);
  if (next <= list.next) throw new RangeError(`document ${doc} after one that it does not follow`);
  list.next = next;
}

/** Fills `buffer` with the kept documents in new order; returns their occurrences. */
function mergeLists(lists: readonly OpenList[], buffer: TermBuffer): number {
  buffer.clear();
  let occurrences = 0;
  for (;;) {
    let least = lists[0]!;
    for (const list of lists) if (list.next < least.next) least = list;
    if (least.next === END) return occurrences;
    const tf = least.cursor.tf;
    buffer.document(least.next, tf);
    occurrences += tf;
    if (least.positions !== undefined) {
      least.positions.read(least.cursor);
      for (let i = 0; i < tf; i++) buffer.position(least.positions.positions[i]!);
    }
    advance(least);
  }
}

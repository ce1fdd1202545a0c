// Turns token streams into an inverted part. One pass maps tokens to term numbers. A counting sort then gathers the
// lists, a range of the vocabulary at a time, so that working memory is 8 bytes a token plus a fixed amount. Zobel and
// Moffat, "Inverted files for text search engines" (2006), section 5.

import { BitSet } from '../../core/bitset.ts';
import { shown } from '../../core/check.ts';
import { EngineError, throwIfAborted } from '../../core/errors.ts';
import { nextTurn } from '../../core/turn.ts';
import type { Cancellable, Space, TermsDocument, TokenStream } from '../../core/types.ts';
import { encodeUtf8 } from '../../core/utf8.ts';
import type { PartInput, SectionWriter } from '../../storage/part.ts';
import { byteOrder } from './byte-order.ts';
import { FieldWriter } from './field-writer.ts';
import { type FieldHeader, writeHeader } from './format.ts';
import { TermBuffer } from './list-writer.ts';
import { encodeLength } from './norms.ts';

/** Documents between two checks of the AbortSignal, which cost a turn of the event loop. */
const DOCUMENTS_A_TURN = 1024;
/** Tokens gathered at a time. */
const RANGE_TOKENS = 1 << 22;

export interface WriteOptions extends Cancellable {
  readonly space: Space;
  readonly fields: readonly string[];
  readonly positions: boolean;
}

export async function writeInverted(
  input: PartInput<'terms'>,
  out: SectionWriter,
  options: WriteOptions,
): Promise<void> {
  const present = new BitSet(input.size);
  const fields = options.fields.map(() => new FieldTokens(input.size));
  let ord = -1;
  for await (const rep of input.reps) {
    ord++;
    if (ord % DOCUMENTS_A_TURN === 0) {
      if (ord > 0) await nextTurn();
      throwIfAborted(options.signal);
    }
    if (rep === undefined) continue;
    checkDocument(rep, options);
    present.add(ord);
    for (const [i, name] of options.fields.entries()) {
      const stream = rep.fields.get(name);
      if (stream !== undefined) fields[i]!.add(ord, stream);
    }
  }
  const headers: FieldHeader[] = [];
  for (const [i, name] of options.fields.entries()) {
    const writer = new FieldWriter(name, i, fields[i]!.norms, options.positions, out);
    await writeField(fields[i]!, writer, options);
    headers.push(await writer.finish());
  }
  await writeHeader({ size: input.size, positions: options.positions, fields: headers, present }, out);
}

/** Throws unless the index has the document's space and fields, and every field is a stream of tokens. */
export function checkDocument(rep: TermsDocument, options: Pick<WriteOptions, 'space' | 'fields'>): void {
  if (rep.space !== options.space) {
    throw new EngineError(
      'ENCODER_MISMATCH',
      `A document of space ${rep.space} in an index of space ${options.space}`,
      {
        hint: 'Encode documents with the encoder that the index was created for.',
      },
    );
  }
  if (!(rep.fields instanceof Map))
    throw malformed(`fields is ${shown(rep.fields)}`, 'Pass a Map from field to tokens.');
  for (const [name, stream] of rep.fields) {
    if (!options.fields.includes(name)) {
      throw malformed(`The index has no field ${shown(name)}`, `Its fields are ${options.fields.join(', ')}.`);
    }
    checkStream(name, stream);
  }
}

/** What `write` reads of a stream: terms that are strings, and ascending positions. */
function checkStream(name: string, stream: TokenStream): void {
  const { length, terms, positions } =
    typeof stream === 'object' && stream !== null ? stream : ({} as Partial<TokenStream>);
  const isStream = Array.isArray(terms) && positions instanceof Uint32Array;
  if (!isStream || terms.length !== length || positions.length !== length) {
    throw malformed(
      `Field ${shown(name)} has no stream of tokens`,
      'Pass as many terms and positions as its length says.',
    );
  }
  for (let i = 0; i < length; i++) {
    if (typeof terms[i] !== 'string') {
      throw malformed(`Field ${shown(name)} has the term ${shown(terms[i])}`, 'Terms are strings.');
    }
    if (i === 0 || positions[i]! >= positions[i - 1]!) continue;
    throw malformed(`Field ${shown(name)} has position ${positions[i]} after ${positions[i - 1]}`, 'Positions ascend.');
  }
}

function malformed(message: string, hint: string): EngineError {
  return new EngineError('INVALID_DOCUMENT', message, { hint });
}

/** One field's tokens in document order. */
class FieldTokens {
  readonly norms: Uint8Array<ArrayBuffer>; // (size)
  readonly counts: Uint32Array; // (size) tokens of each document
  readonly #numbers = new Map<string, number>();
  terms = new Uint32Array(1024); // (tokens) term number
  positions = new Uint32Array(1024); // (tokens)
  length = 0;

  constructor(size: number) {
    this.norms = new Uint8Array(size);
    this.counts = new Uint32Array(size);
  }

  /** Terms by number. */
  vocabulary(): string[] {
    return [...this.#numbers.keys()];
  }

  add(ord: number, stream: TokenStream): void {
    this.#reserve(stream.length);
    let overlaps = 0; // tokens at the position of the token before do not lengthen a field, as in Lucene
    for (let i = 0; i < stream.length; i++) {
      const term = stream.terms[i]!;
      let number = this.#numbers.get(term);
      if (number === undefined) {
        number = this.#numbers.size;
        this.#numbers.set(term, number);
      }
      if (i > 0 && stream.positions[i] === stream.positions[i - 1]) overlaps++;
      this.terms[this.length] = number;
      this.positions[this.length++] = stream.positions[i]!;
    }
    this.counts[ord] = stream.length;
    this.norms[ord] = encodeLength(stream.length - overlaps);
  }

  #reserve(extra: number): void {
    if (this.length + extra <= this.terms.length) return;
    const capacity = Math.max(this.length + extra, this.terms.length * 2);
    this.terms = grown(this.terms, capacity);
    this.positions = grown(this.positions, capacity);
  }
}

async function writeField(field: FieldTokens, writer: FieldWriter, options: WriteOptions): Promise<void> {
  await writer.begin();
  const terms = field.vocabulary().map(encodeUtf8);
  const order = byteOrder(terms);
  const rank = new Uint32Array(terms.length);
  for (let r = 0; r < order.length; r++) rank[order[r]!] = r;
  const starts = new Float64Array(terms.length + 1); // by rank: tokens of smaller terms
  for (let t = 0; t < field.length; t++) starts[rank[field.terms[t]!]! + 1]!++;
  for (let r = 0; r < terms.length; r++) starts[r + 1]! += starts[r]!;

  const buffer = new TermBuffer();
  for (let from = 0; from < terms.length; ) {
    throwIfAborted(options.signal);
    let to = from + 1;
    while (to < terms.length && starts[to + 1]! - starts[from]! <= RANGE_TOKENS) to++;
    const range = gather(field, rank, starts, from, to);
    for (let r = from; r < to; r++) {
      fill(buffer, range, starts[r]! - starts[from]!, starts[r + 1]! - starts[from]!, options.positions);
      if (writer.add(terms[order[r]!]!, buffer, starts[r + 1]! - starts[r]!)) await writer.flush();
    }
    from = to;
  }
}

interface Occurrences {
  readonly docs: Uint32Array; // (tokens of the range) by term, then document, then position
  readonly positions: Uint32Array;
}

/** Counting sort of the tokens whose terms rank from … to−1. */
function gather(field: FieldTokens, rank: Uint32Array, starts: Float64Array, from: number, to: number): Occurrences {
  const base = starts[from]!;
  const docs = new Uint32Array(starts[to]! - base);
  const positions = new Uint32Array(docs.length);
  const next = Uint32Array.from({ length: to - from }, (_, i) => starts[from + i]! - base);
  for (let ord = 0, t = 0; ord < field.counts.length; ord++) {
    for (const end = t + field.counts[ord]!; t < end; t++) {
      const r = rank[field.terms[t]!]!;
      if (r < from || r >= to) continue;
      const at = next[r - from]!++;
      docs[at] = ord;
      positions[at] = field.positions[t]!;
    }
  }
  return { docs, positions };
}

function fill(buffer: TermBuffer, range: Occurrences, from: number, to: number, positions: boolean): void {
  buffer.clear();
  for (let i = from; i < to; ) {
    const doc = range.docs[i]!;
    let end = i + 1;
    while (end < to && range.docs[end] === doc) end++;
    buffer.document(doc, end - i);
    if (positions) for (let j = i; j < end; j++) buffer.position(range.positions[j]!);
    i = end;
  }
}

function grown(array: Uint32Array<ArrayBuffer>, capacity: number): Uint32Array<ArrayBuffer> {
  const out = new Uint32Array(capacity);
  out.set(array);
  return out;
}

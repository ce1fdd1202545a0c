// Typed columns of a segment: keyword (dictionary and one code a document), keywords (dictionary and a list of codes a
// document), number (f64), boolean (a bit). A separate bit set marks the documents that have a value. Dictionaries
// ascend as UTF-8 bytes, so ranges and prefixes of strings are ranges of codes.

import { BitSet } from '../../core/bitset.ts';
import { asFloat64, asUint16, asUint32, bytesOf } from '../../core/bytes.ts';
import { EngineError } from '../../core/errors.ts';
import { compareUtf8 } from '../../core/order.ts';
import type { ColumnType, ColumnValue } from '../../core/types.ts';
import type { SectionReader, SectionWriter } from '../part.ts';
import { writeSection } from '../write-section.ts';
import { sortedStrings, writeStrings } from './ids.ts';

type Codes = Uint8Array | Uint16Array | Uint32Array;

interface ColumnBase {
  readonly name: string;
  /** Documents that have a value. */
  readonly present: BitSet; // (size)
}
export interface KeywordColumn extends ColumnBase {
  readonly type: 'keyword';
  readonly dictionary: readonly string[]; // ascending
  readonly codes: Codes; // (size); 0 where missing
}
export interface KeywordsColumn extends ColumnBase {
  readonly type: 'keywords';
  readonly dictionary: readonly string[]; // ascending
  readonly starts: Uint32Array; // (size + 1)
  readonly codes: Codes; // (starts[size]); ascending within a document
}
export interface NumberColumn extends ColumnBase {
  readonly type: 'number';
  readonly values: Float64Array; // (size); 0 where missing
}
export interface BooleanColumn extends ColumnBase {
  readonly type: 'boolean';
  readonly values: BitSet; // (size)
}
export type Column = KeywordColumn | KeywordsColumn | NumberColumn | BooleanColumn;

/** The value of a document in one column, undefined when missing. */
export type ColumnSource = (ord: number) => ColumnValue | undefined;

/** The value of one document. */
export function columnValue(column: Column, ord: number): ColumnValue | undefined {
  if (!column.present.has(ord)) return undefined;
  switch (column.type) {
    case 'keyword':
      return column.dictionary[column.codes[ord]!]!;
    case 'keywords': {
      const values: string[] = [];
      for (let i = column.starts[ord]!; i < column.starts[ord + 1]!; i++)
        values.push(column.dictionary[column.codes[i]!]!);
      return values;
    }
    case 'number':
      return column.values[ord]!;
    case 'boolean':
      return column.values.has(ord);
    default:
      return column satisfies never;
  }
}

// ───────────────────────────────────────────── writing

/** Writes the sections of one column. */
export async function writeColumn(
  name: string,
  type: ColumnType,
  size: number,
  source: ColumnSource,
  out: SectionWriter,
): Promise<void> {
  const present = new BitSet(size);
  const put = (section: string, bytes: Uint8Array) => writeSection(out, `column.${name}.${section}`, bytes);
  if (type === 'number') {
    const values = new Float64Array(size);
    eachValue(size, source, present, (ord, value) => {
      values[ord] = (value as number) + 0; // −0 becomes 0
    });
    await put('values', bytesOf(values));
  } else if (type === 'boolean') {
    const values = new BitSet(size);
    eachValue(size, source, present, (ord, value) => value === true && values.add(ord));
    await put('values', bytesOf(values.words));
  } else {
    const { dictionary, codes, starts } = encodeStrings(type, size, source, present);
    await writeStrings(`column.${name}.dictionary`, dictionary, out);
    await put('codes', bytesOf(narrow(codes, dictionary.length)));
    if (type === 'keywords') await put('starts', bytesOf(starts));
    await put('terms', bytesOf(Uint32Array.of(dictionary.length)));
  }
  await put('present', bytesOf(present.words));
}

function eachValue(
  size: number,
  source: ColumnSource,
  present: BitSet,
  use: (ord: number, value: ColumnValue) => void,
): void {
  for (let ord = 0; ord < size; ord++) {
    const value = source(ord);
    if (value === undefined) continue;
    present.add(ord);
    use(ord, value);
  }
}

function encodeStrings(type: 'keyword' | 'keywords', size: number, source: ColumnSource, present: BitSet) {
  const seen = new Map<string, number>(); // string → number in order of appearance, later its code
  const lists: number[][] = type === 'keywords' ? Array.from({ length: size }) : [];
  const single = new Uint32Array(type === 'keyword' ? size : 0);
  const number = (text: string): number => {
    let n = seen.get(text);
    if (n === undefined) {
      n = seen.size;
      seen.set(text, n);
    }
    return n;
  };
  eachValue(size, source, present, (ord, value) => {
    if (type === 'keyword') single[ord] = number(value as string);
    else lists[ord] = (value as readonly string[]).map(number);
  });
  const dictionary = [...seen.keys()].sort(compareUtf8);
  const codeOf = new Uint32Array(dictionary.length); // number → code
  dictionary.forEach((text, code) => {
    codeOf[seen.get(text)!] = code;
  });
  if (type === 'keyword') {
    for (const ord of present) single[ord] = codeOf[single[ord]!]!;
    return { dictionary, codes: single, starts: new Uint32Array(0) };
  }
  return { dictionary, ...flatten(lists, size, codeOf) };
}

/** One set of codes a document: ascending, without duplicates. */
function flatten(lists: readonly (readonly number[] | undefined)[], size: number, codeOf: Uint32Array) {
  const starts = new Uint32Array(size + 1);
  const codes: number[] = [];
  for (let ord = 0; ord < size; ord++) {
    const own = [...new Set((lists[ord] ?? []).map((n) => codeOf[n]!))].sort((a, b) => a - b);
    for (const code of own) codes.push(code);
    starts[ord + 1] = codes.length;
  }
  return { starts, codes: Uint32Array.from(codes) };
}

function narrow(codes: Uint32Array, terms: number): Codes {
  return terms <= 256 ? Uint8Array.from(codes) : terms <= 65536 ? Uint16Array.from(codes) : codes;
}

// ───────────────────────────────────────────── reading

export function columnSections(name: string, type: ColumnType): readonly string[] {
  const kinds = {
    number: ['values'],
    boolean: ['values'],
    keyword: ['dictionary', 'dictionary.index', 'codes', 'terms'],
    keywords: ['dictionary', 'dictionary.index', 'codes', 'starts', 'terms'],
  };
  return [...kinds[type], 'present'].map((kind) => `column.${name}.${kind}`);
}

/** Loads one column into memory. */
export async function loadColumn(
  name: string,
  type: ColumnType,
  size: number,
  sections: SectionReader,
): Promise<Column> {
  const bytes = new Map<string, Uint8Array>();
  for (const section of columnSections(name, type)) bytes.set(section, await sections.readAll(section));
  return decodeColumn(name, type, size, bytes);
}

/** The same, synchronously; undefined if the storage cannot read synchronously. */
export function loadColumnSync(
  name: string,
  type: ColumnType,
  size: number,
  sections: SectionReader,
): Column | undefined {
  if (sections.readSync === undefined) return undefined;
  const bytes = new Map<string, Uint8Array>();
  for (const section of columnSections(name, type)) {
    bytes.set(section, sections.readSync(section, 0, sections.size(section)));
  }
  return decodeColumn(name, type, size, bytes);
}

function decodeColumn(name: string, type: ColumnType, size: number, bytes: ReadonlyMap<string, Uint8Array>): Column {
  const get = (kind: string) => bytes.get(`column.${name}.${kind}`)!;
  const bits = (kind: string) => new BitSet(size, sized(name, asUint32(get(kind)), (size + 31) >>> 5));
  const present = bits('present');
  if (type === 'boolean') return { type, name, present, values: bits('values') };
  if (type === 'number') return { type, name, present, values: sized(name, asFloat64(get('values')), size) };
  const terms = asUint32(get('terms'))[0] ?? 0;
  const dictionary = [...sortedStrings(`column ${name}`, terms, get('dictionary'), get('dictionary.index'))];
  const codes = widen(get('codes'), terms);
  if (!codes.every((code) => code < terms || code === 0)) throw corrupt(name, `codes beyond its ${terms} strings`);
  if (type === 'keyword') return { type, name, present, dictionary, codes: sized(name, codes, size) };
  const starts = sized(name, asUint32(get('starts')), size + 1);
  if (!starts.every((start, ord) => start >= (starts[ord - 1] ?? 0))) throw corrupt(name, 'lists that go backwards');
  return { type, name, present, dictionary, starts, codes: sized(name, codes, starts[size]!) };
}

function widen(bytes: Uint8Array, terms: number): Codes {
  return terms <= 256 ? bytes : terms <= 65536 ? asUint16(bytes) : asUint32(bytes);
}

function sized<T extends { readonly length: number }>(name: string, array: T, length: number): T {
  if (array.length === length) return array;
  throw corrupt(name, `${array.length} entries instead of ${length}`);
}

function corrupt(name: string, what: string): EngineError {
  return new EngineError('CORRUPT', `Column ${name} holds ${what}`);
}

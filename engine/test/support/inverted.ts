// An inverted part without a library, for tests: sections in memory, several segments searched as one, documents written
// as plain words.

import type { BitSet } from '../../src/core/bitset.ts';
import { plainFingerprint } from '../../src/core/fingerprint.ts';
import type { LexicalQuery, Statistics, TermsDocument, TermsQuery, TokenStream } from '../../src/core/types.ts';
import type { PartKind, Scope, Scratch, SectionReader, SectionWriter, SegmentPart } from '../../src/storage/part.ts';
import { inputOf } from './input.ts';

export const SPACE = 'test-words';

/** Sections kept in a map; `sync: false` hides the synchronous reads. */
export class MemorySections implements SectionWriter, SectionReader {
  readonly sections = new Map<string, Uint8Array>();
  readonly readSync?: (name: string, offset: number, length: number) => Uint8Array;

  constructor({ sync = true }: { sync?: boolean } = {}) {
    if (sync) this.readSync = (name, offset, length) => this.#get(name).slice(offset, offset + length);
  }
  async section(name: string) {
    if (this.sections.has(name)) throw new Error(`section ${name} twice`);
    let bytes = new Uint8Array(0);
    this.sections.set(name, bytes);
    const append = (more: Uint8Array) => {
      const joined = new Uint8Array(bytes.length + more.length);
      joined.set(bytes);
      joined.set(more, bytes.length);
      bytes = joined;
      this.sections.set(name, joined);
    };
    return {
      get size() {
        return bytes.length;
      },
      append: async (more: Uint8Array) => append(more),
      close: async () => {},
    };
  }
  async scratch(): Promise<Scratch> {
    const pieces: Uint8Array[] = [];
    const joined = () => new Uint8Array(pieces.flatMap((piece) => [...piece]));
    return {
      get size() {
        return pieces.reduce((sum, piece) => sum + piece.length, 0);
      },
      append: async (bytes) => {
        pieces.push(bytes.slice());
      },
      read: async (offset, length) => joined().slice(offset, offset + length),
    };
  }
  has(name: string): boolean {
    return this.sections.has(name);
  }
  size(name: string): number {
    return this.#get(name).length;
  }
  async read(name: string, offset: number, length: number): Promise<Uint8Array> {
    return this.#get(name).slice(offset, offset + length);
  }
  async readAll(name: string): Promise<Uint8Array> {
    return this.#get(name).slice();
  }
  get bytes(): number {
    return [...this.sections.values()].reduce((sum, section) => sum + section.length, 0);
  }
  #get(name: string): Uint8Array {
    const found = this.sections.get(name);
    if (found === undefined) throw new Error(`no section ${name}`);
    return found;
  }
}

/** Tokens at positions 0, 1, 2 …; `|` joins words at one position, `_` is a removed word. */
export function tokens(text: string): TokenStream {
  const terms: string[] = [];
  const positions: number[] = [];
  for (const [position, place] of text.split(' ').filter(Boolean).entries()) {
    for (const term of place === '_' ? [] : place.split('|')) {
      terms.push(term);
      positions.push(position);
    }
  }
  const zeros = new Uint32Array(terms.length);
  return { length: terms.length, terms, positions: Uint32Array.from(positions), starts: zeros, ends: zeros };
}

export type Fields = Readonly<Record<string, string | TokenStream>>;

export function document(fields: Fields, space = SPACE): TermsDocument {
  const streams = Object.entries(fields).map(
    ([name, text]) => [name, typeof text === 'string' ? tokens(text) : text] as const,
  );
  return {
    kind: 'terms',
    side: 'document',
    space,
    fingerprint: plainFingerprint(space, 'document'),
    fields: new Map(streams),
  };
}
export function query(tree: LexicalQuery, space = SPACE): TermsQuery {
  return { kind: 'terms', side: 'query', space, fingerprint: plainFingerprint(space, 'query'), query: tree };
}

/** Sections of a segment of these documents. */
export async function write(
  kind: PartKind<'terms'>,
  documents: readonly (Fields | undefined)[],
): Promise<MemorySections> {
  const out = new MemorySections();
  const rep = (ord: number) => {
    const fields = documents[ord];
    return fields && document(fields, kind.space);
  };
  await kind.write(inputOf(documents.length, rep), out);
  return out;
}

export interface Found {
  readonly doc: number;
  readonly score: number;
}
export interface SearchOptions {
  readonly exhaustive?: boolean;
  readonly accept?: readonly (BitSet | undefined)[];
  readonly floor?: number;
  readonly statistics?: Statistics;
}

/** Segments searched as one index; a document's number is its index in the concatenation of all segments. */
export class Segments {
  readonly parts: readonly SegmentPart<'terms'>[];
  readonly sizes: readonly number[];

  constructor(parts: readonly SegmentPart<'terms'>[], sizes: readonly number[]) {
    this.parts = parts;
    this.sizes = sizes;
  }
  static async of(
    kind: PartKind<'terms'>,
    ...segments: readonly (readonly (Fields | undefined)[])[]
  ): Promise<Segments> {
    const parts = await Promise.all(segments.map(async (documents) => kind.open(await write(kind, documents))));
    return new Segments(
      parts,
      segments.map((documents) => documents.length),
    );
  }
  statistics(tree: LexicalQuery): Statistics {
    const sums = new Map<string, number>();
    for (const part of this.parts) {
      for (const [key, value] of part.statisticsSync!(query(tree))) sums.set(key, (sums.get(key) ?? 0) + value);
    }
    return sums;
  }
  scope(tree: LexicalQuery, segment: number, options: SearchOptions = {}): Scope {
    return {
      accept: options.accept?.[segment],
      statistics: options.statistics ?? this.statistics(tree),
      floor: options.floor ?? Number.NEGATIVE_INFINITY,
      exhaustive: options.exhaustive ?? false,
    };
  }
  async search(tree: LexicalQuery, k: number, options: SearchOptions = {}): Promise<Found[]> {
    const found: Found[] = [];
    let base = 0;
    for (const [i, part] of this.parts.entries()) {
      const { ords, scores } = await part.search(query(tree), k, this.scope(tree, i, options));
      for (let h = 0; h < ords.length; h++) found.push({ doc: base + ords[h]!, score: scores[h]! });
      base += this.sizes[i]!;
    }
    return found.sort((a, b) => b.score - a.score || a.doc - b.doc).slice(0, k);
  }
}

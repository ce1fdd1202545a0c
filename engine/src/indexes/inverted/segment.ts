// One open segment of an inverted part: dictionaries, length bytes and postings in memory; positions are read for
// phrases. One lifetime (open, search, explain, close) over one set of regions, so it stays in one file, a little over
// 400 lines.

import { BitSet } from '../../core/bitset.ts';
import { EngineError, throwIfAborted } from '../../core/errors.ts';
import type { QueryBudget } from '../../core/query-budget.ts';
import { TopK } from '../../core/topk.ts';
import type { Cancellable, Explanation, Ord, Statistics, TermsQuery } from '../../core/types.ts';
import type { Heap, KernelModule, PostingsKernels, Region } from '../../kernels/index.ts';
import type { Candidates, Scope, SectionReader, SegmentPart } from '../../storage/part.ts';
import { type AddedList, areKernelLists, isAdded, searchAdded, withoutLists } from './accumulated.ts';
import type { Budgeted } from './budget.ts';
import { type Cursor, cursorOf, type Lists } from './cursors.ts';
import { Dictionary } from './dictionary.ts';
import type { TermEntry } from './dictionary-cursor.ts';
import { candidates } from './expand.ts';
import { type FieldHeader, type Header, readHeader, sectionsOf } from './format.ts';
import type { PostingsList, ScoredList } from './kernel-lists.ts';
import { END, ListCursor, readingLists } from './list-cursor.ts';
import { ENTRY_BYTES } from './list-writer.ts';
import { BLOCK } from './packed128.ts';
import { type ExpandLeaf, type Leaf, leavesOf, type Plan, type TermLeaf } from './plan.ts';
import { PositionReader } from './positions.ts';
import { searchPruned } from './pruned.ts';
import { type Bm25, NormTables, type PreparedQueries, Scoring } from './scoring.ts';
import { dfPrefix, docsKey, type FieldKeys, lengthKey } from './statistics.ts';

const READ_BYTES = 4 << 20;
const CACHED_TERMS = 4096;
const NONE: Candidates = { ords: new Uint32Array(0), scores: new Float64Array(0) };

export interface SegmentOptions extends Cancellable {
  readonly bm25: Bm25;
  /** Names of the fields in the configuration. */
  readonly fields: readonly string[];
  /** Checks the query's space and plans it, within the limits on its words. */
  readonly plan: (query: TermsQuery) => Budgeted;
  /** Shared by the segments of a library. */
  readonly prepared: PreparedQueries;
  readonly budget: QueryBudget;
  /** undefined: no kernels, the cursors search. */
  readonly kernels: { readonly module: KernelModule<PostingsKernels>; readonly heap: Heap } | undefined;
}

export async function openInverted(sections: SectionReader, options: SegmentOptions): Promise<SegmentPart<'terms'>> {
  const header = await readHeader(sections);
  const dictionaries: Dictionary[] = [];
  checkFields(header, options.fields);
  for (const [i, field] of header.fields.entries()) {
    const names = sectionsOf(i);
    if (sections.size(names.norms) !== header.size) {
      throw corrupt(`Section ${names.norms} has ${sections.size(names.norms)} bytes for ${header.size} documents`);
    }
    const [terms, index] = [await sections.readAll(names.terms), await sections.readAll(names.index)];
    dictionaries.push(new Dictionary(terms, index, field.terms));
  }
  const bytes = await loadBytes(sections, header, options); // last: a failure above would leave its memory allocated
  const fields = header.fields.map((field, i) => {
    const limits = { df: header.size, postings: sections.size(sectionsOf(i).postings) };
    return new FieldPart(field, dictionaries[i]!, bytes.places[i]!, limits);
  });
  return new InvertedSegment(sections, header, fields, bytes, options);
}

function checkFields(header: Header, names: readonly string[]): void {
  const found = header.fields.map((field) => field.name);
  if (found.length === names.length && found.every((name, i) => name === names[i])) return;
  throw corrupt(`An inverted part has the fields ${found.join(', ')}, its configuration ${names.join(', ')}`);
}

function corrupt(message: string): EngineError {
  return new EngineError('CORRUPT', message, { hint: 'Rebuild the index from the store.' });
}

/** The limits of a dictionary entry: documents of the segment, bytes of the postings. */
interface Limits {
  readonly df: number;
  readonly postings: number;
}

/** Throws CORRUPT if a list cannot be where its entry says: entries of 16 bytes a block, then a byte a document. */
function checkEntry(term: string, { df, postingsAt, postingsBytes }: TermEntry, limits: Limits): void {
  const least = ENTRY_BYTES * Math.floor(df / BLOCK) + (df % BLOCK);
  if (df >= 1 && df <= limits.df && postingsBytes >= least && postingsAt + postingsBytes <= limits.postings) return;
  throw corrupt(`Term ${JSON.stringify(term)}: ${df} documents in ${postingsBytes} bytes at ${postingsAt}`);
}

/** Postings and length bytes of all fields: in an arena for the kernels, else in an array. */
interface Bytes {
  readonly region: Region | undefined;
  readonly array: Uint8Array | undefined;
  readonly places: readonly Place[];
  readonly bytes: number;
}
/** Offsets into those bytes. */
interface Place {
  readonly norms: number;
  readonly postings: number;
}

async function loadBytes(sections: SectionReader, header: Header, options: SegmentOptions): Promise<Bytes> {
  let bytes = 0;
  const take = (name: string) => {
    const at = bytes;
    bytes += Math.ceil(sections.size(name) / 16) * 16;
    return at;
  };
  const places = header.fields.map((_, i) => ({
    norms: take(sectionsOf(i).norms),
    postings: take(sectionsOf(i).postings),
  }));
  const fits = options.kernels !== undefined && bytes <= options.kernels.heap.largestRegion;
  if (options.kernels !== undefined && !fits) {
    options.trace?.({ name: 'inverted.no-kernel', message: `Postings of ${bytes} bytes exceed an arena` });
  }
  const region = fits ? options.kernels?.heap.alloc(bytes) : undefined;
  const array = region === undefined ? new Uint8Array(bytes) : undefined;
  try {
    for (const [i, place] of places.entries()) {
      const names = sectionsOf(i);
      for (const [name, at] of [[names.norms, place.norms] as const, [names.postings, place.postings] as const]) {
        const size = sections.size(name);
        for (let offset = 0; offset < size; offset += READ_BYTES) {
          const piece = await sections.read(name, offset, Math.min(READ_BYTES, size - offset), options);
          (region?.u8() ?? array!).set(piece, at + offset);
        }
      }
    }
  } catch (error) {
    region?.free();
    throw error;
  }
  return { region, array, places, bytes };
}

class FieldPart implements FieldKeys {
  readonly name: string;
  readonly header: FieldHeader;
  readonly dictionary: Dictionary;
  readonly place: Place;
  readonly docsKey: string;
  readonly lengthKey: string;
  readonly dfPrefix: string;
  readonly #limits: Limits;
  readonly #found = new Map<string, TermEntry | undefined>();

  constructor(header: FieldHeader, dictionary: Dictionary, place: Place, limits: Limits) {
    this.#limits = limits;
    this.name = header.name;
    this.header = header;
    this.dictionary = dictionary;
    this.place = place;
    this.docsKey = docsKey(header.name);
    this.lengthKey = lengthKey(header.name);
    this.dfPrefix = dfPrefix(header.name);
  }

  find(term: string): TermEntry | undefined {
    const known = this.#found.get(term);
    if (known !== undefined || this.#found.has(term)) return known;
    if (this.#found.size >= CACHED_TERMS) this.#found.clear();
    const entry = this.dictionary.find(term);
    if (entry !== undefined) checkEntry(term, entry, this.#limits);
    this.#found.set(term, entry);
    return entry;
  }
}

/** Position bytes of the terms that a query's phrases need, by field and term. */
type PositionBytes = ReadonlyMap<string, Uint8Array>;

class InvertedSegment implements SegmentPart<'terms'> {
  readonly count: number;
  readonly residentBytes: number;
  /** Postings cannot give a token stream back. */
  readonly gather = undefined;
  readonly searchSync?: (query: TermsQuery, k: number, scope: Scope) => Candidates;
  readonly #sections: SectionReader;
  readonly #header: Header;
  readonly #fields: readonly FieldPart[];
  readonly #bytes: Bytes;
  readonly #options: SegmentOptions;
  readonly #norms = new NormTables();
  #closed = false;

  constructor(
    sections: SectionReader,
    header: Header,
    fields: readonly FieldPart[],
    bytes: Bytes,
    options: SegmentOptions,
  ) {
    this.#sections = sections;
    this.#header = header;
    this.#fields = fields;
    this.#bytes = bytes;
    this.#options = options;
    this.count = header.present.count();
    this.residentBytes = bytes.bytes + fields.reduce((sum, field) => sum + field.dictionary.residentBytes, 0);
    const readSync = sections.readSync?.bind(sections);
    if (readSync !== undefined) {
      this.searchSync = (query, k, scope) => {
        const scoring = this.#scoring(query, scope);
        const positions = new Map<string, Uint8Array>();
        for (const [key, name, entry] of this.#phraseTerms(scoring.plan)) {
          positions.set(key, readSync(name, entry.positionsAt, entry.positionsBytes));
        }
        return this.#search(scoring, positions, k, scope);
      };
    }
  }

  async search(query: TermsQuery, k: number, scope: Scope): Promise<Candidates> {
    const scoring = this.#scoring(query, scope);
    return this.#search(scoring, await this.#readPositions(scoring.plan, scope), k, scope);
  }

  async statistics(query: TermsQuery): Promise<Statistics> {
    return this.statisticsSync(query);
  }

  statisticsSync(query: TermsQuery): Statistics {
    const expanding = new Map<FieldPart, ExpandLeaf[]>();
    const sums = new Map<string, number>(); // set, not added to: a df is one number however often a query names the term
    for (const leaf of leavesOf(this.#options.plan(query).plan)) {
      const field = this.#fields[leaf.field]!;
      sums.set(field.docsKey, field.header.docs);
      sums.set(field.lengthKey, field.header.occurrences);
      if ('text' in leaf) {
        const leaves = expanding.get(field);
        if (leaves === undefined) expanding.set(field, [leaf]);
        else leaves.push(leaf);
        continue;
      }
      for (const term of leaf.type === 'term' ? [leaf.term] : leaf.terms) {
        const entry = field.find(term);
        if (entry !== undefined) sums.set(field.dfPrefix + term, entry.df);
      }
    }
    for (const [{ dfPrefix, dictionary }, leaves] of expanding) {
      for (const { term, df } of candidates(leaves, dictionary)) sums.set(dfPrefix + term, df);
    }
    return sums;
  }

  async explain(query: TermsQuery, ord: Ord, scope: Scope): Promise<Explanation | undefined> {
    const scoring = this.#scoring(query, scope);
    const lists = this.#lists(await this.#readPositions(scoring.plan, scope), scoring);
    return readingLists(() => {
      const cursor = cursorOf(scoring.plan, lists);
      return cursor?.advance(ord) === ord ? cursor.explain() : undefined;
    });
  }

  async score(query: TermsQuery, ords: readonly Ord[], scope: Scope): Promise<Float64Array> {
    const scoring = this.#scoring(query, scope);
    const lists = this.#lists(await this.#readPositions(scoring.plan, scope), scoring);
    const scores = new Float64Array(ords.length).fill(Number.NaN);
    const order = [...ords.keys()].sort((a, b) => ords[a]! - ords[b]!); // a cursor only moves forward
    return readingLists(() => {
      const cursor = cursorOf(scoring.plan, lists);
      for (const i of order) {
        const ord = ords[i]!;
        if (cursor === undefined || scope.accept?.has(ord) === false) continue;
        const at = cursor.doc >= ord ? cursor.doc : cursor.advance(ord);
        if (at === ord) scores[i] = cursor.score();
      }
      return scores;
    });
  }

  has(ord: Ord): boolean {
    return this.#header.present.has(ord);
  }

  close(): void {
    this.#closed = true;
    this.#bytes.region?.free();
  }

  #scoring(query: TermsQuery, { statistics, trace }: Scope): Scoring {
    const { bm25, prepared, budget, plan } = this.#options;
    const planned = plan(query);
    if (this.#closed) throw new EngineError('CLOSED', 'The segment has been closed');
    const options = { bm25, norms: this.#norms, query: planned, prepared, budget, trace };
    return new Scoring(this.#fields, statistics, options);
  }

  #search(scoring: Scoring, positions: PositionBytes, k: number, scope: Scope): Candidates {
    throwIfAborted(scope.signal);
    if (this.#closed) throw new EngineError('CLOSED', 'The segment has been closed');
    const { plan } = scoring;
    const wanted = Math.min(k, this.#header.size);
    if (wanted === 0) return NONE;
    return readingLists(() => {
      const found = scope.exhaustive ? undefined : this.#searchKernels(plan, positions, wanted, scope, scoring);
      return found ?? best(cursorOf(plan, this.#lists(positions, scoring)), wanted, scope);
    });
  }

  /** undefined: no kernel, or a query that cursors answer as fast. */
  #searchKernels(
    plan: Plan,
    positions: PositionBytes,
    k: number,
    scope: Scope,
    scoring: Scoring,
  ): Candidates | undefined {
    const { kernels } = this.#options;
    const { region } = this.#bytes;
    const flat = flattened(plan);
    if (kernels === undefined || region === undefined || flat === undefined) return undefined;
    const lists: AddedList[] = [];
    for (const clause of flat.clauses) {
      const list = this.#listOf(clause, region, positions, scoring);
      if (list !== undefined) lists.push(list);
      else if (flat.type === 'and') return NONE;
    }
    if (lists.length === 0) return NONE;
    const { type, excluded } = flat;
    const accept = this.#without(excluded, positions, scope, scoring);
    const search = { size: this.#header.size, accept, k, floor: scope.floor };
    const { arena } = region;
    if (areKernelLists(lists) && (type === 'and' || !isAdded(lists))) {
      const found = searchPruned(arena, kernels.module, { ...search, type, lists });
      if (found !== undefined || type === 'and') return found;
    }
    return searchAdded(arena, kernels.module, { ...search, lists }); // also sums that depend on their order
  }

  /** A clause for the kernels; undefined when it has no documents here. */
  #listOf(clause: Plan, region: Region, positions: PositionBytes, scoring: Scoring): AddedList | undefined {
    if (clause.type === 'term') return this.#postings(clause, region, scoring);
    if (!('text' in clause)) return scoredList(cursorOf(clause, this.#lists(positions, scoring)));
    const { field, text, boost } = clause;
    const word = this.#postings({ type: 'term', field, term: text, boost }, region, scoring);
    const expansions = scoring.expand(clause).expansions.flatMap(({ term, weight }) => {
      const list = this.#weighed(field, term, weight, region, scoring);
      return list === undefined ? [] : [list];
    });
    return expansions.length === 0 ? word : { expansions, word };
  }

  #postings(leaf: TermLeaf, region: Region, scoring: Scoring): PostingsList | undefined {
    return this.#weighed(leaf.field, leaf.term, scoring.term(leaf).weight, region, scoring);
  }

  #weighed(number: number, term: string, weight: number, region: Region, scoring: Scoring): PostingsList | undefined {
    const field = this.#fields[number]!;
    const entry = field.find(term);
    if (entry === undefined) return undefined;
    return {
      address: region.ptr + field.place.postings + entry.postingsAt,
      df: entry.df,
      maxTf: entry.occurrences - entry.df + 1,
      weight,
      norms: region.ptr + field.place.norms,
      inverse: scoring.inverseNorms(number),
    };
  }

  /** The documents that may be returned, without those that the query excludes. */
  #without(excluded: readonly Plan[], positions: PositionBytes, scope: Scope, scoring: Scoring): BitSet | undefined {
    if (excluded.length === 0) return scope.accept;
    const { kernels } = this.#options;
    const { region } = this.#bytes;
    let left = scope.accept?.clone() ?? BitSet.full(this.#header.size);
    let others = excluded;
    if (kernels !== undefined && region !== undefined) {
      const clauses = excluded.flatMap(alternatives);
      const lists = clauses.flatMap((clause) => ('clauses' in clause ? [] : this.#listsOf(clause, region, scoring)));
      const without = withoutLists(region.arena, kernels.module, left, lists);
      if (without !== undefined) {
        left = without;
        others = clauses.filter((clause) => 'clauses' in clause || clause.type === 'phrase');
      }
    }
    for (const plan of others) {
      const cursor = cursorOf(plan, this.#lists(positions, scoring));
      if (cursor === undefined) continue;
      for (let doc = cursor.next(); doc !== END; doc = cursor.next()) left.delete(doc);
    }
    return left;
  }

  /** The lists whose documents a leaf matches; none for a phrase. */
  #listsOf(leaf: Leaf, region: Region, scoring: Scoring): readonly PostingsList[] {
    if (leaf.type === 'phrase') return [];
    const terms =
      leaf.type === 'term' ? [leaf.term] : [leaf.text, ...scoring.expand(leaf).expansions.map(({ term }) => term)];
    return terms.flatMap((term) => this.#weighed(leaf.field, term, 1, region, scoring) ?? []);
  }

  #lists(positions: PositionBytes, scoring: Scoring): Lists {
    const bytes = this.#bytes.region?.u8() ?? this.#bytes.array!;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const open = (field: FieldPart, entry: TermEntry) =>
      new ListCursor(view, field.place.postings + entry.postingsAt, entry.postingsBytes, entry.df);
    return {
      scoring,
      list: (number, term) => {
        const field = this.#fields[number]!;
        const entry = field.find(term);
        return entry && open(field, entry);
      },
      positions: (number, term) => {
        const field = this.#fields[number]!;
        const entry = field.find(term);
        const found = positions.get(positionsKey(number, term));
        return entry && found && new PositionReader(found, entry.df, entry.occurrences);
      },
      norms: (number) => {
        const { norms } = this.#fields[number]!.place;
        return bytes.subarray(norms, norms + this.#header.size);
      },
    };
  }

  async #readPositions(plan: Plan, options: Cancellable): Promise<PositionBytes> {
    const out = new Map<string, Uint8Array>();
    for (const [key, name, entry] of this.#phraseTerms(plan)) {
      out.set(key, await this.#sections.read(name, entry.positionsAt, entry.positionsBytes, options));
    }
    return out;
  }

  /** Key, section and place of each list of positions that the plan needs. */
  *#phraseTerms(plan: Plan): Generator<[string, string, TermEntry]> {
    for (const leaf of leavesOf(plan)) {
      if (leaf.type !== 'phrase') continue;
      for (const term of leaf.terms) {
        const entry = this.#fields[leaf.field]!.find(term);
        if (entry !== undefined) yield [positionsKey(leaf.field, term), sectionsOf(leaf.field).positions, entry];
      }
    }
  }
}

function positionsKey(field: number, term: string): string {
  return `${field}/${term}`;
}

/** A plan as one `or` of anything, or one `and` of terms: what the kernels run. (An `and` with a phrase is led by its
 * rarest word, and cursors skip as well as kernels would.) */
function flattened(
  plan: Plan,
): { type: 'and' | 'or'; clauses: readonly Plan[]; excluded: readonly Plan[] } | undefined {
  if (plan.type === 'term' || 'text' in plan) return { type: 'or', clauses: [plan], excluded: [] };
  if (plan.type === 'or') return plan;
  return plan.type === 'and' && plan.clauses.every((clause) => clause.type === 'term') ? plan : undefined;
}

/** What excludes a document by itself. */
function alternatives(plan: Plan): readonly Plan[] {
  return plan.type === 'or' && plan.excluded.length === 0 ? plan.clauses.flatMap(alternatives) : [plan];
}

/** All matches of a clause with their scores; undefined when there are none. */
function scoredList(cursor: Cursor | undefined): ScoredList | undefined {
  if (cursor === undefined) return undefined;
  let docs = new Uint32Array(256);
  let scores = new Float32Array(256);
  let df = 0;
  for (let doc = cursor.next(); doc !== END; doc = cursor.next()) {
    if (df === docs.length) {
      const [moreDocs, moreScores] = [new Uint32Array(2 * df), new Float32Array(2 * df)];
      moreDocs.set(docs);
      moreScores.set(scores);
      docs = moreDocs;
      scores = moreScores;
    }
    docs[df] = doc;
    scores[df++] = cursor.score();
  }
  return df === 0 ? undefined : { df, docs: docs.subarray(0, df), scores: scores.subarray(0, df) };
}

/** Scores every match; the best are kept. */
function best(cursor: Cursor | undefined, k: number, scope: Scope): Candidates {
  const top = new TopK(k);
  if (cursor !== undefined) {
    for (let doc = cursor.next(); doc !== END; doc = cursor.next()) {
      if (scope.accept !== undefined && !scope.accept.has(doc)) continue;
      const score = cursor.score();
      if (score >= scope.floor && top.push(score, doc) && !scope.exhaustive) cursor.raise?.(top.threshold);
    }
  }
  return top.drain();
}

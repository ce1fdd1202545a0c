// A program with the same output in Node and in the browser: it builds libraries in memory from seeded text
// (segments, deletes, replacements, a merge) and returns a hash of each file and the bits of each ranking.
import { sha256Hex } from '../../src/core/hash.ts';
import { Rng } from '../../src/core/rng.ts';
import type { Document, LexicalQuery, Ranking } from '../../src/core/types.ts';
import { termsEncoder } from '../../src/encoders/index.ts';
import { inverted } from '../../src/indexes/index.ts';
import { memoryDirectory, openLibrary, type Snapshot, type Writer } from '../../src/storage/index.ts';
import { english } from '../../src/text/index.ts';
import { denseKinds, denseRankings, denseReps } from './dense.ts';

const DOCUMENTS = 600;
const WORDS = 900;
const SCHEMA = {
  fields: { title: { stored: true }, text: { stored: true } },
  columns: { year: 'number', venue: 'keyword', tags: 'keywords', open: 'boolean' },
} as const;

/** The output of a runtime: the hash of a file, or the ids and score bits of a ranking, by name. */
export type Answers = Readonly<Record<string, string>>;

/** Runs the whole program. Equal seeds must give equal output in every runtime. */
export async function run(seed: number): Promise<Answers> {
  return {
    ...(await build('segments', seed, { merge: false })),
    ...(await build('merged', seed, { merge: true })),
  };
}

async function build(name: string, seed: number, { merge }: { merge: boolean }): Promise<Answers> {
  const rng = new Rng(seed);
  const words = vocabulary(rng);
  const encoder = termsEncoder(english(), { fields: ['title', 'text'] });
  const parts = { terms: inverted({ space: encoder.space, fields: { title: 2, text: 1 } }), ...denseKinds };
  const directory = memoryDirectory();
  const library = await openLibrary(directory, { schema: SCHEMA, parts, autoMerge: false });
  const writer = await library.writer();
  const put = async (writer: Writer<typeof parts>, document: Document, verb: 'add' | 'replace') => {
    const [terms] = await encoder.encodeDocuments([document.fields]);
    if (terms === undefined) throw new Error('the encoder gave nothing');
    await writer[verb](document, { terms, ...denseReps(rng) });
  };
  for (let i = 0; i < DOCUMENTS; i++) {
    await put(writer, makeDocument(`doc-${i}`, rng, words), 'add');
    if (i % 170 === 169) await writer.commit({ upTo: i });
  }
  for (let i = 0; i < DOCUMENTS; i += 7) await writer.delete(`doc-${i}`);
  for (let i = 3; i < DOCUMENTS; i += 31) await put(writer, makeDocument(`doc-${i}`, rng, words), 'replace');
  if (merge) await writer.mergeAll();
  const snapshot = await writer.commit({ upTo: DOCUMENTS, note: 'naïve 日本語' });
  const answers = { ...files(name, directory.files()), ...(await rankings(name, snapshot, rng, words)) };
  snapshot.release();
  await writer.close();
  await library.close();
  return answers;

  async function rankings(name: string, snapshot: Snapshot<typeof parts>, rng: Rng, words: readonly string[]) {
    const found: Record<string, string> = {};
    for (const [label, query] of queries(rng, words)) {
      const filter = { op: 'range', column: 'year', gte: 2005 } as const;
      const part = snapshot.part('terms');
      found[`${name}: ${label}`] = bitsOf(await part.search(encoder.query(query), 20));
      found[`${name}: ${label}, filtered`] = bitsOf(await part.search(encoder.query(query), 20, { filter }));
    }
    const dense = Object.entries(await denseRankings(snapshot, rng, bitsOf));
    return { ...found, ...Object.fromEntries(dense.map(([label, answer]) => [`${name}: ${label}`, answer])) };
  }
}

function files(name: string, stored: ReadonlyMap<string, Uint8Array>): Answers {
  return Object.fromEntries(
    [...stored].map(([file, bytes]) => [`${name}: file ${file}`, `${bytes.length} ${sha256Hex(bytes)}`]),
  );
}

/** Ids with the bits of their scores: two rankings are equal exactly when these are. */
export function bitsOf(ranking: Ranking): string {
  const view = new DataView(new ArrayBuffer(8));
  return ranking
    .map(({ id, score }) => {
      view.setFloat64(0, score);
      return `${id}=${view.getBigUint64(0).toString(16)}`;
    })
    .join(' ');
}

/** Generated words of one to four syllables, some with letters outside ASCII. */
function vocabulary(rng: Rng): string[] {
  const syllables = [
    'ra',
    'ti',
    'no',
    'mel',
    'sor',
    'ving',
    'qua',
    'é',
    'straß',
    'ção',
    '論',
    'ы',
    'lex',
    'ed',
    'ing',
    "o'",
  ];
  const word = () => Array.from({ length: 1 + rng.below(4) }, () => syllables[rng.below(syllables.length)]).join('');
  return Array.from({ length: WORDS }, word);
}

function makeDocument(id: string, rng: Rng, words: readonly string[]): Document {
  // Squaring a uniform number makes low ranks frequent, as in text.
  const text = (length: number) => Array.from({ length }, () => words[Math.floor(rng.float() ** 2 * WORDS)]).join(' ');
  const columns = {
    year: 1990 + rng.below(35),
    venue: `venue ${rng.below(9)}`,
    tags: [`t${rng.below(20)}`, `u${rng.below(5)}`],
    open: rng.below(2) === 1,
  };
  return { id, fields: { title: text(3 + rng.below(9)), text: text(20 + rng.below(150)) }, columns };
}

function queries(rng: Rng, words: readonly string[]): [string, LexicalQuery][] {
  const [analyzer] = [english()];
  const term = () => {
    for (;;) {
      const stream = analyzer.analyze(words[rng.below(WORDS)] ?? '');
      if (stream.terms[0] !== undefined) return stream.terms[0];
    }
  };
  const made: [string, LexicalQuery][] = [];
  for (let i = 0; i < 40; i++) {
    const clauses = Array.from({ length: 1 + (i % 5) }, () => ({ type: 'term', term: term() }) as const);
    made.push([`or ${i}`, { type: 'or', clauses }]);
    made.push([`and ${i}`, { type: 'and', clauses: clauses.slice(0, 2) }]);
  }
  for (let i = 0; i < 10; i++) {
    made.push([`phrase ${i}`, { type: 'phrase', terms: [term(), term()] }]);
    made.push([`prefix ${i}`, { type: 'prefix', prefix: term().slice(0, 2) }]);
    made.push([`fuzzy ${i}`, { type: 'fuzzy', term: term(), distance: 1 }]);
  }
  return made;
}

// Seeded text and queries for the comparison of our BM25 with Lucene's, and the query languages of both.

import { Rng } from '../../src/core/rng.ts';
import type { LexicalQuery, TokenStream } from '../../src/core/types.ts';
import { english } from '../../src/text/index.ts';

export const FIELDS = ['body', 'title'] as const;
export const K1 = 0.9;
export const B = 0.4;
export const HITS = 1000;
export const DOCUMENTS = 3000;
export const QUERIES = 1000;
const SEED = 20261122;
const SUFFIXES = ['', '', '', 's', 'ing', 'ed', "'s", 'ational', 'ness', '-x', '.'];
const STOPS = ['the', 'of', 'a', 'and', 'not', 'with', 'is'];

export type Text = Readonly<Record<(typeof FIELDS)[number], string>>;

/** Documents with skewed word frequencies; a few are empty, a few very long. */
export function documents(count: number): Text[] {
  const rng = new Rng(SEED);
  const words = vocabulary(rng, 1500);
  const word = () => {
    if (rng.below(5) === 0) return rng.pick(STOPS);
    return words[Math.floor(words.length * rng.float() ** 3)]! + rng.pick(SUFFIXES);
  };
  const text = (length: number) => Array.from({ length }, word).join(rng.below(9) === 0 ? ', ' : ' ');
  return Array.from({ length: count }, () => {
    const kind = rng.below(60);
    const length = kind === 0 ? 0 : kind === 1 ? 1500 : kind < 20 ? rng.below(8) : 10 + rng.below(120);
    return { body: text(length), title: text(rng.below(9)) };
  });
}

/** 1,000 trees or fewer: terms, bags of words with repeats, conjunctions, phrases, boosts and exclusions. */
export function queries(texts: readonly Text[], count: number): LexicalQuery[] {
  const rng = new Rng(SEED + 1);
  const analyzer = english();
  const streams = texts.map((text) => ({ body: analyzer.analyze(text.body), title: analyzer.analyze(text.title) }));
  const usable = FIELDS.map((field) => streams.map((fields) => fields[field]).filter((stream) => stream.length > 3));
  const context = { rng, stream: (field: number) => rng.pick(usable[field]!) };
  return Array.from({ length: count }, (_, i) => fielded(context, i));
}

interface Source {
  readonly rng: Rng;
  readonly stream: (field: number) => TokenStream;
}

function fielded(source: Source, i: number): LexicalQuery {
  const field = source.rng.below(4) === 0 ? 1 : 0;
  return { type: 'field', field: FIELDS[field]!, query: tree(source, field, i % 10, 0) };
}

function tree(source: Source, field: number, shape: number, depth: number): LexicalQuery {
  const { rng } = source;
  const stream = source.stream(field);
  const term = (): LexicalQuery => ({ type: 'term', term: rng.below(30) === 0 ? 'absent' : rng.pick(stream.terms) });
  const terms = (most: number) => Array.from({ length: 1 + rng.below(most) }, term);
  const boost = (query: LexicalQuery): LexicalQuery => ({ type: 'boost', boost: rng.pick([0.25, 1, 2, 3.7]), query });
  switch (shape) {
    case 0:
    case 1:
      return term();
    case 2:
    case 3:
    case 4:
      return { type: 'or', clauses: terms(shape === 4 ? 25 : 6) };
    case 5:
      return { type: 'and', clauses: terms(3) };
    case 6:
    case 7:
      return phrase(rng, stream);
    case 8:
      return {
        type: rng.pick(['or', 'and']),
        clauses: [...terms(3), phrase(rng, stream), { type: 'not', clause: term() }],
      };
    default: {
      if (depth > 2) return boost(term());
      const inner = () => tree(source, field, rng.below(10), depth + 1);
      return { type: rng.pick(['or', 'and', 'or']), clauses: [...terms(2).map(boost), inner(), boost(inner())] };
    }
  }
}

/** Two to four neighbouring words of a text; two words with a removed stop word between them are not neighbours. */
function phrase(rng: Rng, stream: TokenStream): LexicalQuery {
  const from = rng.below(stream.length - 1);
  let to = from + 1;
  while (to < stream.length && to < from + 4 && stream.positions[to] === stream.positions[to - 1]! + 1) to++;
  return { type: 'phrase', terms: stream.terms.slice(from, Math.max(to, from + 2)) };
}

function vocabulary(rng: Rng, size: number): string[] {
  const parts = [
    'ba',
    'co',
    'di',
    'fu',
    'ga',
    'lo',
    'me',
    'ni',
    'ra',
    'su',
    'te',
    'vo',
    'zy',
    'ör',
    'n3',
    'st',
    'tion',
  ];
  const words = new Set<string>();
  while (words.size < size) words.add(Array.from({ length: 1 + rng.below(4) }, () => rng.pick(parts)).join(''));
  return [...words];
}

// ───────────────────────────────────────────── the oracle's language (test/oracle/java/Bm25.java)

export function documentLine(text: Text): string {
  return ['D', ...FIELDS.map((field) => `${field}=${encodeURIComponent(text[field])}`)].join(' ');
}
export function queryLine(query: LexicalQuery, k: number): string {
  return ['Q', k, ...program(query, '')].join(' ');
}

function program(query: LexicalQuery, field: string): string[] {
  switch (query.type) {
    case 'field':
      return program(query.query, query.field);
    case 'boost':
      return [...program(query.query, field), `B${query.boost}`];
    case 'term':
      return [`T${field}/${encodeURIComponent(query.term)}`];
    case 'phrase':
      return [`P${field}/${query.terms.map(encodeURIComponent).join('/')}`];
    case 'and':
    case 'or': {
      const positive = query.clauses.filter((clause) => clause.type !== 'not');
      const negative = query.clauses.flatMap((clause) => (clause.type === 'not' ? [clause.clause] : []));
      const operator = `${query.type === 'and' ? 'A' : 'O'}${positive.length},${negative.length}`;
      return [...[...positive, ...negative].flatMap((clause) => program(clause, field)), operator];
    }
    default:
      throw new Error(`The oracle has no query of type ${query.type}`);
  }
}

/** "doc:bits doc:bits …", as the oracle prints it. */
export function answerLine(hits: readonly { readonly doc: number; readonly score: number }[]): string {
  const bits = new DataView(new ArrayBuffer(4));
  return hits
    .map(({ doc, score }) => {
      bits.setFloat32(0, score);
      return `${doc}:${bits.getUint32(0).toString(16)}`;
    })
    .join(' ');
}

/** The committed form of an answer: its first hits, the number of hits and a hash of all. */
export function digest(answer: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < answer.length; i++) hash = Math.imul(hash ^ answer.charCodeAt(i), 0x01000193);
  const hits = answer === '' ? [] : answer.split(' ');
  return `${hits.length} ${(hash >>> 0).toString(16)} ${hits.slice(0, 2).join(' ')}`.trim();
}

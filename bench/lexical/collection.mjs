// The texts and queries of the lexical bench, as files that every engine reads: one document a line, "id<TAB>text".
// `papers` are titles and abstracts of ../shared/data/papers; `seeded` is generated text with Zipf's word frequencies.

import { once } from 'node:events';
import { createReadStream, createWriteStream, existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createGunzip } from 'node:zlib';

const here = dirname(fileURLToPath(import.meta.url));
const PAPERS = process.env.QUIRE_PAPERS ?? join(here, '..', '..', '..', 'shared', 'data', 'papers');
const FILES = ['arxiv.jsonl.gz', 'acl-anthology.jsonl.gz', 'conferences.jsonl.gz', 'hf-daily.jsonl.gz'];
const SEED = 20261122;
const TERMS = 4; // words a query
/** Words that content queries do not use, as in the first measurements. */
const COMMONEST = 150;
/** The usual stop words. Some engines drop them; a query with one would give the engines different work. */
const STOP = new Set(
  'a an and are as at be but by for if in into is it no not of on or such that the their then there these they this to was will with'.split(
    ' ',
  ),
);

/** Paths of the collection and its queries, written at first use into the ignored folder .cache. */
export async function collection(kind, size, queries) {
  const folder = join(here, '..', '.cache', `lexical-${kind}-${size}-${queries}`);
  const paths = { documents: join(folder, 'documents.tsv'), queries: join(folder, 'queries.json') };
  if (existsSync(paths.queries)) return paths;
  mkdirSync(folder, { recursive: true });
  await write(`${paths.documents}.tmp`, kind === 'papers' ? papers(size) : seeded(size));
  renameSync(`${paths.documents}.tmp`, paths.documents);
  writeFileSync(paths.queries, JSON.stringify(await makeQueries(paths.documents, size, queries)));
  return paths;
}

export async function* readLines(path) {
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    const tab = line.indexOf('\t');
    yield { id: line.slice(0, tab), text: line.slice(tab + 1) };
  }
}

async function write(path, texts) {
  const out = createWriteStream(path);
  let number = 0;
  for await (const text of texts) {
    const line = `${String(number++).padStart(8, '0')}\t${text.replace(/\s+/g, ' ')}\n`;
    if (!out.write(line)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'finish');
}

async function* papers(size) {
  let given = 0;
  for (const file of FILES) {
    const path = join(PAPERS, file);
    if (!existsSync(path)) throw new Error(`${path} does not exist: set QUIRE_PAPERS, or use seeded text`);
    const lines = createInterface({ input: createReadStream(path).pipe(createGunzip()) });
    for await (const line of lines) {
      const { title, abstract } = JSON.parse(line);
      if (!abstract) continue;
      yield `${title}. ${abstract}`;
      if (++given === size) return;
    }
  }
}

/** About 150 words a text, drawn by rank^-1.07 from 200,000 words; with endings for the stemmer to remove. */
async function* seeded(size) {
  const random = generator(SEED);
  const words = Array.from({ length: 200_000 }, (_, i) => spelled(i) + ['', 's', 'ing', 'ed'][i % 4]);
  const cumulative = new Float64Array(words.length);
  let sum = 0;
  for (let i = 0; i < words.length; i++) cumulative[i] = sum += (i + 2.7) ** -1.07;
  const word = () => words[lowerBound(cumulative, random() * sum)];
  for (let i = 0; i < size; i++) {
    yield Array.from({ length: 50 + Math.floor(200 * random()) }, word).join(' ');
  }
}

/** Words of random documents: `mixed` takes every word except stop words, `content` also excludes the 150 most common. */
async function makeQueries(path, size, count) {
  const random = generator(SEED + 1);
  const counts = new Map();
  const stride = Math.max(1, Math.floor(size / 20_000));
  const sample = [];
  let number = 0;
  for await (const { text } of readLines(path)) {
    if (number++ % stride !== 0) continue;
    const words = [...new Set(text.toLowerCase().match(/[a-z]{2,}/g) ?? [])];
    sample.push(words.filter((word) => !STOP.has(word)));
    for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const common = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, COMMONEST);
  const dull = new Set(common.map(([word]) => word));
  const draw = (keep) => {
    for (;;) {
      const words = sample[Math.floor(random() * sample.length)].filter(keep);
      if (words.length < TERMS) continue;
      for (let i = 0; i < TERMS; i++) {
        const j = i + Math.floor(random() * (words.length - i));
        [words[i], words[j]] = [words[j], words[i]];
      }
      return words.slice(0, TERMS).join(' ');
    }
  };
  return {
    mixed: Array.from({ length: count }, () => draw(() => true)),
    content: Array.from({ length: count }, () => draw((word) => !dull.has(word))),
  };
}

/** A pronounceable word, different for every number. */
function spelled(number) {
  const consonants = 'bdfghklmnprstvz';
  let text = '';
  for (let n = number + 15; n > 0; n = Math.floor(n / 75)) text += consonants[n % 15] + 'aeiou'[Math.floor(n / 15) % 5];
  return text;
}
function lowerBound(values, target) {
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] < target) low = middle + 1;
    else high = middle;
  }
  return low;
}
/** mulberry32: uniform in [0, 1). */
function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

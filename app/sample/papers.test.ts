// Every fact of the sample library is in a file of ../shared/data/papers; the summaries and claims are our own words,
// and each number in them stands in the abstract. Votes are examples: the flag `sample` marks the record.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';

interface SamplePaper {
  readonly id: string;
  readonly title: string;
  /** One sentence that says what the paper does. */
  readonly tldr?: string;
  readonly summary: string;
  readonly authors?: readonly string[];
  readonly authorCount?: number;
  readonly organization?: string;
  readonly arxiv?: string;
  readonly doi?: string;
  readonly url?: string;
  readonly venue?: string;
  readonly published: string;
  readonly comments?: number;
  readonly upvotes?: number;
  readonly keywords: readonly string[];
  readonly sample: boolean;
  /** The source of the facts: "reference-page" (by title) or "<file>:<id>". */
  readonly facts: readonly string[];
}
type Row = Readonly<Record<string, unknown>>;

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const papers: readonly SamplePaper[] = readFileSync(at('./papers.jsonl'), 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line) as SamplePaper); // the tests below check what is used
const folder = process.env.QUIRE_PAPERS ?? at('../../../shared/data/papers');
const here = existsSync(`${folder}/reference-page.jsonl`);
const absent = here ? '' : ' (skipped: no ../shared)';
/** The papers of the list days; the others are older. */
const listed = papers.filter((p) => p.published >= '2026-03-01' && p.tldr !== undefined);

describe('the sample library', () => {
  it('has at least 300 papers with unique ids, a title, a summary and keywords, all marked as sample', () => {
    expect(papers.length).toBeGreaterThanOrEqual(300);
    expect(new Set(papers.map((p) => p.id)).size).toBe(papers.length);
    for (const p of papers) {
      expect(p.title.length, p.id).toBeGreaterThan(5);
      expect(p.summary.length, p.id).toBeGreaterThan(80);
      expect(p.keywords.length, p.id).toBeGreaterThan(0);
      expect(p.facts.length, p.id).toBeGreaterThan(0);
      expect(p.sample, p.id).toBe(true);
    }
  });

  it('fills 15 days in three weeks of two months, with 12 papers or more each', () => {
    const days = new Map<string, number>();
    for (const p of listed) days.set(p.published, (days.get(p.published) ?? 0) + 1);
    expect([...days.keys()].sort()).toHaveLength(15);
    expect(new Set([...days.keys()].map((day) => day.slice(0, 7))).size).toBe(2);
    for (const [day, count] of days) expect(count, day).toBeGreaterThanOrEqual(12);
  });

  it('has a claim of one sentence and a summary of two or three for each paper of those days', () => {
    for (const p of listed) {
      expect(p.tldr, p.id).toMatch(/^[A-Z0-9].{20,200}\.$/);
      expect(p.tldr?.match(/[.?!](?= [A-Z])/g) ?? [], p.id).toHaveLength(0);
      expect(p.summary.length, p.id).toBeLessThan(700);
      expect(p.summary, p.id).toMatch(/[.]$/);
      const sentences = (p.summary.match(/[.?!](?=\s|$)/g) ?? []).length;
      expect(sentences, `${p.id}: ${p.summary}`).toBeGreaterThanOrEqual(2);
      expect(sentences, `${p.id}: ${p.summary}`).toBeLessThanOrEqual(5);
    }
    const opening = (text: string | undefined) => text?.split(' ').slice(0, 4).join(' ');
    const openings = new Map<string | undefined, number>();
    for (const p of listed) openings.set(opening(p.tldr), (openings.get(opening(p.tldr)) ?? 0) + 1);
    for (const [words, count] of openings) expect(count, `claims that begin with "${words}"`).toBeLessThanOrEqual(6);
  });

  it.skipIf(!here)(`states only facts that the source files state${absent}`, () => {
    let fromReference = 0;
    for (const p of papers) {
      const rows = rowsOf(p);
      for (const [i, row] of rows.entries()) expect(row, `${p.id}: ${p.facts[i]}`).toBeDefined();
      const stated = (field: string) => rows.map((row) => row?.[field]).filter((value) => value != null);
      const isReference = p.facts[0] === 'reference-page';
      if (isReference) fromReference++;
      else expect(stated('title')).toContain(p.title);
      expect(stated('published')[0], p.id).toBe(p.published);
      if (isReference) {
        expect(stated('authorCount')[0], p.id).toBe(p.authorCount);
        expect(stated('organization')[0], p.id).toBe(p.organization);
        expect(rows[0]?.comments || undefined, p.id).toBe(p.comments);
      }
      for (const field of ['authors', 'doi', 'url', 'venue'] as const) {
        if (p[field] !== undefined) expect(stated(field), `${p.id} ${field}`).toContainEqual(p[field]);
      }
      if (p.arxiv !== undefined)
        expect(p.facts, p.id).toContainEqual(expect.stringMatching(`^(arxiv|hf-daily):${p.arxiv}$`));
      const categories = p.keywords.filter((word) => /^[a-z-]+\.[A-Z]{2}$/.test(word));
      for (const category of categories) expect(stated('keywords').flat(), p.id).toContain(category);
    }
    expect(fromReference).toBe(reference().size);
  });

  it.skipIf(!here)(`shares no eight words in a row with an abstract${absent}`, () => {
    for (const p of papers) {
      const own = runs(`${p.tldr ?? ''}\n${p.summary}`, 8);
      for (const row of rowsOf(p)) {
        const shared = [...runs(String(row?.abstract ?? ''), 8)].filter((run) => own.has(run));
        expect(shared, p.id).toEqual([]);
      }
    }
  });

  it.skipIf(!here)(`writes no number that the abstract does not state${absent}`, () => {
    for (const p of listed) {
      const known = new Set(rowsOf(p).flatMap((row) => numbers(`${row?.title} ${row?.abstract}`)));
      const unknown = numbers(`${p.tldr} ${p.summary}`).filter(
        (n) => !known.has(n) && !(DERIVED[p.id] ?? []).includes(n),
      );
      expect(unknown, p.id).toEqual([]);
    }
  });
});

/** Numbers that the abstract writes otherwise, by paper: 0.7 as 70 %, 10k as 10,000, words as digits, TeX. */
const DERIVED: Readonly<Record<string, readonly string[]>> = {
  '2603.23528': ['70'],
  '2604.09442': ['6700'],
  '2604.13066': ['99'],
  '2604.15628': ['1000', '10000'],
  '2604.21229': ['100', '150'],
};

/** Runs of `n` words; a decimal number is one word. */
function runs(text: string, n: number): Set<string> {
  const words = text.toLowerCase().match(/\d+(?:[.,]\d+)+|[\p{L}\p{N}]+/gu) ?? [];
  const found = new Set<string>();
  for (let i = 0; i + n <= words.length; i++) found.add(words.slice(i, i + n).join(' '));
  return found;
}

/** The numbers of two digits or more, without separators of thousands. */
function numbers(text: string): string[] {
  return (text.match(/\d[\d,]*(?:\.\d+)?/g) ?? [])
    .map((n) => n.replace(/,(?=\d{3})|,$/g, ''))
    .filter((n) => n.length > 1);
}

function rowsOf(p: SamplePaper): readonly (Row | undefined)[] {
  return p.facts.map((fact) => (fact === 'reference-page' ? reference().get(p.title) : sources().get(fact)));
}

let referenceRows: ReadonlyMap<unknown, Row> | undefined;
function reference(): ReadonlyMap<unknown, Row> {
  referenceRows ??= new Map(
    readFileSync(`${folder}/reference-page.jsonl`, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Row)
      .map((row) => [row.title, row]),
  );
  return referenceRows;
}

let sourceRows: Map<string, Row> | undefined;
/** The rows of the data files that the sample names; other lines are not parsed. */
function sources(): ReadonlyMap<string, Row> {
  if (sourceRows !== undefined) return sourceRows;
  sourceRows = new Map();
  for (const file of ['arxiv', 'acl-anthology', 'hf-daily', 'conferences']) {
    const wanted = new Set(papers.flatMap((p) => p.facts).filter((fact) => fact.startsWith(`${file}:`)));
    for (const line of gunzipSync(readFileSync(`${folder}/${file}.jsonl.gz`))
      .toString('utf8')
      .split('\n')) {
      const key = `${file}:${/^\{"id": "([^"]+)"/.exec(line)?.[1]}`;
      if (wanted.has(key)) sourceRows.set(key, JSON.parse(line) as Row);
    }
  }
  return sourceRows;
}

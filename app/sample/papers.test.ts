// Every fact of the sample library is in a file of ../shared/data/papers; the summaries are our own words.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';

interface SamplePaper {
  readonly id: string;
  readonly title: string;
  readonly summary: string;
  readonly authors?: readonly string[];
  readonly authorCount?: number;
  readonly organization?: string;
  readonly arxiv?: string;
  readonly doi?: string;
  readonly url?: string;
  readonly venue?: string;
  readonly published?: string;
  readonly comments?: number;
  readonly keywords: readonly string[];
  /** The source of the facts: "reference-page" (by title) or "<file>:<id>". */
  readonly facts: readonly string[];
}
type Row = Readonly<Record<string, unknown>>;

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const papers = lines(readFileSync(at('./papers.jsonl'), 'utf8')) as unknown as SamplePaper[];
const folder = process.env['QUIRE_PAPERS'] ?? at('../../../shared/data/papers');
const here = existsSync(`${folder}/reference-page.jsonl`);

function lines(text: string): Row[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row);
}

describe('the sample library', () => {
  it('has at least 60 papers with unique ids, a title, a summary and keywords', () => {
    expect(papers.length).toBeGreaterThanOrEqual(60);
    expect(new Set(papers.map((p) => p.id)).size).toBe(papers.length);
    for (const p of papers) {
      expect(p.title.length, p.id).toBeGreaterThan(5);
      expect(p.summary.length, p.id).toBeGreaterThan(80);
      expect(p.keywords.length, p.id).toBeGreaterThan(0);
      expect(p.facts.length, p.id).toBeGreaterThan(0);
    }
  });

  it.skipIf(!here)(`states only facts that the source files state${here ? '' : ' (skipped: no ../shared)'}`, () => {
    const reference = new Map(
      lines(readFileSync(`${folder}/reference-page.jsonl`, 'utf8')).map((r) => [r['title'], r]),
    );
    const sources = new Map<string, Row>();
    for (const file of ['arxiv', 'acl-anthology', 'hf-daily', 'conferences']) {
      const wanted = new Set(papers.flatMap((p) => p.facts).filter((fact) => fact.startsWith(`${file}:`)));
      for (const row of lines(gunzipSync(readFileSync(`${folder}/${file}.jsonl.gz`)).toString('utf8'))) {
        const key = `${file}:${String(row['id'])}`;
        if (wanted.has(key)) sources.set(key, row);
      }
    }
    let fromReference = 0;
    for (const p of papers) {
      const rows = p.facts.map((fact) => (fact === 'reference-page' ? reference.get(p.title) : sources.get(fact)));
      for (const [i, row] of rows.entries()) expect(row, `${p.id}: ${p.facts[i]}`).toBeDefined();
      const stated = (field: string) => rows.map((row) => row?.[field]).filter((value) => value != null);
      if (p.facts[0] === 'reference-page') fromReference++;
      else expect(stated('title')).toContain(p.title);
      expect(stated('published')[0], p.id).toBe(p.published);
      if (p.facts[0] === 'reference-page') {
        expect(stated('authorCount')[0], p.id).toBe(p.authorCount);
        expect(stated('organization')[0], p.id).toBe(p.organization);
        expect(rows[0]?.['comments'] || undefined, p.id).toBe(p.comments);
      }
      for (const field of ['authors', 'doi', 'url', 'venue'] as const) {
        if (p[field] !== undefined) expect(stated(field), `${p.id} ${field}`).toContainEqual(p[field]);
      }
      if (p.arxiv !== undefined)
        expect(p.facts, p.id).toContainEqual(expect.stringMatching(`^(arxiv|hf-daily):${p.arxiv}$`));
      for (const row of rows) expect(row?.['abstract'], `${p.id}: the summary is not the abstract`).not.toBe(p.summary);
    }
    expect(fromReference).toBe(reference.size);
  });
});

// A small library for tests: made-up papers, each there for one reason.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type Row = Readonly<Record<string, unknown>>;

/** Twelve papers; what each is for stands beside it. */
export const PAPERS: readonly Row[] = [
  {
    id: '2503.00001',
    title: 'Small Indexes for Big Questions',
    abstract: 'We compress the index of a search engine. Queries stay fast.',
    authors: ['Ada Example', 'Bo Sample'],
    published: '2025-03-18',
    keywords: ['cs.IR'],
    url: 'https://arxiv.org/abs/2503.00001',
  },
  {
    id: '2503.00002',
    title: 'Learning to Rank with Few Labels',
    abstract: 'Small indexes for big questions are discussed at length. Small indexes, big questions, small indexes.',
    authors: ['Cy Third'],
    published: '2025-03-18',
    keywords: ['cs.LG'],
  },
  {
    id: '2503.00003',
    title: 'Dense Retrieval without Tears',
    abstract: 'Retrieval that is dense needs vectors. A dense field of grass, and retrieval.',
    authors: ['Dora Dense'],
    published: '2025-03-17',
    keywords: ['cs.IR'],
  },
  {
    id: '2503.00004',
    title: 'Hard Negatives',
    abstract: 'This paper studies dense retrieval and its negatives.',
    authors: ['Eve Fourth'],
    published: '2025-03-17',
  },
  {
    id: '2503.00005',
    title: 'A Study of the Work of Ada Example',
    abstract: 'Ada Example, Ada Example and again Ada Example: an essay.',
    authors: ['Finn Fifth'],
    published: '2025-03-16',
  },
  {
    id: 'conf/7',
    title: 'First of Two under One Id',
    abstract: 'About walruses.',
    authors: ['Gil Six'],
    published: '2024',
  },
  {
    id: 'conf/7',
    title: 'Second of Two under One Id',
    abstract: 'About narwhals.',
    authors: ['Hal Seven'],
    published: '2024-05',
  },
  { id: 'x', title: 'No Authors and No Date', abstract: '' },
  {
    id: '10.1000/doi',
    title: 'Gödel, $\\alpha$-Équivalence and “Quotes”',
    abstract: 'On naïve café encodings, 32$\\times$ faster.',
    authors: ['José Ñandú'],
    published: '2023-01-01',
    doi: '10.1000/DOI',
  },
  {
    id: '2503.00001v2',
    title: 'Small Indexes for Big Questions (extended)',
    abstract: 'We compress.',
    authors: ['Ada Example'],
    published: '2025-04-01',
  },
  {
    id: 'y',
    title: 'Quantum Walruses',
    abstract: 'Walruses, walruses.',
    authors: ['Ada Marie Example'],
    published: '2022-02-02',
  },
  {
    id: 'z',
    title: 'の検索と索引',
    abstract: '検索エンジンの索引を圧縮する。',
    authors: ['山田 太郎'],
    published: '2021',
  },
]; // prettier-ignore

/** A folder of its own that `use` works in and that goes afterwards. */
export async function inFolder<T>(use: (folder: string) => T | Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'quire-app-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Writes rows as JSON lines; strings are written as they are. */
export function writeRows(path: string, rows: readonly (Row | string)[]): string {
  writeFileSync(path, rows.map((row) => `${typeof row === 'string' ? row : JSON.stringify(row)}\n`).join(''));
  return path;
}

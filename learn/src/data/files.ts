// The input files of a training run: works from `quire works --jsonl`, and the titles of the benchmarks used for reporting.

import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { gunzipSync } from 'node:zlib';
import { EngineError } from '@quire/engine/core';
import { heldOutSide, judge, parseWork, type TrainingWork, titleKey, type Verdict } from './works.ts';

/** Benchmarks whose papers are never trained on. The sources may contain the same papers. */
const REPORTED_BENCHMARKS = ['scifact', 'scitldr'] as const;

/** Every work of the file, in order. */
export async function* readWorks(path: string): AsyncGenerator<TrainingWork> {
  const lines = createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY });
  let number = 0;
  for await (const line of lines) if (line !== '') yield parseWork(line, ++number);
}

/** Normalised titles of the documents of the benchmarks in `folder` (BEIR layout). Throws NOT_FOUND. */
export function readBenchmarkTitles(
  folder: string,
  names: readonly string[] = REPORTED_BENCHMARKS,
): ReadonlySet<string> {
  const titles = new Set<string>();
  for (const name of names) {
    const path = ['corpus.jsonl.gz', 'corpus.jsonl'].map((file) => join(folder, name, file)).find(existsSync);
    if (path === undefined) {
      throw new EngineError(
        'NOT_FOUND',
        `No corpus of ${name} in ${folder}: its papers cannot be excluded from training`,
        {
          hint: 'Pass the folder of the benchmarks with --benchmarks.',
        },
      );
    }
    const bytes = readFileSync(path);
    const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
    for (const line of text.split('\n')) if (line !== '') titles.add(titleKey(JSON.parse(line).title ?? ''));
  }
  titles.delete('');
  return titles;
}

export interface TrainingSelection {
  readonly works: readonly TrainingWork[];
  /** Number of works by verdict. */
  readonly verdicts: Readonly<Record<Verdict, number>>;
}

/** The works for training. Reads the file twice: the titles of all held-out works are needed before the first work is taken. */
export async function selectWorks(path: string, benchmarkTitles: ReadonlySet<string>): Promise<TrainingSelection> {
  const heldOutTitles = new Set<string>();
  for await (const work of readWorks(path)) {
    if (heldOutSide(work) !== undefined) heldOutTitles.add(titleKey(work.title));
  }
  const verdicts: Record<Verdict, number> = {
    taken: 0,
    'other side': 0,
    'not licensed': 0,
    'no abstract': 0,
    'twin of a held-out work': 0,
    'in a benchmark': 0,
  };
  const works: TrainingWork[] = [];
  for await (const work of readWorks(path)) {
    const verdict = judge(work, { heldOutTitles, benchmarkTitles });
    verdicts[verdict]++;
    if (verdict === 'taken') works.push(work);
  }
  return { works, verdicts };
}

// Finds the data outside the repository: QUIRE_DATA, or ../shared/data/benchmarks beside the repository;
// the paper files in QUIRE_PAPERS, or in the folder `papers` beside the benchmarks. Absent data is a skip, not an error.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Conditional, unless } from './skip.ts';

const repository = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
const benchmarks = process.env.QUIRE_DATA ?? join(repository, '..', 'shared', 'data', 'benchmarks');
const papers = process.env.QUIRE_PAPERS ?? join(benchmarks, '..', 'papers');

/** A path in the benchmark data: `benchmark('scifact')`. It need not exist. */
export const benchmark = (...parts: readonly string[]): string => join(benchmarks, ...parts);

/** A path in the papers folder: `paperFile('arxiv.jsonl.gz')`. It need not exist. */
export const paperFile = (...parts: readonly string[]): string => join(papers, ...parts);

/**
 * Tests over files outside the repository; they skip with the reason `no ../shared` where one is absent.
 * @param paths the files that they read, from `benchmark` or `paperFile`
 */
export function whenShared(...paths: readonly string[]): Conditional {
  return unless(paths.every((path) => existsSync(path)) ? undefined : 'no ../shared');
}

// `npm run bench vectors`: compares flat, int8, binary and ivf with usearch and LanceDB. Each index is built in one process
// and searched in another, one after another, with one query thread. Recall is against this engine's exact flat index.
//
//   npm run bench vectors -- [--count 1000000] [--queries 200] [--dim 256] [--threads 2] [--real | --file rows.f32]
//                            [--only "ivf + int8,usearch HNSW bf16"] [--scan] [--save NAME]
//
// --file: little-endian f32 rows; the last --queries rows are the queries. --scan: only the scan against a plain sum.
// Growth is the growth of the process from before opening to after the queries, plus the file pages that queries read.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sentenceVectors, synthetic } from './data.mjs';
import { engines } from './engines.mjs';
import { scanAgainstSum } from './scan.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');
const cache = join(root, '.cache', 'bench-vectors');
const args = process.argv.slice(2);
const option = (name, otherwise) => (args.includes(name) ? args[args.indexOf(name) + 1] : otherwise);
const number = (name, otherwise) => Number(option(name, otherwise));
const dim = number('--dim', 256);
const queries = number('--queries', 200);
const threads = number('--threads', 2);
const given = option('--file');
const count = given ? number('--count', statSync(given).size / (4 * dim) - queries) : number('--count', 1_000_000);
const only = option('--only', Object.keys(engines).join(',')).split(',');
const LIMIT_MS = 1_200_000;

const scan = await scanAgainstSum();
const rows = args.includes('--scan') ? [] : await compare();
const text = report(rows, scan);
console.log(text);
if (args.includes('--save')) writeFileSync(join(root, 'docs', 'results', `vectors-${option('--save')}.md`), text);

async function compare() {
  mkdirSync(cache, { recursive: true });
  const real = args.includes('--real');
  const file = given ?? (await (real ? sentenceVectors : synthetic)(cache, { count, queries, dim }));
  const truth = join(cache, `truth-${process.pid}.json`);
  const found = [];
  const job = { file, count, queries, dim, threads, truth };
  const flat = join(cache, `index-${process.pid}-truth`);
  child({ ...job, step: 'build', name: 'flat f32', folder: flat });
  child({ ...job, step: 'truth', name: 'flat f32', folder: flat });
  rmSync(flat, { recursive: true, force: true });
  for (const name of only) {
    console.error(`bench: ${name} on ${count} × ${dim} …`);
    const folder = join(cache, `index-${process.pid}`);
    const built = child({ ...job, step: 'build', name, folder });
    for (const variant of built.failed ? [{}] : engines[name].variants) {
      const row = {
        name,
        variant,
        built,
        ...(built.failed ? {} : child({ ...job, step: 'search', name, folder, variant })),
      };
      console.error(JSON.stringify(row));
      found.push(row);
    }
    rmSync(folder, { recursive: true, force: true });
  }
  rmSync(truth, { force: true });
  return found;
}

function child(job) {
  const done = spawnSync(
    process.execPath,
    ['--expose-gc', '--max-old-space-size=8000', join(here, 'child.mjs'), JSON.stringify(job)],
    {
      encoding: 'utf8',
      timeout: LIMIT_MS,
      maxBuffer: 1 << 28,
    },
  );
  const line = done.stdout?.trim().split('\n').at(-1) ?? '';
  if (done.status === 0 && line.startsWith('{')) return JSON.parse(line);
  return {
    failed: done.error?.message ?? `exit ${done.status}: ${done.stderr.trim().split('\n').slice(-4).join(' ')}`,
  };
}

function report(found, scanned) {
  const n = (value, digits) => (value === undefined ? '' : value.toFixed(digits));
  const table = found.map(({ name, variant, built, failed, recall, p50, p99, cpuMs, growthMB, pagesMB }) => {
    const settings =
      Object.entries(variant)
        .map(([key, value]) => `${key} ${value}`)
        .join(', ') || 'defaults';
    if (built.failed || failed) return `| ${name} | ${settings} | failed: ${built.failed ?? failed} |`;
    const cells = [
      n(recall, 4),
      n(p50, 3),
      n(p99, 3),
      n(cpuMs, 3),
      n(built.cpuS, 1),
      n(built.wallS, 1),
      n(growthMB, 0),
      n(pagesMB, 0),
      n(built.bytes / 1e6, 0),
    ];
    return `| ${name} | ${settings} | ${cells.join(' | ')} |`;
  });
  const lines = [
    `# Vector search: ${given ? 'vectors of a file' : args.includes('--real') ? 'sentences of abstracts, static-v1' : 'synthetic'}, ${count} × ${dim}, ${queries} queries, k 10`,
    '',
    `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model.trim()}, load ${loadavg()
      .map((x) => x.toFixed(1))
      .join(
        ' ',
      )} at the end; builds of peers on ${threads} threads, queries on one. Command: \`npm run bench vectors -- ${args.join(' ')}\`.`,
    '',
    ...(found.length === 0
      ? []
      : [
          '| engine | settings | recall@10 | ms p50 | ms p99 | cpu ms | build cpu s | build wall s | growth MB | of it pages read | disk MB |',
          '|---|---|---|---|---|---|---|---|---|---|---|',
          ...table,
          '',
        ]),
    '## Exact binary scan against a plain sum of the same buffer',
    '',
    '32 MB of 256-bit codes, top 10; the sum reads the same bytes with SIMD and keeps nothing. Interleaved; best and median of the rounds.',
    '',
    '| threads | scan ms best / median | sum ms best / median | scan reads, % of the sum: best / median |',
    '|---|---|---|---|',
    ...scanned.map(
      (s) =>
        `| ${s.threads} | ${n(s.scan[0], 2)} / ${n(s.scan[1], 2)} | ${n(s.sum[0], 2)} / ${n(s.sum[1], 2)} | ${n((100 * s.sum[0]) / s.scan[0], 0)} / ${n(100 * s.ratio, 0)} |`,
    ),
    '',
  ];
  return lines.join('\n');
}

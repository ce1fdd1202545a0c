// `npm run bench lexical`: compares this engine with Lucene, LanceDB, SQLite FTS5, MiniSearch, FlexSearch and Orama, each in
// its own process, one after another. Measured from the query string to ids and scores, with analysis, one thread, warm.
//
//   npm run bench lexical -- [papers:100000] [seeded:1000000] [--only quire,lucene] [--queries 500] [--rounds 5] [--save]
//
// Rows are stored in bench/.cache: with --only, the rows of the other engines are their last results (each row has its load).
// The limits for a peer are 10 minutes and 8 GB at each size; its row says when it exceeds one. On a busy machine the limit
// is 10 minutes of processor time and at most 30 minutes by the clock. --save writes docs/results/lexical-*.md.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { luceneClasspath, oracleState } from '../../scripts/lib/oracle.mjs';
import { collection } from './collection.mjs';
import { engines } from './engines.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');
const LIMIT_MS = 600_000;
const LIMIT_WALL_MS = 1_800_000;
const LIMIT_BYTES = 8e9;
const K = 10;
const args = process.argv.slice(2);
const option = (name, otherwise) => (args.includes(name) ? args[args.indexOf(name) + 1] : otherwise);
const names = ['lucene', ...Object.keys(engines)];
const only = option('--only', names.join(',')).split(',');
const queryCount = Number(option('--queries', 500));
const rounds = Number(option('--rounds', 5));
const warm = Number(option('--warm', 5));
const wanted = args.filter((arg) => /^(papers|seeded):\d+$/.test(arg));

if (!existsSync(join(root, 'engine', 'dist', 'index.js')))
  throw new Error('Run `npm run build` first: the bench imports the built engine');
for (const spec of wanted.length > 0 ? wanted : ['papers:100000', 'seeded:1000000']) {
  const [kind, size] = spec.split(':');
  await bench(kind, Number(size));
}

async function bench(kind, size) {
  const paths = await collection(kind, size, queryCount);
  const kept = join(dirname(paths.queries), 'rows.json');
  const rows = existsSync(kept) ? JSON.parse(readFileSync(kept, 'utf8')) : {};
  for (const name of names.filter((each) => only.includes(each))) {
    console.error(`bench: ${name} on ${kind} ${size} …`);
    rows[name] = { ...(name === 'lucene' ? await lucene(paths) : await node(name, paths)), load: loadavg()[0] };
    writeFileSync(kept, JSON.stringify(rows));
    console.error(`bench: ${name} ${rows[name].failed ?? 'done'}`);
  }
  const known = names.filter((name) => rows[name] !== undefined);
  const text = report(
    kind,
    size,
    known.map((name) => rows[name]),
  );
  console.log(text);
  if (args.includes('--save')) writeFileSync(join(root, 'docs', 'results', `lexical-${kind}-${size}.md`), text);
}

function node(engine, { documents, queries }) {
  const config = JSON.stringify({ engine, documents, queries, k: K, rounds, warm });
  const heap = Math.floor(LIMIT_BYTES / 1e6);
  return limited(engine, process.execPath, [
    '--expose-gc',
    `--max-old-space-size=${heap}`,
    join(here, 'child.mjs'),
    config,
  ]);
}

async function lucene({ documents, queries }) {
  const state = oracleState().lucene;
  if (!state.available) return { engine: 'lucene', failed: `${state.why}: run npm run oracles` };
  const folder = mkdtempSync(join(tmpdir(), 'bench-lucene-'));
  try {
    const compiled = spawnSync('javac', [
      '-nowarn',
      '-cp',
      luceneClasspath(),
      '-d',
      folder,
      join(here, 'LuceneBench.java'),
    ]);
    if (compiled.status !== 0) return { engine: 'lucene', failed: String(compiled.stderr) };
    const lines = Object.entries(JSON.parse(readFileSync(queries, 'utf8'))).flatMap(([set, texts]) =>
      texts.map((text) => `${set}\t${text}`),
    );
    writeFileSync(join(folder, 'queries.txt'), lines.join('\n'));
    // Lucene recommends the vector module on recent Java. The JIT needs many more rounds than JavaScript.
    const jvm = ['-Xmx4g', '-XX:+UseSerialGC', '--add-modules', 'jdk.incubator.vector'];
    const program = [
      '-cp',
      `${folder}:${luceneClasspath()}`,
      'LuceneBench',
      documents,
      join(folder, 'queries.txt'),
      join(folder, 'index'),
    ];
    return await limited('lucene', 'java', [...jvm, ...program, String(K), String(rounds), String(Math.max(20, warm))]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs a child process under the limits; its last line is its result. */
function limited(engine, command, argv) {
  return new Promise((resolve) => {
    const child = spawn(command, argv, { cwd: here, stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let errors = '';
    let why;
    let peak = 0;
    child.stdout.on('data', (chunk) => (out += chunk));
    child.stderr.on('data', (chunk) => (errors = (errors + chunk).slice(-2000)));
    const stop = (reason) => {
      why ??= reason;
      child.kill('SIGKILL');
    };
    const started = performance.now();
    const watch = setInterval(() => {
      const elapsed = performance.now() - started;
      if (elapsed > LIMIT_WALL_MS || (elapsed > LIMIT_MS && processorMs(child.pid) > LIMIT_MS))
        stop(`no result in ${LIMIT_MS / 60_000} minutes (${(peak / 1e9).toFixed(1)} GB by then)`);
      peak = Math.max(peak, residentBytes(child.pid));
      if (peak > LIMIT_BYTES) stop(`more than ${LIMIT_BYTES / 1e9} GB`);
    }, 500);
    child.on('close', () => {
      clearInterval(watch);
      const line = out.trim().split('\n').at(-1);
      if (why === undefined && line?.startsWith('{')) resolve({ ...JSON.parse(line), peak });
      else
        resolve({
          engine,
          failed:
            why ??
            errors
              .trim()
              .split('\n')
              .find((text) => text.includes('Error')) ??
            errors.slice(-200),
        });
    });
  });
}

/** 0 where there is no /proc. */
function residentBytes(pid) {
  const path = `/proc/${pid}/status`;
  if (!existsSync(path)) return 0;
  return 1024 * Number(/VmRSS:\s+(\d+)/.exec(readFileSync(path, 'utf8'))?.[1] ?? 0);
}

/** User and system time of a process (proc(5): fields 14 and 15 of stat, hundredths of a second); Infinity without /proc. */
function processorMs(pid) {
  const path = `/proc/${pid}/stat`;
  if (!existsSync(path)) return Number.POSITIVE_INFINITY;
  const fields = readFileSync(path, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return 10 * (Number(fields[11]) + Number(fields[12]));
}

function report(kind, size, rows) {
  const reference = rows.find((row) => row.engine === 'lucene' && row.sets) ?? rows.find((row) => row.sets);
  const ms = (value) => (value >= 100 ? value.toFixed(0) : value >= 1 ? value.toFixed(2) : value.toFixed(4));
  const mb = (value) => (value === undefined ? '–' : (value / 1e6).toFixed(1));
  const lines = [
    `# Lexical search, ${size.toLocaleString('en')} ${kind === 'papers' ? 'titles and abstracts' : 'seeded texts'}`,
    '',
    `\`npm run bench lexical -- ${kind}:${size}\`, ${new Date().toISOString().slice(0, 10)}; ${cpus()[0]?.model.trim()}, ${cpus().length} cores, Node ${process.version}.`,
    `${queryCount} queries a set, 4 words, any of them, top ${K}, after warm-up; query string to ids and scores, one thread. "same" = pruned and exhaustive top ${K} agree in ids and score bits. Overlap = mean share of the top ${K} that ${reference?.engine} has too. Timed = calls a set. Load = load average of the machine when the row was done: wall times were taken beside other work, compare CPU.`,
    '',
    '| engine | index s (cpu) | MB on disk | RSS MB (peak) | mixed p50 / p99 ms | mixed cpu ms | content p50 / p99 ms | content cpu ms | overlap mixed / content | same | timed | load |',
    '|---|---|---|---|---|---|---|---|---|---|---|---|',
  ];
  for (const row of rows) {
    if (!row.sets) {
      lines.push(`| ${row.engine} | ${row.failed.replace(/\s+/g, ' ').slice(0, 200)} | | | | | | | | |`);
      continue;
    }
    const { mixed, content } = row.sets;
    const same = mixed.same === undefined ? '–' : `${mixed.same}/${mixed.of}, ${content.same}/${content.of}`;
    const overlaps = [overlap(mixed, reference.sets.mixed), overlap(content, reference.sets.content)].map((share) =>
      share.toFixed(2),
    );
    lines.push(
      `| ${row.engine} ${row.version} | ${(row.indexMs / 1000).toFixed(1)} (${(row.indexCpuMs / 1000).toFixed(1)}) | ${mb(row.bytes)} | ${mb(row.rss)} (${mb(row.peak)}) | ${ms(mixed.p50)} / ${ms(mixed.p99)} | ${ms(mixed.cpu)} | ${ms(content.p50)} / ${ms(content.p99)} | ${ms(content.cpu)} | ${overlaps.join(' / ')} | ${same} | ${mixed.n} | ${row.load.toFixed(1)} |`,
    );
  }
  const missing = names.filter((name) => rows.every((row) => row.engine !== name));
  if (missing.length > 0) lines.push('', `Not run at this size yet: ${missing.join(', ')}.`);
  return `${lines.join('\n')}\n`;
}

function overlap(a, b) {
  let sum = 0;
  let n = 0;
  for (const [i, ids] of a.top.entries()) {
    if (b.top[i].length === 0) continue;
    const theirs = new Set(b.top[i]);
    sum += ids.filter((id) => theirs.has(id)).length / theirs.size;
    n++;
  }
  return n === 0 ? 1 : sum / n;
}

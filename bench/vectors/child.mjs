// Runs one step in its own process, started by run.mjs. Prints one line of JSON.
//   build:  builds the index in `folder`; prints CPU and wall seconds and bytes on disk.
//   search: opens the index; prints recall@10, milliseconds and CPU a query, and the growth of the process.
//   truth:  exact best 10 of every query, by this engine's flat index.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { load, loadSome } from './data.mjs';
import { buildOwn, engines, folderBytes, openOwn } from './engines.mjs';

const job = JSON.parse(process.argv[2]);
const { step, name, folder, file, count, queries, dim, threads, variant, truth } = job;
const K = 10;
const engine = engines[name];
mkdirSync(folder, { recursive: true });
const steps = { build, search, truth: exact };
console.log(JSON.stringify(await steps[step]()));
process.exit(0);

async function build() {
  const base = load(file, dim);
  const wall = performance.now();
  const cpu = process.cpuUsage();
  await (engine.own
    ? buildOwn(engine, folder, { base, count, dim })
    : engine.build(folder, { base, count, dim, threads }));
  const used = process.cpuUsage(cpu);
  return {
    wallS: (performance.now() - wall) / 1000,
    cpuS: (used.user + used.system) / 1e6,
    bytes: await folderBytes(folder),
  };
}

async function search() {
  const vecs = loadSome(file, dim, count, count + queries);
  const expected = JSON.parse(readFileSync(truth, 'utf8'));
  await import(engine.own ? '../../engine/dist/indexes/index.js' : './engines.mjs');
  globalThis.gc?.();
  const before = memory();
  const opened = engine.own ? openOwn(engine, folder, { dim, variant }) : engine.open(folder, { dim, variant });
  const { search, pages } = await opened;
  globalThis.gc?.();
  let found = 0;
  const query = (i) => vecs.subarray(i * dim, (i + 1) * dim);
  for (let i = 0; i < queries; i++) {
    const best = new Set(expected[i]);
    for (const id of await search(query(i), K)) if (best.has(Number(id))) found++;
  }
  const times = [];
  const cpu = process.cpuUsage();
  const begun = performance.now();
  for (let round = 0; round < 5 && (round === 0 || performance.now() - begun < 20_000); round++) {
    for (let i = 0; i < queries; i++) {
      const from = performance.now();
      const hits = search(query(i), K);
      if (hits instanceof Promise) await hits;
      times.push(performance.now() - from);
    }
  }
  const used = process.cpuUsage(cpu);
  globalThis.gc?.();
  const after = memory();
  times.sort((a, b) => a - b);
  return {
    recall: found / (K * queries),
    p50: times[times.length >> 1],
    p99: times[Math.floor(0.99 * times.length)],
    cpuMs: (used.user + used.system) / 1000 / times.length,
    growthMB: (after - before) / 1e6 + (pages.size * 4096) / 1e6,
    pagesMB: (pages.size * 4096) / 1e6,
  };
}

async function exact() {
  const { part, scope } = await openOwn(engine, folder, { dim, variant: {} });
  const vecs = loadSome(file, dim, count, count + queries);
  const reps = Array.from({ length: queries }, (_, i) => ({
    kind: 'dense',
    space: 'bench',
    vec: vecs.subarray(i * dim, (i + 1) * dim),
  }));
  const best = [];
  for (const rep of reps) best.push(await part.search(rep, K, scope));
  writeFileSync(truth, JSON.stringify(best.map(({ ords }) => Array.from(ords))));
  return { queries };
}

/** Resident bytes: anonymous, file-backed and shared. */
function memory() {
  const rss = /VmRSS:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'));
  return Number(rss[1]) * 1024;
}

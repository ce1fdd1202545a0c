// Measures one engine in its own process: indexes, warms up, times the queries, prints one line of JSON. Started by run.mjs.
import { mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readLines } from './collection.mjs';
import { clear, engines } from './engines.mjs';

const { engine, documents, queries, k, rounds, warm } = JSON.parse(process.argv[2]);
const folder = mkdtempSync(join(tmpdir(), `bench-${engine}-`));
process.on('exit', () => clear(folder));
mkdirSync(folder, { recursive: true });
const started = performance.now();
const cpu = process.cpuUsage();
const index = await engines[engine]({ documents: readLines(documents), folder });
const indexMs = performance.now() - started;
const indexCpu = cpuMs(cpu);
globalThis.gc?.();
const sets = {};
for (const [name, texts] of Object.entries(JSON.parse(readFileSync(queries, 'utf8')))) sets[name] = await timed(texts);
const result = {
  engine,
  version: index.version,
  indexMs,
  indexCpuMs: indexCpu,
  bytes: index.bytes,
  rss: process.memoryUsage.rss(),
  sets,
};
console.log(JSON.stringify(result));
process.exit(0);

/**
 * `rounds` passes over the set after warm-up. Each call is timed; CPU time is measured over all of them. Warm-up ends after
 * 20 s. Timing ends after 40 s once 50 queries are done, which is precise enough for a slow engine.
 */
async function timed(texts) {
  const begun = performance.now();
  const elapsed = () => performance.now() - begun;
  for (let w = 0; w < warm && elapsed() < 20_000; w++) {
    for (const text of texts) if (elapsed() < 20_000) await index.search(text, k);
  }
  const top = [];
  const times = [];
  const before = process.cpuUsage();
  let same = index.exhaustive === undefined ? undefined : 0;
  for (let r = 0; r < rounds; r++) {
    for (const text of texts) {
      if (elapsed() > 60_000 && times.length >= 50) break;
      const from = performance.now();
      const found = index.search(text, k);
      const hits = found instanceof Promise ? await found : found;
      times.push(performance.now() - from);
      if (r === 0) top.push(hits.map(([id]) => id));
    }
  }
  const cpuPerQuery = cpuMs(before) / times.length;
  if (same !== undefined) {
    for (const text of texts)
      if (JSON.stringify(index.search(text, k)) === JSON.stringify(index.exhaustive(text, k))) same++;
  }
  times.sort((a, b) => a - b);
  const at = (share) => times[Math.min(times.length - 1, Math.floor(share * times.length))];
  const mean = times.reduce((sum, t) => sum + t, 0) / times.length;
  return { n: times.length, p50: at(0.5), p99: at(0.99), mean, cpu: cpuPerQuery, same, of: texts.length, top };
}

function cpuMs(since) {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
}

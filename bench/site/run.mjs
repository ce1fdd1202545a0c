// `npm run bench site`: the product from end to end. Imports files of papers into an empty library, starts the site over
// it, and asks 1,000 committed queries (ids, titles, phrases, keywords, questions) over HTTP, one client, then eight.
//
//   npm run bench site -- [FILE…] [--data-dir FOLDER] [--rounds 3] [--save]
//
// Without files: every *.jsonl.gz in QUIRE_PAPERS or ../shared/data/papers. With --data-dir a library that is there
// already is served as it is, and nothing is imported. --save writes docs/results/site.md.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const quire = join(root, 'app', 'bin', 'quire.js');
const args = process.argv.slice(2);
const option = (name) => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);
const rounds = Number(option('--rounds') ?? 3);
const given = option('--data-dir');
const values = new Set([given, option('--rounds')]);
const named = args.filter((arg) => !arg.startsWith('--') && !values.has(arg));
const folder = resolve(given ?? mkdtempSync(join(tmpdir(), 'quire-bench-')));
const lines = [];
const say = (text) => {
  lines.push(text);
  console.log(text);
};

try {
  say(
    `Node ${process.versions.node}, ${cpus().length} x ${cpus()[0]?.model ?? 'cpu'}, load ${loadavg()[0].toFixed(1)} at the start`,
  );
  if (!existsSync(join(folder, 'papers.sqlite'))) await importAll();
  await site();
  if (args.includes('--save'))
    writeFileSync(
      join(root, 'docs', 'results', 'site.md'),
      `# npm run bench site\n\n\`\`\`\n${lines.join('\n')}\n\`\`\`\n`,
    );
} finally {
  if (given === undefined) rmSync(folder, { recursive: true, force: true });
}

async function importAll() {
  const files = named.length > 0 ? named : sharedFiles();
  const start = performance.now();
  const child = spawn(process.execPath, [quire, 'import', ...files, '--data-dir', folder, '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    out += text;
  });
  await new Promise((done) => child.once('close', done));
  const { added, rejected, peakRssBytes } = JSON.parse(out);
  const seconds = (performance.now() - start) / 1000;
  say(
    `import: ${added} records (${rejected} rejected) of ${files.length} files in ${seconds.toFixed(1)} s, peak RSS ${(peakRssBytes / 1e9).toFixed(2)} GB, load ${loadavg()[0].toFixed(1)}`,
  );
}

function sharedFiles() {
  const papers = process.env.QUIRE_PAPERS ?? join(root, '..', 'shared', 'data', 'papers');
  if (!existsSync(papers)) throw new Error(`bench site: name files, or put them into ${papers}`);
  return readdirSync(papers)
    .filter((name) => name.endsWith('.jsonl.gz'))
    .map((name) => join(papers, name));
}

async function site() {
  const start = performance.now();
  const server = spawn(process.execPath, [quire, 'serve', '--port', '0', '--data-dir', folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const url = await new Promise((found, failed) => {
      let text = '';
      server.once('close', () => failed(new Error('the server ended')));
      server.stdout.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
        const match = /ready: +(\S+)/.exec(text);
        if (match) found(match[1]);
      });
    });
    await ask(`${url}/papers`);
    say(`warm start to first page: ${((performance.now() - start) / 1000).toFixed(2)} s`);
    const first = performance.now();
    await ask(`${url}/search?q=dense+retrieval`);
    say(`first search: ${(performance.now() - first).toFixed(0)} ms`);
    const status = await (await fetch(`${url}/api/v1/status`)).json();
    say(
      `library: ${status.records} records, ${status.works} works, ${status.indexed} indexed in ${status.segments} segments, ${(status.indexBytes / status.indexed).toFixed(0)} index bytes a paper, ${status.encoder ?? 'no encoder: by words only'}`,
    );
    await load(url);
    const rss = /VmHWM:\s+(\d+)/.exec(
      existsSync(`/proc/${server.pid}/status`) ? readFileSync(`/proc/${server.pid}/status`, 'utf8') : '',
    );
    if (rss) say(`server: peak RSS ${(Number(rss[1]) / 1e6).toFixed(2)} GB`);
  } finally {
    server.kill('SIGINT');
  }
}

async function load(url) {
  const queries = readFileSync(join(root, 'bench', 'queries', 'site.txt'), 'utf8')
    .trim()
    .split('\n');
  const addresses = queries.map((query) => `${url}/search?q=${encodeURIComponent(query)}`);
  await clients(1, addresses); // warm
  for (let round = 1; round <= rounds; round++) {
    for (const count of [1, 8]) {
      const all = await clients(count, addresses);
      say(
        `${queries.length} queries over HTTP, ${count} ${count === 1 ? 'client ' : 'clients'}: ${quantiles(all)}   (round ${round}, load ${loadavg()[0].toFixed(1)})`,
      );
      if (round === rounds && count === 1) kinds(all);
    }
  }
}

/** The five kinds of queries, 200 each, in the order of the file. */
function kinds(times) {
  for (const [i, name] of ['ids', 'titles', 'phrases', 'keywords', 'questions'].entries())
    say(`  ${name.padEnd(10)} ${quantiles(times.slice(i * 200, (i + 1) * 200))}`);
}

/** Milliseconds of each query, in their order. */
async function clients(count, addresses) {
  const times = new Array(addresses.length);
  let next = 0;
  const client = async () => {
    for (let i = next++; i < addresses.length; i = next++) {
      const start = performance.now();
      await ask(addresses[i]);
      times[i] = performance.now() - start;
    }
  };
  await Promise.all(Array.from({ length: count }, client));
  return times;
}

async function ask(address) {
  const answer = await fetch(address);
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${address}: ${answer.status} ${text.slice(0, 200)}`);
}

function quantiles(times) {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))].toFixed(1);
  return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, max ${at(1)} ms`;
}

// `npm run bench encode`: papers a second and milliseconds a query of a transformer, on our kernels (f32 and int8, Node and Chromium), beside onnxruntime
// (our export) and transformers.js, each in its own process. Texts are 128 and 12 tokens long, made from a seed: the time depends on lengths alone.
//
//   npm run bench encode -- --model FOLDER [--papers 128] [--queries 50] [--threads 1] [--only "quire int8,onnxruntime"] [--save]
//
// Without --model: random weights of the size of all-MiniLM-L6-v2 (6 layers, width 384). onnxruntime comes from the folder of `npm run accelerate`;
// transformers.js reads model folders of the hubs, and needs --model. Rows of Node 24 need the runner's Node (`npm run test:node24` installs it).
import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');
const args = process.argv.slice(2);
const option = (name, otherwise) => (args.includes(name) ? args[args.indexOf(name) + 1] : otherwise);
const model = option('--model') === undefined ? undefined : resolve(option('--model'));
const job = {
  model,
  papers: Number(option('--papers', 128)),
  queries: Number(option('--queries', 50)),
  threads: Number(option('--threads', 1)),
};
const LIMIT_MS = 900_000;
const node24 = join(root, 'runner', 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
const runtimes = [process.execPath, ...(existsSync(node24) && node24 !== process.execPath ? [node24] : [])];
const engines = ['quire f32', 'quire int8', 'onnxruntime', 'transformers.js', 'chromium f32', 'chromium int8'];
const only = option('--only', engines.join(',')).split(',');

if (args.includes('--help'))
  console.log(
    'npm run bench encode -- [--model FOLDER] [--papers 128] [--queries 50] [--threads 1] [--only NAMES] [--save]',
  );
else measure();

function measure() {
  const rows = [];
  for (const engine of engines.filter((name) => only.includes(name))) {
    // A page runs its own engine: one row.
    for (const node of engine.startsWith('chromium') ? runtimes.slice(0, 1) : runtimes) {
      const done = spawnSync(node, [join(here, 'child.mjs'), JSON.stringify({ ...job, engine })], {
        encoding: 'utf8',
        timeout: LIMIT_MS,
      });
      const last = done.stdout?.trim().split('\n').at(-1) ?? '';
      const told = last.startsWith('{')
        ? JSON.parse(last)
        : { problem: (done.stderr || `ended with ${done.status}`).trim().split('\n').at(-1) };
      console.error(`bench: ${engine}: ${told.problem ?? `${told.papersPerS.toFixed(1)} papers/s`}`);
      rows.push({ engine, ...told });
    }
  }
  const text = report(rows);
  console.log(text);
  if (args.includes('--save')) writeFileSync(join(root, 'docs', 'results', 'encode.md'), text);
}

function report(rows) {
  const lines = rows.map(({ engine, version = '', problem, papersPerS, p50, p99, memoryMB }) =>
    problem === undefined
      ? `| ${engine} | ${version} | ${papersPerS.toFixed(1)} | ${p50.toFixed(2)} | ${p99.toFixed(2)} | ${memoryMB === undefined ? '' : memoryMB.toFixed(0)} |`
      : `| ${engine} | ${version} | not measured: ${problem} | | | |`,
  );
  return `# Encoding with ${model === undefined ? 'random weights of 6 layers, width 384' : model.split(/[\\/]/).at(-1)}

\`npm run bench encode${args.length > 0 ? ` -- ${args.map((arg) => (arg === option('--model') ? arg.split(/[\\/]/).at(-1) : arg)).join(' ')}` : ''}\`

${cpus()[0].model}, ${cpus().length} cores, load ${loadavg()[0].toFixed(1)}. ${job.papers} papers of 128 tokens, ${job.queries} queries of 12 tokens, threads ${job.threads} (pages: 1).

| engine | runtime | papers/s | ms a query, median | ms a query, p99 | memory of the process, MB |
|---|---|---|---|---|---|
${lines.join('\n')}
`;
}

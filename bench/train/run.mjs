// `npm run bench train`: one training step (forward and backward, no optimiser) of 29.9 GFLOP: 2 layers, width 256, 64 texts of 48 tokens,
// InfoNCE over 32 pairs. Our kernels beside onnxruntime and jax-js, each in its own process, interleaved round by round.
//
//   npm run bench train -- [--rounds 3] [--steps 5] [--only "wasm simd x2,onnxruntime x2"] [--save]
//
// onnxruntime runs our graph, emitted as ONNX; it is taken from the folder of `npm run accelerate`. jax-js runs the same model, written in its own
// words, on 8 texts (it has no more memory), times 8. Rows of Node 24 need the runner's Node (`npm run test:node24` installs it).
import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');
const args = process.argv.slice(2);
const option = (name, otherwise) => (args.includes(name) ? args[args.indexOf(name) + 1] : otherwise);
const rounds = Number(option('--rounds', 3));
const steps = Number(option('--steps', 5));
const GFLOP = 29.9;
const LIMIT_MS = 600_000;

const node24 = join(root, 'runner', 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
const runtimes = [process.execPath, ...(existsSync(node24) && node24 !== process.execPath ? [node24] : [])];
const engines = [
  'wasm simd x1',
  'wasm simd x2',
  'wasm relaxed x1',
  'wasm relaxed x2',
  'onnxruntime x1',
  'onnxruntime x2',
  'jax-js x1',
];
const only = option('--only', engines.join(',')).split(',');

if (args.includes('--help')) console.log('npm run bench train -- [--rounds 3] [--steps 5] [--only NAMES] [--save]');
else measure();

function measure() {
  const rows = new Map();
  for (let round = 0; round < rounds; round++) {
    for (const node of runtimes) {
      for (const engine of engines.filter((name) => only.includes(name))) {
        const key = `${node} ${engine}`;
        const row = rows.get(key) ?? { engine, found: [] };
        rows.set(key, row);
        if (row.problem !== undefined) continue;
        const done = spawnSync(node, [join(here, 'child.mjs'), JSON.stringify({ engine, steps })], {
          encoding: 'utf8',
          timeout: LIMIT_MS,
        });
        const last = done.stdout?.trim().split('\n').at(-1) ?? '';
        const told = last.startsWith('{')
          ? JSON.parse(last)
          : { problem: (done.stderr || `ended with ${done.status}`).trim().split('\n').at(-1) };
        if (told.problem !== undefined) row.problem = told.problem;
        else row.found.push(told);
        row.version = told.version ?? row.version;
        console.error(`bench: round ${round + 1}, ${engine}: ${told.problem ?? `${told.ms.toFixed(0)} ms`}`);
      }
    }
  }
  const text = report([...rows.values()]);
  console.log(text);
  if (args.includes('--save')) writeFileSync(join(root, 'docs', 'results', 'train.md'), text);
}

function report(rows) {
  const lines = rows.map(({ engine, version, found, problem }) => {
    if (found.length === 0) return `| ${engine} | ${version ?? ''} | not measured: ${problem} | | | | |`;
    const times = found.flatMap(({ all }) => all).sort((a, b) => a - b);
    const ms = times[times.length >> 1];
    const { gemm, memoryMB, loss } = found.at(-1);
    const share = gemm === undefined ? '' : `${Math.round((100 * gemm) / ms)} %`;
    return `| ${engine} | ${version} | ${ms.toFixed(0)} (${times[0].toFixed(0)} to ${times.at(-1).toFixed(0)}) | ${((1000 * GFLOP) / ms).toFixed(1)} | ${share} | ${memoryMB.toFixed(0)} | ${loss.toFixed(5)} |`;
  });
  return `# A training step of ${GFLOP} GFLOP

\`npm run bench train${args.length > 0 ? ` -- ${args.join(' ')}` : ''}\`

${cpus()[0].model}, ${cpus().length} cores, load ${loadavg()[0].toFixed(1)}. ${rounds} rounds of ${steps} steps, median (least to most).

| engine | runtime | ms a step | GFLOP/s | share of GEMM | memory of the process, MB | loss |
|---|---|---|---|---|---|---|
${lines.join('\n')}

The share of GEMM is the time of the products of the step, each shape measured alone, as a part of the step.
`;
}

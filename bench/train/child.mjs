// Measures one engine in its own process, started by run.mjs. Prints one line of JSON.
import { hasNetworkBuild } from '../../engine/dist/kernels/index.js';
import { Graph, WasmExecutor } from '../../engine/dist/network/index.js';
import { nodeWorkers } from '../../engine/dist/node/index.js';
import { accelerateFolder, hasOnnxRuntime, loadOnnxRuntime, OnnxExecutor } from '../../learn/dist/index.js';
import { jaxStep } from './jax.mjs';
import { productsOf, workload } from './workload.mjs';

const { engine, steps } = JSON.parse(process.argv[2]);
const [kind, build] = engine.split(' ');
const threads = Number(engine.split(' x')[1]);
const version = `Node ${process.versions.node}`;
console.log(
  JSON.stringify({ version, ...(await run().catch((error) => ({ problem: error.message.split('\n')[0] }))) }),
);
process.exit(0);

async function run() {
  if (kind === 'jax-js') return timed(await jaxStep());
  const work = workload();
  const executor = await open();
  for (const [name, values] of Object.entries(work.weights)) executor.setParameter(name, values);
  const step = async () => (await executor.run(work.graph, work.feeds, work.outputs)).value(work.loss)[0];
  const told = await timed({ step, times: 1 });
  return kind === 'wasm' ? { ...told, gemm: await gemmTime(executor, work) } : told;
}

function open() {
  if (kind === 'wasm') {
    if (!hasNetworkBuild(build)) throw new Error(`this Node cannot run the ${build} kernels`);
    return WasmExecutor.open(threads === 1 ? { build } : { build, threads, workers: nodeWorkers });
  }
  const folder = accelerateFolder(process.env);
  if (!hasOnnxRuntime(folder)) throw new Error('onnxruntime-node is not installed (npm run accelerate)');
  return OnnxExecutor.open(loadOnnxRuntime(folder), { threads });
}

/** `times`: how many such steps make the whole workload. */
async function timed({ step, times }) {
  const loss = await step();
  const all = [];
  for (let i = 0; i < steps; i++) {
    const from = performance.now();
    await step();
    all.push(times * (performance.now() - from));
  }
  const ms = [...all].sort((a, b) => a - b)[steps >> 1];
  return { ms, all, loss, memoryMB: process.resourceUsage().maxRSS / 1024 };
}

/** Milliseconds of the products of a step, each shape measured alone. */
async function gemmTime(executor, { graph, feeds }) {
  const sizes = {
    'tokens.rows': feeds.ids.tokens.length,
    'tokens.count': feeds.sequences.tokens.length - 1,
    pairs: feeds.dims.pairs,
  };
  let sum = 0;
  for (const [i, { key, count }] of productsOf(graph, (dim) =>
    typeof dim === 'number' ? dim : sizes[dim],
  ).entries()) {
    const [[ar, ac], [br, bc], transposeA, transposeB] = key;
    const one = new Graph();
    const [a, b] = [one.parameter(`a${i}`, ar, ac), one.parameter(`b${i}`, br, bc)];
    executor.setParameter(`a${i}`, new Float32Array(ar * ac).fill(0.5));
    executor.setParameter(`b${i}`, new Float32Array(br * bc).fill(0.5));
    const out = one.add({ op: 'matmul', a, b, transposeA, transposeB });
    await executor.run(one, {}, [out]);
    let best = Number.POSITIVE_INFINITY;
    for (let n = 0; n < 3; n++) {
      const from = performance.now();
      await executor.run(one, {}, [out]);
      best = Math.min(best, performance.now() - from);
    }
    sum += count * best;
  }
  return sum;
}

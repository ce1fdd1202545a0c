// Measures one engine in its own process, started by run.mjs. Prints one line of JSON.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readTransformerModel, transformerEncoder, writeTransformerModel } from '../../engine/dist/encoders/index.js';
import { Rng } from '../../engine/dist/internals/index.js';
import { TRANSFORMER_DEFAULTS, Transformer } from '../../engine/dist/network/index.js';
import { nodeWorkers, readTransformerFolder } from '../../engine/dist/node/index.js';
import {
  accelerateFolder,
  byteLevelBpeJson,
  exportOnnx,
  hasOnnxRuntime,
  loadOnnxRuntime,
  trainByteLevelBpe,
} from '../../learn/dist/index.js';
import { pageAnswer } from '../../scripts/lib/chromium.mjs';
import { measure } from './measure.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const job = JSON.parse(process.argv[2]);
const { engine, threads } = job;
const [kind, products] = engine.split(' ');
const version = kind === 'chromium' ? 'Chromium' : `Node ${process.versions.node}`;
console.log(
  JSON.stringify({ version, ...(await run().catch((error) => ({ problem: error.message.split('\n')[0] }))) }),
);
process.exit(0);

async function run() {
  if (kind === 'transformers.js') return withMemory(await transformersJs());
  const files = job.model === undefined ? randomFiles() : undefined;
  const model =
    files === undefined
      ? await readTransformerFolder(job.model)
      : await readTransformerModel(async (path) => files.get(path), { name: 'random' });
  const vocabulary = model.transformer.vocabulary;
  if (kind === 'chromium') return inChromium(files, vocabulary);
  if (kind === 'onnxruntime') return withMemory(await measure(await onnx(model), { ...job, vocabulary }));
  const encoder = await transformerEncoder(model, {
    products,
    ...(threads === 1 ? {} : { threads, workers: nodeWorkers }),
  });
  return withMemory(await measure((sequences) => encoder.encodeTokens(sequences), { ...job, vocabulary }));
}

function withMemory(told) {
  return { ...told, memoryMB: process.resourceUsage().maxRSS / 1024 };
}

/** The files of a model of the size of all-MiniLM-L6-v2, in f32. */
function randomFiles() {
  const tokenizer = byteLevelBpeJson(trainByteLevelBpe([], { size: 261 }));
  const sizes = {
    vocabulary: 261,
    width: 384,
    layers: 6,
    heads: 12,
    inner: 1536,
    positions: 'learned',
    norm: 'post',
  };
  const transformer = { ...TRANSFORMER_DEFAULTS, ...sizes, length: 512 };
  const weights = new Transformer(transformer).initialise(new Rng(1));
  const head = { pooling: 'mean', normalize: true };
  const model = {
    name: 'random',
    transformer,
    head,
    prefixes: { query: '', document: '' },
    length: 512,
    tokenizer,
    weights,
  };
  return writeTransformerModel(model, { quantise: false });
}

async function onnx(model) {
  const folder = accelerateFolder(process.env);
  if (!hasOnnxRuntime(folder)) throw new Error('onnxruntime-node is not installed (npm run accelerate)');
  const { InferenceSession, Tensor } = loadOnnxRuntime(folder);
  const session = await InferenceSession.create(exportOnnx(model), { intraOpNumThreads: threads });
  return (sequences) => session.run(padded(sequences, (values, dims) => new Tensor('int64', values, dims)));
}

/** One batch of sequences of one length. */
function padded(sequences, tensor) {
  const dims = [sequences.length, sequences[0].length];
  const ids = BigInt64Array.from(sequences.flatMap((sequence) => Array.from(sequence, BigInt)));
  return { input_ids: tensor(ids, dims), attention_mask: tensor(new BigInt64Array(ids.length).fill(1n), dims) };
}

async function transformersJs() {
  if (job.model === undefined) throw new Error('it reads folders of the hubs: give --model');
  let library;
  try {
    library = await import('@huggingface/transformers');
  } catch {
    throw new Error('@huggingface/transformers is not installed in bench/');
  }
  const { AutoModel, Tensor, env } = library;
  env.allowRemoteModels = false;
  env.localModelPath = `${dirname(job.model)}/`;
  if (!existsSync(join(job.model, 'onnx', 'model.onnx')) && !existsSync(join(job.model, 'model.onnx')))
    throw new Error('the folder has no model.onnx (quire model export)');
  const subfolder = existsSync(join(job.model, 'onnx', 'model.onnx')) ? 'onnx' : '';
  const model = await AutoModel.from_pretrained(basename(job.model), {
    ...{ local_files_only: true, dtype: 'fp32', device: 'cpu', subfolder },
    session_options: { intraOpNumThreads: threads },
  });
  const { vocab_size: vocabulary } = JSON.parse(readFileSync(join(job.model, 'config.json'), 'utf8'));
  const encode = (sequences) => {
    const feeds = padded(sequences, (values, dims) => new Tensor('int64', values, dims));
    const types = new Tensor('int64', new BigInt64Array(feeds.input_ids.data.length), feeds.input_ids.dims);
    return model({ ...feeds, token_type_ids: types });
  };
  return measure(encode, { ...job, vocabulary });
}

/** The built engine as a page loads it, with the files of the model. */
async function inChromium(files, vocabulary) {
  // A page that asks for a file that is not there logs an error: it is told the names.
  const names =
    files === undefined
      ? readdirSync(job.model, { recursive: true }).map((name) => name.replaceAll('\\', '/'))
      : [...files.keys()];
  const page = `<!doctype html><script type="module">
    import { readTransformerModel, transformerEncoder } from '/engine/dist/encoders/index.js';
    import { measure } from '/bench/encode/measure.mjs';
    const names = ${JSON.stringify(names)};
    const read = async (path) =>
      names.includes(path) ? new Uint8Array(await (await fetch('/model/' + path)).arrayBuffer()) : undefined;
    const model = await readTransformerModel(read, { name: 'page' });
    const encoder = await transformerEncoder(model, { products: ${JSON.stringify(products)} });
    const told = await measure((sequences) => encoder.encodeTokens(sequences), ${JSON.stringify({ papers: job.papers, queries: job.queries, vocabulary })});
    await fetch('/answer', { method: 'POST', body: JSON.stringify(told) });
  </script>`;
  const read = (path) => {
    if (path === 'index.html') return page;
    if (path.startsWith('model/')) {
      const name = path.slice('model/'.length);
      if (files !== undefined) return files.get(name);
      return existsSync(join(job.model, name)) ? readFileSync(join(job.model, name)) : undefined;
    }
    const at = join(root, path);
    return /^(engine\/dist|bench\/encode)\//.test(path) && existsSync(at) ? readFileSync(at) : undefined;
  };
  return JSON.parse(await pageAnswer(read, { timeoutMs: 600_000 }));
}

// The contract of executors for onnxruntime: values and gradients of the readable executor. It runs where `npm run accelerate` has put the
// runtime.

import { EngineError } from '@quire/engine/core';
import { Rng } from '@quire/engine/internals';
import {
  Graph,
  runReference,
  TRANSFORMER_DEFAULTS,
  Transformer,
  textVectors,
  WasmExecutor,
} from '@quire/engine/network';
import { afterAll, describe, expect, it } from 'vitest';
import { operationCases, weighted } from '../../../engine/test/support/network-operations.ts';
import { gradients } from '../graph/gradients.ts';
import { cosineLoss } from '../losses/embedding.ts';
import { type Objective, Trainer, type TrainerConfig } from '../trainers/trainer.ts';
import { OnnxExecutor } from './executor.ts';
import { accelerateFolder, hasOnnxRuntime, loadOnnxRuntime } from './runtime.ts';

const SEED = 23;
const folder = accelerateFolder(process.env);
const isHere = hasOnnxRuntime(folder);
const why = isHere ? '' : ' (skipped: onnxruntime-node is not installed; npm run accelerate)';
const executors: OnnxExecutor[] = [];
afterAll(() => {
  for (const executor of executors) executor.close();
});
async function open(options: Parameters<typeof OnnxExecutor.open>[1] = {}): Promise<OnnxExecutor> {
  const executor = await OnnxExecutor.open(loadOnnxRuntime(folder), options);
  executors.push(executor);
  return executor;
}

/** Largest difference as a share of the largest value. */
function difference(got: ArrayLike<number>, wanted: ArrayLike<number>): number {
  let [most, worst] = [1e-6, 0];
  for (let i = 0; i < wanted.length; i++) {
    most = Math.max(most, Math.abs(wanted[i]!));
    worst = Math.max(worst, Math.abs(got[i]! - wanted[i]!));
  }
  return worst / most;
}

describe.skipIf(!isHere)(`values and gradients of onnxruntime equal the readable executor${why}`, () => {
  for (const { name, graph, out, parameters, feeds, codes } of operationCases(SEED)) {
    it.each([1, 2])(`${name}, %i threads`, async (threads) => {
      const outputs = [out];
      let all = feeds;
      const differentiable = !/^(row-max|gelu-slope|gelu-tanh-slope|maximum .*|fill|.*-int8.*)$/.test(name);
      if (differentiable) {
        const { loss, matrix } = weighted(graph, out, SEED + 1);
        const { dense, rows } = gradients(graph, loss);
        outputs.push(loss, ...dense.values(), ...[...rows.values()].map(({ grad }) => grad));
        all = { ...feeds, matrices: { 'loss-weights': matrix(graph.shape(out)) } };
      }
      const wanted = runReference(graph, { ...parameters, ...codes }, all, outputs);
      for (const weights of ['moving', 'fixed'] as const) {
        const executor = await open({ threads, weights });
        for (const [key, values] of Object.entries(parameters)) executor.setParameter(key, values);
        for (const [key, values] of Object.entries(codes)) executor.setCodes(key, values);
        const ran = await executor.run(graph, all, outputs);
        for (const id of outputs) {
          expect(difference(ran.value(id), wanted.get(id)!), `node ${id}`).toBeLessThan(id === out ? 1e-5 : 1e-4);
        }
      }
    });
  }

  it('encodes other lengths with the same graph, and sees weights that moved', async () => {
    const model = new Transformer({
      ...TRANSFORMER_DEFAULTS,
      vocabulary: 30,
      width: 12,
      layers: 2,
      heads: 2,
      inner: 20,
      globalEvery: 2,
      window: 2,
    });
    const weights = model.initialise(new Rng(1));
    const graph = new Graph();
    const out = textVectors(graph, model.forward(graph, 'tokens'), 'tokens', { pooling: 'mean', normalize: true });
    const executor = await open();
    for (const [key, values] of Object.entries(weights)) executor.setParameter(key, values);
    for (const lengths of [[3], [5, 1, 9], [2, 2]]) {
      const starts = Uint32Array.from([0, ...lengths.map((_, i) => lengths.slice(0, i + 1).reduce((a, b) => a + b))]);
      const feeds = {
        ids: { tokens: Uint32Array.from({ length: starts.at(-1)! }, (_, i) => (i * 7) % 30) },
        sequences: { tokens: starts },
      };
      const wanted = runReference(graph, weights, feeds, [out]).get(out)!;
      expect(difference((await executor.run(graph, feeds, [out])).value(out), wanted)).toBeLessThan(1e-5);
      executor.parameter('token.weight').values()[7 * 12 + 3] = 2;
      weights['token.weight']![7 * 12 + 3] = 2;
    }
  });
});

describe('the runtime of the accelerator', () => {
  it('names the folder and the command where it is not installed', () => {
    const missing = () => loadOnnxRuntime('/nowhere/at-all');
    expect(missing).toThrow(EngineError);
    expect(missing).toThrow('onnxruntime-node is not in /nowhere/at-all');
    expect(accelerateFolder({ QUIRE_ACCELERATE: '/opt/ort' })).toBe('/opt/ort');
  });
});

describe.skipIf(!isHere)(`training in onnxruntime${why}`, () => {
  it('takes the steps that the kernels take, and goes on from their checkpoint', async () => {
    const model = new Transformer({
      ...TRANSFORMER_DEFAULTS,
      vocabulary: 40,
      width: 16,
      layers: 1,
      heads: 2,
      inner: 24,
    });
    const objective: Objective = {
      name: 'pull together',
      build: (graph) => {
        const rows = model.forward(graph, 'tokens');
        const vectors = textVectors(graph, rows, 'tokens', { pooling: 'mean', normalize: true });
        return cosineLoss(graph, vectors, graph.input('targets', 'tokens.count', 16));
      },
      feeds: (_step, rng) => {
        const starts = Uint32Array.from([0, 3, 8, 9, 15]);
        const ids = Uint32Array.from({ length: 15 }, () => rng.below(40));
        return {
          ids: { tokens: ids },
          sequences: { tokens: starts },
          matrices: { targets: Float32Array.from({ length: 64 }, (_, i) => ((ids[i % 15]! * 7 + i) % 11) - 5) },
        };
      },
    };
    const config: TrainerConfig = { seed: 4, steps: 12, rate: () => 3e-3, schedule: { kind: 'linear', warmup: 2 } };
    const weights = model.initialise(new Rng(9));
    const kernels = await WasmExecutor.open();
    const wanted = new Trainer(kernels, [objective], config, weights);
    const own = new Trainer(await open({ threads: 2 }), [objective], config, weights);
    for (let step = 0; step < 6; step++) {
      const [a, b] = [await wanted.train(), await own.train()];
      expect(Math.abs(a.loss - b.loss)).toBeLessThan(1e-4);
    }
    const resumed = new Trainer(await open(), [objective], config, own.state());
    await wanted.run();
    await resumed.run();
    for (const [name, values] of Object.entries(wanted.weights())) {
      expect(difference(resumed.weights()[name]!, values), name).toBeLessThan(2e-2);
    }
    kernels.close();
  });
});

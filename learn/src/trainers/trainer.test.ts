import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EngineError } from '@quire/engine/core';
import { Rng } from '@quire/engine/internals';
import {
  type Feeds,
  type Graph,
  TRANSFORMER_DEFAULTS,
  Transformer,
  textVectors,
  WasmExecutor,
} from '@quire/engine/network';
import { nodeWorkers } from '@quire/engine/node';
import { afterAll, describe, expect, it } from 'vitest';
import { contrastive } from '../losses/contrastive.ts';
import { cosineLoss } from '../losses/embedding.ts';
import { rateAt } from './schedule.ts';
import { type Objective, Trainer, type TrainerConfig, type TrainerState } from './trainer.ts';
import { readTrainingCheckpoint, writeTrainingCheckpoint } from './training-checkpoint.ts';

const VOCABULARY = 50;
const DIM = 16;
const model = new Transformer({
  ...TRANSFORMER_DEFAULTS,
  vocabulary: VOCABULARY,
  width: DIM,
  layers: 2,
  heads: 2,
  inner: 24,
});
const start = () => model.initialise(new Rng(3), { quiet: true });

/** Texts whose targets depend on the tokens, so that there is something to learn. */
function batch(rng: Rng, count: number): { readonly feeds: Feeds; readonly targets: Float32Array } {
  const starts = new Uint32Array(count + 1);
  const ids: number[] = [];
  const targets = new Float32Array(count * DIM);
  for (let i = 0; i < count; i++) {
    const length = 2 + rng.below(6);
    for (let t = 0; t < length; t++) {
      const token = rng.below(VOCABULARY);
      ids.push(token);
      for (let d = 0; d < DIM; d++) targets[i * DIM + d]! += Math.fround(((token * 7 + d * 13) % 11) - 5);
    }
    starts[i + 1] = ids.length;
  }
  return { feeds: { ids: { tokens: Uint32Array.from(ids) }, sequences: { tokens: starts } }, targets };
}

const vectors = (graph: Graph) =>
  textVectors(graph, model.forward(graph, 'tokens'), 'tokens', { pooling: 'mean', normalize: true });

const regression: Objective = {
  name: 'regression',
  share: 3,
  build: (graph) => cosineLoss(graph, vectors(graph), graph.input('targets', 'tokens.count', DIM)),
  feeds: (_step, rng) => {
    const { feeds, targets } = batch(rng, 12);
    return { ...feeds, matrices: { targets } };
  },
};
const pairs: Objective = {
  name: 'pairs',
  build: (graph) => {
    const all = vectors(graph);
    const half = (which: string) => graph.gather(all, which, 'pairs');
    return contrastive(graph, {
      queries: half('first'),
      positives: half('second'),
      others: graph.input('others', 'pairs', 'pairs'),
      temperature: 0.1,
    });
  },
  feeds: (_step, rng) => {
    const { feeds } = batch(rng, 8);
    const others = Float32Array.from({ length: 16 }, (_, i) => (i % 5 === 0 ? 0 : 1));
    const ids = { ...feeds.ids, first: Uint32Array.of(0, 2, 4, 6), second: Uint32Array.of(1, 3, 5, 7) };
    return { ...feeds, ids, matrices: { others }, dims: { pairs: 4 } };
  },
};

const config: TrainerConfig = {
  seed: 7,
  steps: 24,
  rate: (name) => (name.startsWith('token') ? 5e-3 : 1e-3),
  schedule: { kind: 'cosine', warmup: 3 },
  decay: (name) => (name.endsWith('.bias') ? 0 : 0.01),
  average: 0.9,
};

const folder = mkdtempSync(join(tmpdir(), 'quire-trainer-'));
const executors: WasmExecutor[] = [];
afterAll(() => {
  for (const executor of executors) executor.close();
  rmSync(folder, { recursive: true });
});
async function open(threads: number): Promise<WasmExecutor> {
  const executor = await WasmExecutor.open(threads === 1 ? {} : { threads, workers: nodeWorkers });
  executors.push(executor);
  return executor;
}
function hex(state: TrainerState): string {
  const parts = [state.weights, state.averages ?? {}, ...Object.values(state.moments)].flatMap((group) =>
    Object.values(group),
  );
  return parts
    .map((values) => Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64'))
    .join();
}

describe('a training run', () => {
  it('lowers its loss, averages its weights and reports each step', async () => {
    const trainer = new Trainer(await open(1), [regression], { ...config, steps: 100, rate: () => 0.02 }, start());
    const losses: number[] = [];
    await trainer.run({ trace: ({ facts }) => losses.push(Number(facts?.loss)) });
    expect(losses).toHaveLength(100);
    const mean = (list: readonly number[]) => list.reduce((a, b) => a + b, 0) / list.length;
    expect(mean(losses.slice(-10))).toBeLessThan(0.7 * mean(losses.slice(0, 10)));
    expect(trainer.result()['token.weight']).not.toEqual(trainer.weights()['token.weight']);
  });

  it('gives the same bytes whole, resumed from a file, and on two threads', async () => {
    const objectives = [regression, pairs];
    const whole = new Trainer(await open(1), objectives, config, start());
    await whole.run();
    const wanted = hex(whole.state());
    for (const threads of [1, 2]) {
      const first = new Trainer(await open(threads), objectives, config, start());
      await first.run({ until: 11 });
      const path = join(folder, `checkpoint-${threads}.safetensors`);
      const origin = { run: 'test', kernels: 'simd' };
      writeTrainingCheckpoint(path, first.state(), origin);
      const state = readTrainingCheckpoint(path, origin)!.state;
      const second = new Trainer(await open(3 - threads), objectives, config, state);
      expect(second.step).toBe(11);
      await second.run();
      expect(hex(second.state()) === wanted, `stopped on ${threads} threads`).toBe(true);
      expect(() => readTrainingCheckpoint(path, { ...origin, kernels: 'relaxed v24' })).toThrow(
        'belongs to another run',
      );
    }
    expect(readTrainingCheckpoint(join(folder, 'none'), { run: 'test', kernels: 'simd' })).toBeUndefined();
  });

  it('stops where it is aborted and can go on', async () => {
    const controller = new AbortController();
    const trainer = new Trainer(await open(1), [regression], config, start());
    const run = trainer.run({ signal: controller.signal, trace: ({ done }) => done === 5 && controller.abort() });
    await expect(run).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(trainer.step).toBe(5);
    await trainer.run();
    expect(trainer.step).toBe(config.steps);
  });

  it('leaves frozen parameters as they are', async () => {
    const before = start();
    const frozen = (name: string) => name.startsWith('layer.0');
    const trainer = new Trainer(await open(1), [regression], { ...config, frozen }, before);
    await trainer.run({ until: 4 });
    const after = trainer.weights();
    for (const [name, values] of Object.entries(before)) {
      expect(Buffer.from(after[name]!.buffer).equals(Buffer.from(values.buffer)), name).toBe(frozen(name));
    }
  });

  it('refuses a run whose gradient is not finite, and an objective without weights', async () => {
    const broken = { ...start(), 'final-norm.weight': new Float32Array(DIM).fill(Number.NaN) };
    const trainer = new Trainer(await open(1), [regression], { ...config, steps: 40 }, broken);
    await expect(trainer.run()).rejects.toThrow('in 20 steps in a row');
    const { 'final-norm.bias': _, ...fewer } = start();
    const executor = await open(1);
    expect(() => new Trainer(executor, [regression], config, fewer)).toThrow(EngineError);
  });
});

describe('a schedule', () => {
  it('rises, holds and falls as named', () => {
    const at = (kind: 'linear' | 'cosine' | 'wsd' | 'constant', step: number) => rateAt({ kind, warmup: 4 }, step, 104);
    expect([0, 3, 4].map((step) => at('linear', step))).toEqual([0.2, 0.8, 1]);
    expect(at('linear', 54)).toBe(0.5);
    expect(at('cosine', 54)).toBeCloseTo(0.5, 12);
    expect(at('cosine', 29)).toBeCloseTo((1 + Math.SQRT1_2) / 2, 12);
    expect(at('cosine', 104)).toBeCloseTo(0, 12);
    expect([at('wsd', 80), at('wsd', 94), at('constant', 103)]).toEqual([1, 0.5, 1].map((x) => expect.closeTo(x, 12)));
  });
});

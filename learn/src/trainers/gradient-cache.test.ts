import { Rng } from '@quire/engine/internals';
import {
  type Feeds,
  Graph,
  normal,
  TRANSFORMER_DEFAULTS,
  Transformer,
  textVectors,
  WasmExecutor,
} from '@quire/engine/network';
import { afterAll, describe, expect, it } from 'vitest';
import { gradients } from '../graph/gradients.ts';
import { entriesOf, type GradientEntry } from '../optimisers/optimiser.ts';
import { batchLoss, vectorScores } from '../retrieval/losses.ts';
import { GradientCache } from './gradient-cache.ts';

const executor = await WasmExecutor.open();
afterAll(() => executor.close());
const VOCABULARY = 40;
const model = new Transformer({
  ...TRANSFORMER_DEFAULTS,
  vocabulary: VOCABULARY,
  width: 16,
  layers: 2,
  heads: 2,
  inner: 24,
});
const vectors = (graph: Graph) =>
  textVectors(graph, model.forward(graph, 'texts'), 'texts', { pooling: 'mean', normalize: true });
const objective = {
  name: 'pairs',
  vectors,
  loss: (graph: Graph, rows: Parameters<typeof vectorScores>[1]) =>
    batchLoss(graph, vectorScores(graph, rows), { loss: 'info-nce', scale: 10, margin: 0 }),
};

const rng = new Rng(5);
const PAIRS = 6;
const texts = Array.from({ length: 2 * PAIRS }, () =>
  Uint32Array.from({ length: 2 + rng.below(7) }, () => rng.below(VOCABULARY)),
);
function feedsOf(which: readonly Uint32Array[]): Feeds {
  const starts = Uint32Array.from([0, ...which.map((_, i) => which.slice(0, i + 1).reduce((n, t) => n + t.length, 0))]);
  return { ids: { texts: Uint32Array.from(which.flatMap((t) => [...t])) }, sequences: { texts: starts } };
}
const loss: Feeds = {
  ids: {
    queries: Uint32Array.from({ length: PAIRS }, (_, i) => i),
    documents: Uint32Array.from({ length: PAIRS }, (_, i) => PAIRS + i),
  },
  matrices: {
    own: Float32Array.from({ length: PAIRS ** 2 }, (_, i) => Number(i % (PAIRS + 1) === 0)),
    others: Float32Array.from({ length: PAIRS ** 2 }, (_, i) => Number(i % (PAIRS + 1) !== 0)),
  },
  dims: { pairs: 30 },
};

describe('the gradient cache', () => {
  const weights = model.initialise(rng);
  for (const [name, values] of Object.entries(weights)) {
    // Layers that do something: the products that end a block start at random.
    executor.setParameter(
      name,
      values.map((value) => value + 0.05 * normal(rng)),
    );
  }

  it.each([1, 5, 12, 40])(
    'gives the loss and the gradients of the whole batch, in chunks of %i texts',
    async (size) => {
      const graph = new Graph();
      const node = objective.loss(graph, vectors(graph));
      const found = gradients(graph, node);
      const whole = feedsOf(texts);
      const all = { ...whole, ...loss, ids: { ...whole.ids, ...loss.ids } };
      const outputs = [node, ...found.dense.values(), ...[...found.rows.values()].map(({ grad }) => grad)];
      const ran = await executor.run(graph, all, outputs);
      const wanted = new Map(entriesOf(executor, graph, found, ran).map((entry) => [entry.name, copy(entry)]));
      const wantedLoss = ran.value(node)[0]!;

      const chunks = Array.from({ length: Math.ceil(texts.length / size) }, (_, i) =>
        feedsOf(texts.slice(i * size, (i + 1) * size)),
      );
      const cache = new GradientCache(executor, objective);
      for (const round of [1, 2]) {
        const { loss: got, entries } = await cache.run({ chunks, loss });
        expect(Math.abs(got - wantedLoss), `round ${round}`).toBeLessThan(1e-6);
        expect(entries.map(({ name }) => name).sort()).toEqual([...wanted.keys()].sort());
        for (const entry of entries) {
          const { values, ids } = wanted.get(entry.name)!;
          expect(entry.table?.ids, entry.name).toEqual(ids);
          const most = Math.max(...values.map(Math.abs), 1e-3);
          const worst = Math.max(...entry.values().map((value, i) => Math.abs(value - values[i]!)));
          expect(worst / most, entry.name).toBeLessThan(1e-6);
        }
      }
    },
  );

  function copy(entry: GradientEntry): { readonly values: Float32Array; readonly ids: Uint32Array | undefined } {
    return { values: entry.values().slice(), ids: entry.table?.ids };
  }
});

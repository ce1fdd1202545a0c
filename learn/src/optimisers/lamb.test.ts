import { Graph, WasmExecutor } from '@quire/engine/network';
import { afterAll, describe, expect, it } from 'vitest';
import { gradients } from '../graph/gradients.ts';
import { Lamb } from './lamb.ts';
import { entriesOf } from './optimiser.ts';

const executors: WasmExecutor[] = [];
afterAll(() => {
  for (const executor of executors) executor.close();
});

async function open(): Promise<WasmExecutor> {
  const executor = await WasmExecutor.open();
  executors.push(executor);
  return executor;
}

describe('LAMB', () => {
  it('takes the step that was computed by hand', async () => {
    // w = (3, 4), gradient (1, -2), decay .01. m = .1·g = (.1, -.2), v = .001·g² = (.001, .004); m/√v = (3.162278, -3.162278), less by eps;
    // direction + .01·w = (3.19218, -3.12218); trust = 5/4.465175; w − .01·trust·direction.
    const executor = await open();
    const graph = new Graph();
    const loss = graph.total(graph.product(graph.parameter('w', 1, 2), graph.input('x', 1, 2)));
    executor.setParameter('w', [3, 4]);
    const found = gradients(graph, loss);
    const ran = await executor.run(graph, { matrices: { x: Float32Array.of(1, -2) } }, [loss, ...found.dense.values()]);
    const lamb = new Lamb(executor);
    const length = await lamb.step(entriesOf(executor, graph, found, ran), {
      rate: () => 0.01,
      decay: () => 0.01,
      clip: Number.POSITIVE_INFINITY,
    });
    expect(length).toBeCloseTo(Math.sqrt(5), 6);
    const direction = [0.1 / (Math.sqrt(0.001) + 1e-6) + 0.03, -0.2 / (Math.sqrt(0.004) + 1e-6) + 0.04];
    const trust = 5 / Math.hypot(...direction);
    const [a, b] = executor.parameter('w').values();
    expect(a).toBeCloseTo(3 - 0.01 * trust * direction[0]!, 5);
    expect(b).toBeCloseTo(4 - 0.01 * trust * direction[1]!, 5);
    expect(a).toBeCloseTo(2.964254, 5);
  });

  it('moves only the rows of a table that a batch read', async () => {
    const executor = await open();
    const graph = new Graph();
    const loss = graph.total(graph.gather(graph.parameter('table', 4, 2), 'ids'));
    executor.setParameter('table', [1, 1, 2, 2, 3, 3, 4, 4]);
    const found = gradients(graph, loss);
    const outputs = [loss, ...[...found.rows.values()].map(({ grad }) => grad)];
    const ran = await executor.run(graph, { ids: { ids: Uint32Array.of(2, 0, 2) } }, outputs);
    const lamb = new Lamb(executor);
    await lamb.step(entriesOf(executor, graph, found, ran), { rate: () => 0.1 });
    const values = [...executor.parameter('table').values()];
    expect(values.slice(2, 4)).toEqual([2, 2]);
    expect(values.slice(6)).toEqual([4, 4]);
    expect(values[0]).toBeLessThan(1);
    expect(values[4]).toBeLessThan(3);
    const copy = new Lamb(executor);
    copy.restore(lamb.state());
    expect(copy.state()).toEqual(lamb.state());
  });
});

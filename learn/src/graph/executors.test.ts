// The kernels compute the values and gradients of the readable executor.

import { runReference, WasmExecutor } from '@quire/engine/network';
import { nodeWorkers } from '@quire/engine/node';
import { afterAll, describe, expect, it } from 'vitest';
import { operationCases, weighted } from '../../../engine/test/support/network-operations.ts';
import { gradients } from './gradients.ts';

const SEED = 17;
const one = await WasmExecutor.open();
const two = await WasmExecutor.open({ threads: 2, workers: nodeWorkers });
afterAll(() => {
  one.close();
  two.close();
});

/** Largest difference as a share of the largest value. */
function difference(got: ArrayLike<number>, wanted: ArrayLike<number>): number {
  let [most, worst] = [1e-6, 0];
  for (let i = 0; i < wanted.length; i++) {
    most = Math.max(most, Math.abs(wanted[i]!));
    worst = Math.max(worst, Math.abs(got[i]! - wanted[i]!));
  }
  return worst / most;
}

describe('values and gradients of the kernels equal the readable executor, on one thread and on two', () => {
  for (const { name, graph, out, parameters, feeds, codes } of operationCases(SEED)) {
    it(name, async () => {
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
      const own = (executor: WasmExecutor) => {
        // Parameters of one name have different sizes in different cases.
        for (const [key, values] of Object.entries(parameters)) executor.setParameter(`${name}/${key}`, values);
        for (const [key, values] of Object.entries(codes)) executor.setCodes(`${name}/${key}`, values);
      };
      own(one);
      own(two);
      const renamed = renamedGraph(graph, name);
      const first = await one.run(renamed, all, outputs);
      const second = await two.run(renamed, all, outputs);
      for (const id of outputs) {
        expect(difference(first.value(id), wanted.get(id)!), `node ${id}`).toBeLessThan(id === out ? 1e-5 : 1e-4);
        expect(Buffer.from(second.value(id).buffer)).toEqual(Buffer.from(first.value(id).buffer));
      }
    });
  }
});

/** The same graph with parameters named after the case. */
function renamedGraph(graph: Parameters<typeof runReference>[0], name: string) {
  const view = Object.create(graph) as typeof graph;
  Object.defineProperty(view, 'node', {
    value: (id: Parameters<typeof graph.node>[0]) => {
      const node = graph.node(id);
      if ('codes' in node) return { ...node, codes: `${name}/${node.codes}` };
      return node.op === 'parameter' ? { ...node, name: `${name}/${node.name}` } : node;
    },
  });
  Object.defineProperty(view, 'nodes', { value: graph.nodes });
  Object.defineProperty(view, 'shape', { value: (id: Parameters<typeof graph.shape>[0]) => graph.shape(id) });
  return view;
}

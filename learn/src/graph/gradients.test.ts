import { Graph, runReference, UNARY } from '@quire/engine/network';
import { describe, expect, it } from 'vitest';
import { operationCases, weighted } from '../../../engine/test/support/network-operations.ts';
import { gradients } from './gradients.ts';

const SEED = 11;
/** Not differentiable: they occur in gradients and masks only. */
const WITHOUT = new Set([
  'row-max',
  'gelu-slope',
  'gelu-tanh-slope',
  'step',
  'maximum a matrix',
  'maximum a row',
  'maximum a column',
  'maximum a number',
  'fill',
  'matmul-int8',
  'matmul-int8 with bias',
  'gather-int8',
]);

describe('the gradient of every operation equals central differences', () => {
  for (const { name, graph, out, parameters, feeds } of operationCases(SEED)) {
    if (WITHOUT.has(name)) {
      it(`${name}: is refused by name, or constant`, () => {
        const { loss, matrix } = weighted(graph, out, SEED + 1);
        const all = { ...feeds, matrices: { 'loss-weights': matrix(graph.shape(out)) } };
        if (name === 'fill' || name === 'step') {
          const ids = [...gradients(graph, loss).dense.values()];
          const found = runReference(graph, parameters, all, ids);
          for (const id of ids) expect(found.get(id)!.every((value) => value === 0)).toBe(true);
          expect(ids).toHaveLength(name === 'fill' ? 0 : 1);
        } else expect(() => gradients(graph, loss)).toThrow(name.split(' ')[0]!);
      });
      continue;
    }
    it(name, () => {
      const { loss, matrix } = weighted(graph, out, SEED + 1);
      const all = { ...feeds, matrices: { 'loss-weights': matrix(graph.shape(out)) } };
      const values = Object.fromEntries(
        Object.entries(parameters).map(([key, array]) => [key, Float64Array.from(array)]),
      );
      const { dense, rows } = gradients(graph, loss);
      const found = new Map(dense);
      for (const [key, { grad }] of rows) found.set(key, grad);
      expect([...found.keys()].sort()).toEqual(Object.keys(values).sort());
      const got = runReference(graph, values, all, [...found.values()]);
      for (const [key, id] of found) {
        const array = values[key]!;
        const cols = graph.shape(graph.parameters.get(key)!).cols as number;
        const unique = rows.has(key) ? [...new Set(feeds.ids!.tokens)].sort((a, b) => a - b) : undefined;
        const most = Math.max(1e-3, ...got.get(id)!.map(Math.abs));
        for (let i = 0; i < array.length; i++) {
          const row = Math.floor(i / cols);
          if (unique !== undefined && !unique.includes(row)) continue;
          const at = unique === undefined ? i : unique.indexOf(row) * cols + (i % cols);
          const h = 1e-5;
          const before = array[i]!;
          array[i] = before + h;
          const above = runReference(graph, values, all, [loss]).get(loss)![0]!;
          array[i] = before - h;
          const below = runReference(graph, values, all, [loss]).get(loss)![0]!;
          array[i] = before;
          expect(Math.abs(got.get(id)![at]! - (above - below) / (2 * h)) / most, `${key}[${i}]`).toBeLessThan(1e-5);
        }
      }
    });
  }
});

describe('gradients', () => {
  it('computes nothing for frozen parameters', () => {
    const graph = new Graph();
    const a = graph.parameter('a', 3, 4);
    const b = graph.parameter('b', 4, 5);
    const loss = graph.total(graph.matmul(a, b));
    const { dense } = gradients(graph, loss, { frozen: (name) => name === 'a' });
    expect([...dense.keys()]).toEqual(['b']);
    const products = graph.nodes.filter((node) => node.op === 'matmul');
    expect(products).toHaveLength(2); // forward, and the gradient of b
  });

  it('gives gradients with respect to inputs', () => {
    const graph = new Graph();
    const x = graph.input('x', 2, 3);
    const loss = graph.total(graph.product(x, x));
    const { wrt } = gradients(graph, loss, { wrt: [x] });
    const feeds = { matrices: { x: Float32Array.of(1, 2, 3, 4, 5, 6) } };
    expect([...runReference(graph, {}, feeds, [wrt.get(x)!]).get(wrt.get(x)!)!]).toEqual([2, 4, 6, 8, 10, 12]);
  });

  it('adds up the gradients of a value that is used twice', () => {
    const graph = new Graph();
    const x = graph.parameter('x', 1, 1);
    const loss = graph.sum(graph.product(x, x), graph.affine(x, 3));
    const grad = gradients(graph, loss).dense.get('x')!;
    expect(runReference(graph, { x: [5] }, {}, [grad]).get(grad)![0]).toBe(13);
  });

  it('refuses a loss that is not one number, and names its shape', () => {
    const graph = new Graph();
    expect(() => gradients(graph, graph.parameter('a', 3, 4))).toThrow('(3, 4)');
  });

  it('has a case for every function of one element', () => {
    const names = new Set(operationCases(SEED).map(({ name }) => name));
    expect(UNARY.filter((f) => !names.has(f))).toEqual([]);
  });
});

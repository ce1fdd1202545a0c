// The int8 kernels against their readable twin, bit for bit, in each build that the platform runs; and the executor's codes.

import { describe, expect, it } from 'vitest';
import { Rng } from '../core/rng.ts';
import { Heap, hasNetworkBuild, loadNetwork, type NetworkBuild } from '../kernels/index.ts';
import { runReference } from './executors/reference.ts';
import { WasmExecutor } from './executors/wasm.ts';
import { Graph } from './graph.ts';
import { productInt8, quantiseRow } from './int8.ts';
import { int8, widened } from './models/slots.ts';
import { normal } from './normal.ts';

const SEED = 7;
const floats = (rng: Rng, length: number, size = 1) => Float32Array.from({ length }, () => normal(rng) * size);
const int8s = (rng: Rng, length: number) => Int8Array.from({ length }, () => rng.below(256) - 128);
/** The bits of the values, as text. */
const bits = (values: Float32Array) => new Uint32Array(values.slice().buffer).join();

async function kernelsOf(build: NetworkBuild) {
  const region = new Heap().alloc(8 << 20);
  const { memory } = region.arena;
  const k = region.arena.kernels(await loadNetwork(build));
  let end = region.ptr;
  /** Memory for `bytes` at any whole four, behind garbage. */
  const room = (bytes: number) => {
    new Uint8Array(memory.buffer, end, bytes + 64).fill(0xa5);
    const at = end;
    end += Math.ceil(bytes / 4) * 4 + 12;
    return at;
  };
  const put = (values: Float32Array | Int8Array) => {
    const at = room(values.byteLength + 8);
    new Uint8Array(memory.buffer, at, values.byteLength).set(
      new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
    );
    return at;
  };
  const clear = () => {
    end = region.ptr;
  };
  const f32 = (at: number, length: number) => new Float32Array(memory.buffer, at, length).slice();
  const codesAt = (at: number, length: number) => new Int8Array(memory.buffer, at, length).slice();
  return { k, room, put, clear, f32, codesAt };
}

const builds: NetworkBuild[] = (['simd', 'relaxed'] as const).filter(hasNetworkBuild);

describe.each(builds)('the int8 kernels of the build %s', (build) => {
  it('compute what their twin computes, for every tail of rows, columns and inputs', async () => {
    const { k: kernels, room, put, clear, f32 } = await kernelsOf(build);
    const rng = new Rng(SEED);
    const shapes = [1, 2, 3, 4, 5, 7, 9].flatMap((m) =>
      [1, 2, 3, 6].flatMap((n) => [1, 3, 4, 7, 8, 9, 15, 16, 33].map((k) => [m, n, k] as const)),
    );
    for (const [m, n, k] of [...shapes, [70, 5, 1200], [3, 2, 20_000]] as const) {
      clear();
      const [x, w] = [floats(rng, m * k, 3), int8s(rng, n * k)];
      const [scales, bias] = [floats(rng, n, 0.01), floats(rng, n)];
      const codes = room(m * Math.ceil(k / 8) * 8);
      const [xScales, out] = [room(m * 4), room(m * n * 4)];
      const [xAt, wAt, scalesAt, biasAt] = [put(x), put(w), put(scales), put(bias)];
      const cut = Math.min(m, 4); // the ranges of two threads
      for (const [from, to] of [
        [0, cut],
        [cut, m],
      ] as const)
        kernels.quantiseRows(xAt, k, codes, xScales, from, to);
      for (const hasBias of [false, true]) {
        for (const [from, to] of [
          [0, cut],
          [cut, m],
        ] as const) {
          kernels.gemmInt8(codes, xScales, wAt, scalesAt, hasBias ? biasAt : 0, n, k, out, from, to);
        }
        const wanted = new Float32Array(m * n);
        for (let i = 0; i < m; i++) {
          const row = quantiseRow(x.subarray(i * k, (i + 1) * k));
          for (let j = 0; j < n; j++) {
            const weights = w.subarray(j * k, (j + 1) * k);
            wanted[i * n + j] = productInt8(row, weights, scales[j]!, hasBias ? bias[j] : undefined);
          }
        }
        expect(bits(f32(out, m * n)), `${m} × ${n} × ${k}`).toBe(bits(wanted));
      }
    }
  });

  it('round halves to even, and keep zeros, tiny and large numbers and what is not a number apart', async () => {
    const { k: kernels, room, put, clear, f32, codesAt } = await kernelsOf(build);
    const rows: number[][] = [
      [127, 0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 126.5, -126.5],
      [0, -0, 0],
      [1e-45, -1e-45, 0],
      [1e-43, 3e-44, -1e-43],
      [3e38, -3e38, 1, 1e37],
      [Number.POSITIVE_INFINITY, 1, -1],
      [Number.NaN, 1, -1],
      Array.from(floats(new Rng(SEED), 1000)),
    ];
    for (const row of rows) {
      clear();
      const x = Float32Array.from(row);
      const [codes, scales] = [room(Math.ceil(x.length / 8) * 8), room(4)];
      kernels.quantiseRows(put(x), x.length, codes, scales, 0, 1);
      const wanted = quantiseRow(x);
      expect([...codesAt(codes, x.length)], `${row.slice(0, 9)}`).toEqual([...wanted.codes]);
      expect(f32(scales, 1)[0]).toEqual(wanted.scale);
    }
    expect([...quantiseRow(Float32Array.from(rows[0]!)).codes]).toEqual([127, 0, 2, 2, 0, -2, -2, 126, -126]);
  });
});

describe('int8 operations', () => {
  const rng = new Rng(SEED);
  const slot = int8({ name: 's', inputs: 100, outputs: 37, bias: true });
  const parameters = {
    's.weight.scales': floats(rng, 37, 0.01),
    's.bias': floats(rng, 37),
    't.scales': floats(rng, 50, 0.01),
  };
  const codes = { 's.weight': int8s(rng, 3700), t: int8s(rng, 50 * 100) };
  const feeds = { ids: { rows: Uint32Array.from({ length: 23 }, () => rng.below(50)) } };
  const build = () => {
    const graph = new Graph();
    const x = graph.gatherInt8('t', graph.parameter('t.scales', 50, 1), 100, 'rows');
    return { graph, out: slot.forward(graph, x) };
  };

  it('have the bits of the readable executor', async () => {
    const { graph, out } = build();
    const wanted = Float32Array.from(runReference(graph, { ...parameters, ...codes }, feeds, [out]).get(out)!);
    const executor = await WasmExecutor.open();
    for (const [name, values] of Object.entries(parameters)) executor.setParameter(name, values);
    for (const [name, values] of Object.entries(codes)) executor.setCodes(name, values);
    expect(bits((await executor.run(graph, feeds, [out])).value(out))).toBe(bits(wanted));
    executor.close();
  });

  it('stand for the matrix of code × scale', () => {
    const matrix = slot.densify(parameters, codes);
    expect(bits(matrix)).toBe(bits(widened(codes['s.weight'], parameters['s.weight.scales'])));
    expect(matrix[3699]).toBe(Math.fround(codes['s.weight'][3699]! * parameters['s.weight.scales'][36]!));
    expect(() => slot.initialise(rng, {})).toThrow('The slot s holds int8 codes');
    expect(() => slot.densify(parameters)).toThrow('The codes s.weight have no values');
  });

  it('refuse codes that are missing or of another size, and shapes that do not fit', async () => {
    const executor = await WasmExecutor.open();
    const { graph, out } = build();
    await expect(executor.run(graph, feeds, [out])).rejects.toMatchObject({ code: 'NOT_FOUND' });
    executor.setCodes('t', codes.t);
    expect(() => executor.setCodes('t', codes['s.weight'])).toThrow('The matrix of codes t has 5000 values, not 3700');
    executor.setCodes('s.weight', codes.t);
    for (const [name, values] of Object.entries(parameters)) executor.setParameter(name, values);
    await expect(executor.run(graph, feeds, [out])).rejects.toThrow('s.weight has 5000 values, not 3700');
    executor.close();
    expect(() => runReference(graph, parameters, feeds, [out])).toThrow('The codes t have no values, not 5000');
    const x = graph.fill(1, 3, 200_000);
    expect(() => graph.matmulInt8(x, 'w', graph.parameter('w.scales', 4, 1), undefined)).toThrow(
      'at most 131072 columns',
    );
    expect(() => graph.matmulInt8(x, 'w', graph.parameter('row', 1, 4), undefined)).toThrow(
      'the scales must be one column',
    );
    const ids = { rows: Uint32Array.of(50) };
    await expect(executor.run(graph, { ids }, [out])).rejects.toThrow('there are 50 rows');
  });

  it('hold a matrix in a quarter of the bytes', async () => {
    const [wide, narrow] = [await WasmExecutor.open(), await WasmExecutor.open()];
    const before = wide.bytes;
    wide.setParameter('w', new Float32Array(1 << 22));
    narrow.setCodes('w', new Int8Array(1 << 22));
    expect((narrow.bytes - before) / (wide.bytes - before)).toBeLessThan(0.26);
    for (const executor of [wide, narrow]) executor.close();
  });
});

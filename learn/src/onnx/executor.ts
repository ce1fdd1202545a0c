// The accelerator: graphs run in onnxruntime, while parameters, moments and gradients lie in memory of the kernels, where the optimiser works
// on them. Faster than the kernels, and not reproducible bit by bit: sums are taken in an order that the runtime chooses.

import { EngineError } from '@quire/engine/core';
import {
  type Binding,
  type Buffer,
  bind,
  type Executor,
  type Feeds,
  Graph,
  liveNodes,
  type NodeId,
  operandsOf,
  type Phase,
  type Ran,
  WasmExecutor,
  type Weights,
} from '@quire/engine/network';
import { emitOnnx } from './emit.ts';
import { fedTable, fedTables } from './fed-tables.ts';
import type { OnnxRuntime, OnnxSession, OnnxTensor } from './runtime.ts';

export interface OnnxExecutorOptions {
  /** Threads of onnxruntime, 1 … 64. Default 1. */
  readonly threads?: number;
  /**
   * `moving`: parameters are inputs of every run, as in training. `fixed`: they are constants, which the runtime lays out once, as in encoding;
   * setting one afterwards makes every graph new. Default `moving`.
   */
  readonly weights?: 'moving' | 'fixed';
  /** The most that the memory of parameters may grow to, in bytes. Default 3 GiB. */
  readonly memory?: number;
}

/** A graph in the runtime, for one choice of outputs. */
interface Program {
  readonly session: OnnxSession;
  readonly inputs: readonly string[];
  /** The nodes that the runtime computes, by the name of their output. */
  readonly computed: ReadonlyMap<NodeId, string>;
  /** What the kernels do afterwards: each output as a node of a graph of their own. */
  readonly after: Graph;
  readonly places: ReadonlyMap<NodeId, NodeId>;
}

export class OnnxExecutor implements Executor {
  readonly build = 'onnx';
  readonly threads: number;
  readonly #runtime: OnnxRuntime;
  readonly #inner: WasmExecutor;
  readonly #isFixed: boolean;
  #programs = new WeakMap<Graph, Map<string, Promise<Program>>>();
  readonly #sessions = new Set<OnnxSession>();
  readonly #names = new Set<string>();
  readonly #codes = new Map<string, Int8Array>();

  private constructor(runtime: OnnxRuntime, inner: WasmExecutor, options: OnnxExecutorOptions) {
    this.#runtime = runtime;
    this.#inner = inner;
    this.threads = options.threads ?? 1;
    this.#isFixed = options.weights === 'fixed';
  }

  static async open(runtime: OnnxRuntime, options: OnnxExecutorOptions = {}): Promise<OnnxExecutor> {
    const { threads = 1, memory } = options;
    if (!Number.isInteger(threads) || threads < 1 || threads > 64) {
      throw new EngineError('INVALID_ARGUMENT', `threads is ${threads}`, { hint: 'Pass a whole number from 1 to 64.' });
    }
    // One thread: the runtime refuses views of shared memory.
    const inner = await WasmExecutor.open(memory === undefined ? {} : { memory });
    return new OnnxExecutor(runtime, inner, options);
  }

  get bytes(): number {
    return this.#inner.bytes;
  }

  buffer(length: number): Buffer {
    return this.#inner.buffer(length);
  }

  setParameter(name: string, values: ArrayLike<number>): void {
    this.#inner.setParameter(name, values);
    this.#names.add(name);
    this.#forget();
  }

  setCodes(name: string, codes: Int8Array): void {
    this.#codes.set(name, codes.slice());
    this.#forget();
  }

  parameter(name: string): Buffer {
    return this.#inner.parameter(name);
  }

  execute(phases: readonly Phase[]): Promise<void> {
    return this.#inner.execute(phases);
  }

  async run(graph: Graph, feeds: Feeds, outputs: readonly NodeId[]): Promise<Ran> {
    const binding = bind(graph, liveNodes(graph, outputs, operandsOf), feeds);
    const program = await this.#program(graph, outputs);
    const found = await program.session.run(this.#inputs(graph, program, binding));
    const matrices: Record<string, Float32Array> = {};
    for (const name of program.computed.values()) matrices[name] = found[name]!.data as Float32Array; // emitted as float
    const dims = sizesOf(program.after, binding);
    const after = { matrices, dims, ...(feeds.ids === undefined ? {} : { ids: feeds.ids }) };
    const ran = await this.#inner.run(program.after, after, [...program.places.values()]);
    return {
      binding,
      at: (id) => ran.at(program.places.get(id)!),
      table: (key) => ran.table(key),
      value: (id) => ran.value(program.places.get(id)!),
    };
  }

  close(): void {
    this.#inner.close();
    for (const session of this.#sessions) void session.release();
  }

  /** Constants are part of the graphs in the runtime. */
  #forget(): void {
    if (this.#isFixed) this.#programs = new WeakMap();
  }

  #inputs(graph: Graph, { inputs }: Program, binding: Binding): Record<string, OnnxTensor> {
    const { Tensor } = this.#runtime;
    const out: Record<string, OnnxTensor> = {};
    for (const name of inputs) {
      const table = fedTable(name, binding);
      if (table !== undefined) {
        out[name] = new Tensor(table.type, table.values, table.dims);
        continue;
      }
      const codes = this.#codes.get(name);
      if (codes !== undefined) {
        out[name] = new Tensor('int8', codes, codeDims(graph, name));
        continue;
      }
      const id = graph.parameters.get(name) ?? graph.inputs.get(name)!; // the file has no other inputs
      const { rows, cols } = graph.shape(id);
      const dims = [binding.size(rows), binding.size(cols)];
      const values = graph.parameters.has(name) ? this.#parameter(name, dims) : binding.feeds.matrices![name]!;
      out[name] = new Tensor('float32', values, dims);
    }
    return out;
  }

  #parameter(name: string, [rows, cols]: readonly number[]): Float32Array {
    const values = this.#inner.parameter(name).values();
    if (values.length === rows! * cols!) return values;
    throw new EngineError('INVALID_ARGUMENT', `A parameter of ${values.length} values is used as (${rows}, ${cols})`);
  }

  #program(graph: Graph, outputs: readonly NodeId[]): Promise<Program> {
    const known = this.#programs.get(graph) ?? new Map<string, Promise<Program>>();
    this.#programs.set(graph, known);
    const key = outputs.join();
    const program = known.get(key) ?? this.#compile(graph, outputs);
    known.set(key, program);
    return program;
  }

  async #compile(graph: Graph, outputs: readonly NodeId[]): Promise<Program> {
    const after = new Graph();
    const computed = new Map<NodeId, string>();
    const places = new Map<NodeId, NodeId>();
    const carry = (id: NodeId): NodeId => {
      const name = computed.get(id) ?? `node ${id}`;
      computed.set(id, name);
      const { rows, cols } = graph.shape(id);
      return after.input(name, rows, cols);
    };
    for (const id of new Set(outputs)) {
      const node = graph.node(id);
      // Rows of a table are added up by our kernel: the optimiser reads its tables, and the runtime's own sums are slow.
      places.set(id, node.op === 'sum-by-id' ? after.add({ ...node, x: carry(node.x) }) : carry(id));
    }
    const { bytes, inputs } = emitOnnx(graph, {
      name: 'quire',
      outputs: [...computed].map(([node, name]) => {
        const { rows, cols } = graph.shape(node);
        return { node, name, as: 'rows' as const, dims: [rows, cols] };
      }),
      tables: fedTables,
      ...(this.#isFixed ? { stored: { weights: this.#weights(), codes: Object.fromEntries(this.#codes) } } : {}),
    });
    const session = await this.#runtime.InferenceSession.create(bytes, {
      intraOpNumThreads: this.threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      logSeverityLevel: 3,
    });
    this.#sessions.add(session);
    return { session, inputs, computed, after, places };
  }

  #weights(): Weights {
    return Object.fromEntries([...this.#names].map((name) => [name, this.#inner.parameter(name).values().slice()]));
  }
}

/** Sizes of the named dimensions of the inputs, which no other feed of that graph tells. */
function sizesOf(graph: Graph, binding: Binding): Record<string, number> {
  const sizes: Record<string, number> = {};
  for (const id of graph.inputs.values()) {
    const { rows, cols } = graph.shape(id);
    for (const dim of [rows, cols]) {
      if (typeof dim === 'string' && !dim.endsWith('.unique')) sizes[dim] = binding.size(dim);
    }
  }
  return sizes;
}

/** The size of a matrix of codes, from the operation that reads it. */
function codeDims(graph: Graph, name: string): readonly [number, number] {
  for (const node of graph.nodes) {
    if (!('codes' in node) || node.codes !== name) continue;
    const rows = graph.shape(node.scales).rows as number; // codes have sizes
    return [rows, node.op === 'gather-int8' ? node.cols : (graph.shape(node.x).cols as number)];
  }
  throw new EngineError('NOT_FOUND', `No operation reads the codes ${name}`);
}

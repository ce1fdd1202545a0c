// The default executor: a graph on the engine's network kernels, on one thread or on several that share its memory. Every element is
// computed by one thread in one order, so the number of threads changes no bit. Parameters stay in the memory; a run plans its workspace
// from the sizes that it binds.

import { EngineError } from '../../core/errors.ts';
import {
  Heap,
  type KernelCall,
  type KernelModule,
  KernelPool,
  loadNetwork,
  type NetworkBuild,
  type NetworkKernels,
  type Region,
  type WorkerAdapter,
} from '../../kernels/index.ts';
import { type Binding, bind, type Feeds, liveNodes } from '../bind.ts';
import type { Graph } from '../graph.ts';
import { type NodeId, operandsOf } from '../ops.ts';
import type { Buffer, Executor, Ran } from './executor.ts';
import { GEMM_SCRATCH, lower, type Phase, type Place, tablesOf, tableValues } from './lower.ts';
import { headBytes, largestOperand } from './operands.ts';
import { type Lifetime, planMemory } from './plan.ts';

export interface WasmOptions {
  /** Default `simd`: the same bits on every machine. */
  readonly build?: NetworkBuild;
  /** Threads, 1 … 64. Default 1. More need `workers` and shared memory. */
  readonly threads?: number;
  /** How a worker is started: `nodeWorkers` of @quire/engine/node, `webWorkers` of @quire/engine/kernels. */
  readonly workers?: WorkerAdapter;
  /** The most that memory may grow to, in bytes. Default 3 GiB. */
  readonly memory?: number;
}

const DEFAULT_MEMORY = 3 * 2 ** 30;
/** Two words of the barrier, in a cache line of their own. */
const BARRIER_BYTES = 64;

/** Kernels read rows of codes to a whole eight: these bytes behind the last row must be readable. */
const CODES_MARGIN = 8;

export class WasmExecutor implements Executor {
  readonly build: NetworkBuild;
  readonly threads: number;
  readonly #heap: Heap;
  readonly #module: KernelModule<NetworkKernels>;
  readonly #pool: KernelPool | undefined;
  readonly #barrier: Region;
  readonly #parameters = new Map<string, Buffer>();
  readonly #codes = new Map<string, { readonly region: Region; readonly length: number }>();
  readonly #regions: Region[] = [];
  #workspace: Region;

  private constructor(options: WasmOptions, module: KernelModule<NetworkKernels>, pool: KernelPool | undefined) {
    this.build = options.build ?? 'simd';
    this.threads = options.threads ?? 1;
    this.#heap = new Heap({ arenaBytes: options.memory ?? DEFAULT_MEMORY, shared: this.threads > 1 });
    this.#module = module;
    this.#pool = pool;
    this.#barrier = this.#heap.alloc(BARRIER_BYTES, 64);
    this.#workspace = this.#heap.alloc(64, 64);
  }

  /** Throws UNSUPPORTED where the build or the threads are not to be had. */
  static async open(options: WasmOptions = {}): Promise<WasmExecutor> {
    const { threads = 1, workers } = options;
    const module = await loadNetwork(options.build);
    if (threads === 1) return new WasmExecutor(options, module, undefined);
    if (workers === undefined) {
      throw new EngineError('INVALID_ARGUMENT', `${threads} threads need workers`, {
        hint: 'Pass workers: nodeWorkers (Node) or webWorkers (a page), or leave threads out.',
      });
    }
    const pool = new KernelPool({ workers, threads });
    try {
      await pool.ready();
      return new WasmExecutor(options, module, pool);
    } catch (error) {
      pool.close();
      throw error;
    }
  }

  get bytes(): number {
    return this.#heap.residentBytes;
  }

  buffer(length: number): Buffer {
    const region = this.#lasting(length * 4);
    return { ptr: region.ptr, length, values: () => region.f32() };
  }

  setParameter(name: string, values: ArrayLike<number>): void {
    const buffer = this.#parameters.get(name) ?? this.buffer(values.length);
    this.#assertLength(`The parameter ${name}`, buffer.length, values.length);
    this.#parameters.set(name, buffer);
    buffer.values().set(values);
  }

  setCodes(name: string, codes: Int8Array): void {
    let held = this.#codes.get(name);
    if (held === undefined) {
      held = { region: this.#lasting(codes.length + CODES_MARGIN), length: codes.length };
      this.#codes.set(name, held);
    }
    this.#assertLength(`The matrix of codes ${name}`, held.length, codes.length);
    held.region.i8().set(codes);
  }

  parameter(name: string): Buffer {
    const buffer = this.#parameters.get(name);
    if (buffer !== undefined) return buffer;
    throw new EngineError('NOT_FOUND', `The parameter ${name} has no values`, { hint: 'Set it before a run.' });
  }

  async run(graph: Graph, feeds: Feeds, outputs: readonly NodeId[]): Promise<Ran> {
    const live = liveNodes(graph, outputs, operandsOf);
    const binding = bind(graph, live, feeds);
    const place = this.#place(graph, binding, live, outputs);
    this.#upload(graph, binding, live, place);
    await this.execute(live.flatMap((id) => lower(id, place)));
    const size = (id: NodeId) => binding.size(graph.shape(id).rows) * binding.size(graph.shape(id).cols);
    return {
      binding,
      at: (id) => place.at(id),
      table: (key) => place.table(key),
      value: (id) => new Float32Array(this.#memory(), place.at(id), size(id)).slice(),
    };
  }

  /** Runs phases of kernel calls one after another, each shared by the threads. */
  async execute(phases: readonly Phase[]): Promise<void> {
    const arena = this.#workspace.arena;
    if (this.#pool === undefined) {
      const kernels = arena.kernels(this.#module) as unknown as Readonly<
        Record<string, (...args: readonly number[]) => void>
      >; // exports are functions of numbers
      for (const { units, call } of phases) {
        if (units === 0) continue;
        const { name, args } = call(0, units, 0);
        kernels[name]!(...args);
      }
      return;
    }
    await this.#pool.run(arena, this.#module, this.#share(phases));
  }

  close(): void {
    this.#pool?.close();
    for (const region of [...this.#regions, this.#workspace, this.#barrier]) region.free();
  }

  #memory(): ArrayBufferLike {
    return this.#workspace.arena.memory.buffer;
  }

  /** One list of calls a thread, with a barrier behind each phase. */
  #share(phases: readonly Phase[]): readonly (readonly KernelCall[])[] {
    const wait: KernelCall = { name: 'barrier', args: [this.#barrier.ptr, this.threads] };
    const lists: KernelCall[][] = Array.from({ length: this.threads }, () => []);
    for (const { units, grain, call } of phases) {
      if (units === 0) continue;
      const each = Math.ceil(units / this.threads / grain) * grain;
      for (const [thread, list] of lists.entries()) {
        const from = Math.min(units, thread * each);
        const to = Math.min(units, from + each);
        if (from < to) list.push(call(from, to, thread));
        list.push(wait);
      }
    }
    return lists;
  }

  /** Plans the workspace: scratch, tables and leaves first, then the values in order. */
  #place(graph: Graph, binding: Binding, live: readonly NodeId[], outputs: readonly NodeId[]): Place {
    const scratchBytes = GEMM_SCRATCH + headBytes(graph, binding, live);
    const keys = [...new Set(live.flatMap((id) => tablesOf(graph.node(id))))];
    const values = keys.map((key) => tableValues(key, binding));
    const step = new Map(live.map((id, i) => [id, i]));
    const last = lastUses(graph, live, outputs, step);
    const isLeaf = (id: NodeId) => ['input', 'fill'].includes(graph.node(id).op);
    const placed = live
      .filter((id) => graph.node(id).op !== 'parameter')
      .sort((a, b) => Number(isLeaf(b)) - Number(isLeaf(a)) || a - b);
    const bytesOf = (id: NodeId) => 4 * binding.size(graph.shape(id).rows) * binding.size(graph.shape(id).cols);
    const always = (bytes: number): Lifetime => ({ bytes, from: -1, to: Number.POSITIVE_INFINITY });
    const { offsets, bytes } = planMemory([
      always(scratchBytes * this.threads),
      always(largestOperand(graph, binding, live)),
      ...values.map((table) => always(table.byteLength)),
      ...placed.map((id) => ({ bytes: bytesOf(id), from: isLeaf(id) ? -1 : step.get(id)!, to: last.get(id)! })),
    ]);
    this.#reserve(bytes);
    const base = this.#workspace.ptr;
    const tables = new Map(keys.map((key, i) => [key, base + offsets[2 + i]!]));
    const nodes = new Map(placed.map((id, i) => [id, base + offsets[2 + keys.length + i]!]));
    for (const [i, key] of keys.entries()) {
      const table = values[i]!;
      new Uint8Array(this.#memory(), tables.get(key)!, table.byteLength).set(
        new Uint8Array(table.buffer, table.byteOffset, table.byteLength),
      );
    }
    return {
      graph,
      binding,
      at: (id) => nodes.get(id) ?? this.#parameterAt(graph, binding, id),
      codes: (name, length) => this.#codesAt(name, length),
      table: (key) => tables.get(key)!,
      scratch: (thread) => base + offsets[0]! + thread * scratchBytes,
      packed: base + offsets[1]!,
    };
  }

  #parameterAt(graph: Graph, binding: Binding, id: NodeId): number {
    const node = graph.node(id);
    const { ptr, length } = this.parameter(node.op === 'parameter' ? node.name : '');
    const { rows, cols } = graph.shape(id);
    if (length === binding.size(rows) * binding.size(cols)) return ptr;
    throw new EngineError('INVALID_ARGUMENT', `A parameter of ${length} values is used as (${rows}, ${cols})`);
  }

  #codesAt(name: string, length: number): number {
    const held = this.#codes.get(name);
    if (held === undefined) {
      throw new EngineError('NOT_FOUND', `The codes ${name} have no values`, { hint: 'Set them before a run.' });
    }
    this.#assertLength(`The matrix of codes ${name}`, held.length, length);
    return held.region.ptr;
  }

  #assertLength(name: string, length: number, wanted: number): void {
    if (length === wanted) return;
    throw new EngineError('INVALID_ARGUMENT', `${name} has ${length} values, not ${wanted}`);
  }

  #upload(graph: Graph, binding: Binding, live: readonly NodeId[], place: Place): void {
    for (const id of live) {
      const node = graph.node(id);
      if (node.op !== 'input' && node.op !== 'fill') continue;
      const { rows, cols } = graph.shape(id);
      const view = new Float32Array(this.#memory(), place.at(id), binding.size(rows) * binding.size(cols));
      if (node.op === 'fill') view.fill(node.value);
      else view.set(binding.feeds.matrices![node.name]!); // bind checked it
    }
  }

  /** Memory until `close`. */
  #lasting(bytes: number): Region {
    const region = this.#heap.alloc(bytes, 64);
    this.#assertOneArena(region);
    this.#regions.push(region);
    return region;
  }

  #reserve(bytes: number): void {
    if (this.#workspace.bytes >= bytes) return;
    this.#workspace.free();
    this.#workspace = this.#heap.alloc(bytes, 64);
    this.#assertOneArena(this.#workspace);
  }

  /** Kernels take addresses of one memory. */
  #assertOneArena(region: Region): void {
    if (region.arena === this.#barrier.arena) return;
    region.free();
    throw new EngineError('UNSUPPORTED', `The model and its batch need more than ${this.#heap.largestRegion} bytes`, {
      hint: 'Use smaller batches, or allow more with `memory` (at most 4 GiB − 64 KiB).',
    });
  }
}

function lastUses(
  graph: Graph,
  live: readonly NodeId[],
  outputs: readonly NodeId[],
  step: ReadonlyMap<NodeId, number>,
): ReadonlyMap<NodeId, number> {
  const last = new Map<NodeId, number>();
  for (const id of live) for (const operand of operandsOf(graph.node(id))) last.set(operand, step.get(id)!);
  for (const id of outputs) last.set(id, Number.POSITIVE_INFINITY);
  return last;
}

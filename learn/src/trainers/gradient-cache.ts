// Gradient cache (Gao et al., 2021): a batch that does not fit memory is encoded in chunks. First all vectors without gradients, then the loss
// and its gradient with respect to the vectors, then each chunk again, with that gradient. The sum over the chunks is the gradient of the whole
// batch, and memory holds the network of one chunk.

import { type Buffer, type Executor, type Feeds, Graph, type NodeId } from '@quire/engine/network';
import { type Gradients, gradients } from '../graph/gradients.ts';
import type { GradientEntry } from '../optimisers/optimiser.ts';

/** A loss over the vectors of a batch's texts. */
export interface VectorObjective {
  readonly name: string;
  /** How often it is drawn, beside the other objectives. Default 1. */
  readonly share?: number;
  /** Adds the network to a new graph: one row a text. */
  vectors(graph: Graph): NodeId;
  /** Adds the loss, (1, 1), over rows of all texts, in order. */
  loss(graph: Graph, vectors: NodeId): NodeId;
}

/** One batch: what the network reads, chunk by chunk, and what the loss reads. */
export interface ChunkedFeeds {
  readonly chunks: readonly Feeds[];
  readonly loss: Feeds;
}

const VECTORS = 'cached-vectors';
const SLOPES = 'cached-slopes';

export class GradientCache {
  readonly #executor: Executor;
  readonly #forward = new Graph();
  readonly #vectors: NodeId;
  readonly #cols: number;
  readonly #loss = new Graph();
  readonly #lossNode: NodeId;
  readonly #slopes: NodeId;
  readonly #backward = new Graph();
  readonly #gradients: Gradients;
  readonly #room = new Map<string, Buffer>();

  constructor(executor: Executor, objective: VectorObjective, frozen?: (name: string) => boolean) {
    this.#executor = executor;
    this.#vectors = objective.vectors(this.#forward);
    this.#cols = this.#forward.shape(this.#vectors).cols as number; // vectors have a size
    const input = this.#loss.input(VECTORS, 'cached.texts', this.#cols);
    this.#lossNode = objective.loss(this.#loss, input);
    this.#slopes = gradients(this.#loss, this.#lossNode, { wrt: [input] }).wrt.get(input)!;
    const again = objective.vectors(this.#backward);
    const { rows, cols } = this.#backward.shape(again);
    const pulled = this.#backward.total(this.#backward.product(again, this.#backward.input(SLOPES, rows, cols)));
    this.#gradients = gradients(this.#backward, pulled, frozen === undefined ? {} : { frozen });
  }

  /** Names of the parameters that the network reads. */
  get parameters(): readonly string[] {
    return [...this.#forward.parameters.keys()];
  }

  async run({ chunks, loss }: ChunkedFeeds): Promise<{ readonly loss: number; readonly entries: GradientEntry[] }> {
    const parts: Float32Array[] = [];
    for (const feeds of chunks) {
      parts.push((await this.#executor.run(this.#forward, feeds, [this.#vectors])).value(this.#vectors));
    }
    const all = joined(parts);
    const feeds = {
      ...loss,
      matrices: { ...loss.matrices, [VECTORS]: all },
      dims: { ...loss.dims, 'cached.texts': all.length / this.#cols },
    };
    const ran = await this.#executor.run(this.#loss, feeds, [this.#lossNode, this.#slopes]);
    const value = ran.value(this.#lossNode)[0]!;
    const slopes = ran.value(this.#slopes);
    const sums = new Sums();
    let at = 0;
    for (const [i, chunk] of chunks.entries()) {
      const own = slopes.subarray(at, at + parts[i]!.length);
      at += own.length;
      await this.#add(sums, { ...chunk, matrices: { ...chunk.matrices, [SLOPES]: own } });
    }
    return { loss: value, entries: this.#entries(sums) };
  }

  async #add(sums: Sums, feeds: Feeds): Promise<void> {
    const { dense, rows } = this.#gradients;
    const outputs = [...dense.values(), ...[...rows.values()].map(({ grad }) => grad)];
    const ran = await this.#executor.run(this.#backward, feeds, outputs);
    for (const [name, id] of dense) sums.addDense(name, ran.value(id));
    for (const [name, { ids, grad }] of rows) {
      const cols = ran.binding.size(this.#backward.shape(grad).cols);
      sums.addRows(name, ran.binding.groups(ids).unique, ran.value(grad), cols);
    }
  }

  #entries(sums: Sums): GradientEntry[] {
    // Memory is taken for all before any view of it is made.
    const wanted = [...sums.dense, ...sums.tables].map(([name, { length }]) => [name, length] as const);
    for (const [name, length] of wanted) this.#buffer(name, length);
    const tables = [...sums.tables].map(([name, table]) => ({ name, table, ids: table.ids() }));
    for (const { name, ids } of tables) this.#buffer(`${name} ids`, ids.length);
    const dense = [...sums.dense].map(([name, values]) => this.#entry(name, Float32Array.from(values)));
    return [
      ...dense,
      ...tables.map(({ name, table, ids }) => {
        const at = this.#buffer(`${name} ids`, ids.length);
        const place = at.values();
        new Uint32Array(place.buffer, place.byteOffset, ids.length).set(ids);
        const entry = this.#entry(name, table.values(ids));
        return { ...entry, table: { at: at.ptr, ids, cols: table.cols } };
      }),
    ];
  }

  #entry(name: string, values: Float32Array): GradientEntry {
    const buffer = this.#buffer(name, values.length);
    buffer.values().set(values);
    return {
      name,
      weights: this.#executor.parameter(name),
      grad: buffer.ptr,
      length: values.length,
      values: () => values,
    };
  }

  #buffer(name: string, length: number): Buffer {
    const found = this.#room.get(name);
    if (found !== undefined && found.length >= length) return found;
    const buffer = this.#executor.buffer(found === undefined ? length : 2 * length);
    this.#room.set(name, buffer);
    return buffer;
  }
}

/** Gradients added up in f64, whole parameters and rows of tables. */
class Sums {
  readonly dense = new Map<string, Float64Array>();
  readonly tables = new Map<string, RowSums>();

  addDense(name: string, values: Float32Array): void {
    const sum = this.dense.get(name) ?? new Float64Array(values.length);
    this.dense.set(name, sum);
    for (let i = 0; i < values.length; i++) sum[i]! += values[i]!;
  }

  addRows(name: string, ids: Uint32Array, values: Float32Array, cols: number): void {
    const sums = this.tables.get(name) ?? new RowSums(cols);
    this.tables.set(name, sums);
    for (const [u, id] of ids.entries()) sums.add(id, values.subarray(u * cols, (u + 1) * cols));
  }
}

class RowSums {
  readonly cols: number;
  readonly #rows = new Map<number, Float64Array>();

  constructor(cols: number) {
    this.cols = cols;
  }

  get length(): number {
    return this.#rows.size * this.cols;
  }

  add(id: number, values: Float32Array): void {
    const sum = this.#rows.get(id) ?? new Float64Array(this.cols);
    this.#rows.set(id, sum);
    for (let i = 0; i < values.length; i++) sum[i]! += values[i]!;
  }

  ids(): Uint32Array {
    return Uint32Array.from(this.#rows.keys()).sort();
  }

  values(ids: Uint32Array): Float32Array {
    const out = new Float32Array(this.length);
    for (const [u, id] of ids.entries()) out.set(this.#rows.get(id)!, u * this.cols);
    return out;
  }
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

// The inputs of a run, and what follows from them: the sizes of all named dimensions, the first cell of each square of
// attention, the rows that share an id. Checked here once, so that executors need not check.

import { EngineError } from '../core/errors.ts';
import type { Graph } from './graph.ts';
import type { Dim, NodeId, Op } from './ops.ts';
import { cellsOf, countOf, rowsOf, showShape, uniqueOf } from './shapes.ts';

export interface Feeds {
  /** Matrices, row-major, by the name of their input. */
  readonly matrices?: Readonly<Record<string, Float32Array>>;
  /** Row numbers, by name. */
  readonly ids?: Readonly<Record<string, Uint32Array>>;
  /** For each name the first row of each sequence, and the number of rows last: (count + 1), ascending from 0. */
  readonly sequences?: Readonly<Record<string, Uint32Array>>;
  /** Sizes of named dimensions that no input tells. */
  readonly dims?: Readonly<Record<string, number>>;
}

/**
 * Rows that share an id: group u has the id unique[u] and the rows order[starts[u]] … order[starts[u + 1] − 1],
 * ascending.
 */
export interface Groups {
  readonly unique: Uint32Array;
  readonly starts: Uint32Array;
  readonly order: Uint32Array;
}

export class Binding {
  readonly feeds: Feeds;
  readonly #sizes: ReadonlyMap<string, number>;
  readonly #groups = new Map<string, Groups>();
  readonly #cells = new Map<string, Uint32Array>();

  constructor(feeds: Feeds, sizes: ReadonlyMap<string, number>) {
    this.feeds = feeds;
    this.#sizes = sizes;
  }

  size(dim: Dim): number {
    if (typeof dim === 'number') return dim;
    const known = this.#sizes.get(dim);
    if (known !== undefined) return known;
    const name = dim.endsWith('.unique') ? dim.slice(0, -'.unique'.length) : undefined;
    if (name !== undefined && this.feeds.ids?.[name] !== undefined) return this.groups(name).unique.length;
    throw new EngineError('INVALID_ARGUMENT', `Nothing says how large the dimension ${dim} is`, {
      hint: 'Feed the input that it belongs to, or give its size in `dims`.',
    });
  }

  ids(name: string): Uint32Array {
    const found = this.feeds.ids?.[name];
    if (found !== undefined) return found;
    throw new EngineError('INVALID_ARGUMENT', `The ids ${name} were not fed`);
  }

  starts(name: string): Uint32Array {
    const found = this.feeds.sequences?.[name];
    if (found !== undefined) return found;
    throw new EngineError('INVALID_ARGUMENT', `The sequences ${name} were not fed`);
  }

  groups(name: string): Groups {
    const groups = this.#groups.get(name) ?? groupsOf(this.ids(name));
    this.#groups.set(name, groups);
    return groups;
  }

  /** First cell of each sequence's squares. */
  cells(name: string, heads: number): Uint32Array {
    const key = `${name} ${heads}`;
    const known = this.#cells.get(key);
    if (known !== undefined) return known;
    const starts = this.starts(name);
    const cells = new Uint32Array(starts.length);
    for (let s = 0; s + 1 < starts.length; s++) cells[s + 1] = cells[s]! + heads * (starts[s + 1]! - starts[s]!) ** 2;
    this.#cells.set(key, cells);
    return cells;
  }

  /** Row numbers within their sequences. */
  positions(name: string): Uint32Array {
    return positionsOf(this.starts(name));
  }

  longest(name: string): number {
    const starts = this.starts(name);
    let longest = 0;
    for (let s = 0; s + 1 < starts.length; s++) longest = Math.max(longest, starts[s + 1]! - starts[s]!);
    return longest;
  }
}

/** Row numbers within sequences that begin at these rows (first rows, then the number of rows). */
export function positionsOf(starts: Uint32Array): Uint32Array {
  const positions = new Uint32Array(starts.at(-1) ?? 0);
  for (let s = 0; s + 1 < starts.length; s++) {
    for (let row = starts[s]!; row < starts[s + 1]!; row++) positions[row] = row - starts[s]!;
  }
  return positions;
}

/** The nodes that the outputs depend on, ascending. */
export function liveNodes(
  graph: Graph,
  outputs: readonly NodeId[],
  operandsOf: (node: Op) => readonly NodeId[],
): NodeId[] {
  const live = new Set<NodeId>(outputs);
  const found: NodeId[] = [];
  for (let id = graph.nodes.length - 1; id >= 0; id--) {
    if (!live.has(id as NodeId)) continue; // counts through node numbers
    found.push(id as NodeId);
    for (const operand of operandsOf(graph.node(id as NodeId))) live.add(operand);
  }
  return found.reverse();
}

/** Checks the feeds against the nodes that will run. Throws INVALID_ARGUMENT, naming the input. */
export function bind(graph: Graph, live: readonly NodeId[], feeds: Feeds): Binding {
  const sizes = new Map<string, number>();
  for (const [name, size] of Object.entries(feeds.dims ?? {})) put(sizes, name, size, 'dims');
  for (const [name, starts] of Object.entries(feeds.sequences ?? {})) {
    checkStarts(name, starts);
    put(sizes, rowsOf(name), starts.at(-1)!, `sequences ${name}`);
    put(sizes, countOf(name), starts.length - 1, `sequences ${name}`);
  }
  for (const id of live) {
    const node = graph.node(id);
    if ('heads' in node) {
      const starts = feeds.sequences?.[node.sequences];
      if (starts !== undefined)
        put(sizes, cellsOf(node.sequences, node.heads), cellCount(starts, node.heads), node.sequences);
    }
    if (node.op === 'gather' || node.op === 'gather-int8') putIds(sizes, node.rows, node.ids, feeds);
  }
  for (const [name, ids] of Object.entries(feeds.ids ?? {})) {
    if (!sizes.has(rowsOf(name) as string)) sizes.set(rowsOf(name) as string, ids.length);
  }
  const binding = new Binding(feeds, sizes);
  for (const id of live) checkNode(graph, id, binding);
  return binding;
}

function put(sizes: Map<string, number>, dim: Dim, size: number, from: string): void {
  const before = sizes.get(dim as string);
  if (typeof dim === 'number' ? dim === size : before === undefined || before === size) {
    if (typeof dim === 'string') sizes.set(dim, size);
    return;
  }
  throw new EngineError('INVALID_ARGUMENT', `${from} makes the dimension ${dim} ${size}, and it is ${before ?? dim}`);
}

function putIds(sizes: Map<string, number>, rows: Dim, name: string, feeds: Feeds): void {
  const ids = feeds.ids?.[name];
  if (ids !== undefined) put(sizes, rows, ids.length, `ids ${name}`);
}

function cellCount(starts: Uint32Array, heads: number): number {
  let cells = 0;
  for (let s = 0; s + 1 < starts.length; s++) cells += heads * (starts[s + 1]! - starts[s]!) ** 2;
  return cells;
}

function checkStarts(name: string, starts: Uint32Array): void {
  const ascends =
    starts.length > 0 && starts[0] === 0 && starts.every((start, s) => s === 0 || start >= starts[s - 1]!);
  if (ascends) return;
  throw new EngineError('INVALID_ARGUMENT', `The sequences ${name} do not ascend from 0`, {
    hint: 'Give the first row of each sequence, then the number of rows.',
  });
}

function checkNode(graph: Graph, id: NodeId, binding: Binding): void {
  const node = graph.node(id);
  const { rows, cols } = graph.shape(id);
  const elements = binding.size(rows) * binding.size(cols);
  if (node.op === 'input') {
    const values = binding.feeds.matrices?.[node.name];
    if (values === undefined) throw new EngineError('INVALID_ARGUMENT', `The input ${node.name} was not fed`);
    if (values.length !== elements) {
      throw new EngineError(
        'INVALID_ARGUMENT',
        `The input ${node.name} has ${values.length} elements; ${showShape({ rows, cols })} has ${elements}`,
      );
    }
  }
  if (node.op === 'gather' || node.op === 'gather-int8') {
    const limit = binding.size(graph.shape(node.op === 'gather' ? node.table : node.scales).rows);
    const bad = binding.ids(node.ids).findIndex((row) => row >= limit);
    if (bad >= 0) {
      throw new EngineError(
        'INVALID_ARGUMENT',
        `ids ${node.ids}: entry ${bad} is ${binding.ids(node.ids)[bad]}, and there are ${limit} rows`,
      );
    }
  }
}

function groupsOf(ids: Uint32Array): Groups {
  const order = Uint32Array.from(ids.keys()).sort((a, b) => ids[a]! - ids[b]! || a - b);
  const unique: number[] = [];
  const starts: number[] = [];
  for (const [i, row] of order.entries()) {
    if (i > 0 && ids[row] === ids[order[i - 1]!]) continue;
    unique.push(ids[row]!);
    starts.push(i);
  }
  starts.push(order.length);
  return { unique: Uint32Array.from(unique), starts: Uint32Array.from(starts), order };
}

export { uniqueOf };

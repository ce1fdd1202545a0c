// A graph as nodes of ONNX: the state that all operations share. A value has one of three forms, because ONNX has no operation on sequences
// of different lengths: rows (rows, cols), as in our graph; padded (sequences, longest, cols); squares of attention (sequences, heads, longest,
// longest). A form is made when an operation asks for it, once.

import { EngineError } from '@quire/engine/core';
import type { Attention, Codes, Dim, Graph, NodeId, Weights } from '@quire/engine/network';
import type { Attributes, OnnxFile } from './model-file.ts';

/** Where an emitted graph takes whole numbers and sizes from: inputs of each run, or the token numbers of an exported model. */
export interface Tables {
  /** Row numbers, int64 (count). */
  ids(name: string): string;
  /** The size of a named dimension, int64 (1). */
  size(dim: string): string;
  /** For each row the place of its number among the different ones, ascending; int64 (count). */
  groups(ids: string): string;
  /** For each position the cosines, then the sines of dim/2 angles, float (positions, dim). */
  angles(dim: number, theta: number, sequences: string): string;
  sequences(name: string): SequenceTables;
}

export interface SequenceTables {
  /** Rows to (sequences, longest, cols); what no row fills is 0 or belongs to padding that no result depends on. */
  padded(rows: string): string;
  /** The opposite. */
  rows(padded: string): string;
  /** Cells of squares one behind another to (sequences, heads, longest, longest), and back. */
  squares(cells: string, heads: number): string;
  cells(squares: string, heads: number): string;
  /** Sequence and longest, int64 (2). */
  readonly shape: string;
  /** Added to scores: 0 at tokens, −1e30 at padding; float (sequences, 1, 1, longest). */
  readonly keyBias: string;
  /** 1 at tokens, 0 at padding; float (sequences, longest, 1). */
  readonly filled: string;
  /** 1 / length, 0 for an empty sequence; float (sequences, 1). */
  readonly inverseLengths: string;
  /** Row of the first and of the last token; one behind the last row for an empty sequence; int64 (sequences). */
  readonly first: string;
  readonly last: string;
  /** Sequence of each row, int64 (rows). */
  readonly sequenceOf: string;
  /** 1 at the first, at the last row of each sequence; float (rows, 1). */
  readonly isFirst: string;
  readonly isLast: string;
  /** Place of each row in its sequence, int64 (rows). */
  readonly positions: string;
}

export type Form =
  | { readonly form: 'rows'; readonly name: string }
  | { readonly form: 'padded'; readonly name: string; readonly sequences: string }
  | { readonly form: 'squares'; readonly name: string; readonly sequences: string; readonly heads: number };

export interface Stored {
  /** Values that the file holds; a parameter that is missing becomes an input of that name. */
  readonly weights: Weights;
  readonly codes: Codes;
}

export class Emission {
  readonly graph: Graph;
  readonly file: OnnxFile;
  readonly tables: Tables;
  readonly stored: Stored;
  readonly #values = new Map<NodeId, Form>();
  readonly #made = new Map<string, string>();

  constructor(graph: Graph, file: OnnxFile, tables: Tables, stored: Stored) {
    this.graph = graph;
    this.file = file;
    this.tables = tables;
    this.stored = stored;
  }

  set(id: NodeId, value: Form): void {
    this.#values.set(id, value);
  }

  node(type: string, inputs: readonly string[], attributes?: Attributes): string {
    return this.file.node(type, inputs, attributes);
  }

  /** A value that is made once for its key. */
  once(key: string, make: () => string): string {
    const found = this.#made.get(key) ?? make();
    this.#made.set(key, found);
    return found;
  }

  /** (rows, cols) */
  rows(id: NodeId): string {
    const value = this.#value(id);
    if (value.form === 'rows') return value.name;
    return this.once(`${id} rows`, () => {
      const sequences = this.tables.sequences(value.sequences);
      return value.form === 'padded' ? sequences.rows(value.name) : sequences.cells(value.name, value.heads);
    });
  }

  /** (sequences, longest, cols) */
  padded(id: NodeId, sequences: string): string {
    const value = this.#value(id);
    if (value.form === 'padded' && value.sequences === sequences) return value.name;
    return this.once(`${id} padded ${sequences}`, () => this.tables.sequences(sequences).padded(this.rows(id)));
  }

  /** (sequences, heads, longest, longest) */
  squares(id: NodeId, { sequences, heads }: Attention): string {
    const value = this.#value(id);
    if (value.form === 'squares' && value.sequences === sequences && value.heads === heads) return value.name;
    return this.once(`${id} squares ${sequences} ${heads}`, () =>
      this.tables.sequences(sequences).squares(this.rows(id), heads),
    );
  }

  /** (sequences, heads, longest, dim): the columns of a padded value by heads. */
  heads(id: NodeId, { sequences, heads, dim }: Attention): string {
    return this.once(`${id} heads ${sequences} ${heads}`, () => {
      const shaped = this.node('Reshape', [this.padded(id, sequences), this.file.integers([0, 0, heads, dim])]);
      return this.node('Transpose', [shaped], { perm: { ints: [0, 2, 1, 3] } });
    });
  }

  /** (sequences, heads, longest, dim) as a padded value. */
  joinHeads(name: string, { sequences, heads, dim }: Attention): Form {
    const turned = this.node('Transpose', [name], { perm: { ints: [0, 2, 1, 3] } });
    const joined = this.node('Reshape', [turned, this.file.integers([0, 0, heads * dim])]);
    return { form: 'padded', name: joined, sequences };
  }

  /** int64 (1) */
  size(dim: Dim): string {
    return typeof dim === 'number' ? this.file.integers([dim]) : this.tables.size(dim);
  }

  #value(id: NodeId): Form {
    const value = this.#values.get(id);
    if (value !== undefined) return value;
    throw new EngineError('INVALID_ARGUMENT', `Node ${id} of the graph is read before it is emitted`);
  }
}

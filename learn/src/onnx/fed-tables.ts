// Tables of whole numbers as inputs of each run: an emitted graph that runs beside the engine's own executor gets what `bind` has found out
// about the feeds. The names of the inputs say what they hold, and `fedTable` makes their values.

import type { Binding } from '@quire/engine/network';
import type { SequenceTables, Tables } from './emission.ts';
import type { OnnxFile } from './model-file.ts';

export type FedValues =
  | { readonly type: 'int64'; readonly values: BigInt64Array; readonly dims: readonly number[] }
  | { readonly type: 'float32'; readonly values: Float32Array; readonly dims: readonly number[] };

/** Begins the name of every table. */
const MARK = '#';

export function fedTables(file: OnnxFile): Tables {
  const integers = (key: string) => file.input(MARK + key, 'int64', [key]);
  const floats = (key: string, ...dims: (string | number)[]) => file.input(MARK + key, 'float', dims);
  return {
    ids: (name) => integers(`ids ${name}`),
    size: (dim) => file.input(`${MARK}size ${dim}`, 'int64', [1]),
    groups: (ids) => integers(`groups ${ids}`),
    angles: (dim, theta, sequences) => {
      const key = `angles ${dim} ${theta} ${sequences}`;
      return floats(key, `${key} positions`, dim);
    },
    sequences: (name) => new FedSequences(file, name),
  };
}

class FedSequences implements SequenceTables {
  readonly #file: OnnxFile;
  readonly #name: string;

  constructor(file: OnnxFile, name: string) {
    this.#file = file;
    this.#name = name;
  }

  padded(rows: string): string {
    const taken = this.#takeOrZero(rows, this.#integers('cells'));
    return this.#file.node('Reshape', [taken, this.#shape([-1])]);
  }
  rows(padded: string): string {
    const flat = this.#file.node('Flatten', [padded], { axis: { int: 2 } });
    return this.#file.node('Gather', [flat, this.#integers('rows')], { axis: { int: 0 } });
  }
  squares(cells: string, heads: number): string {
    const taken = this.#takeOrZero(cells, this.#integers(`squares ${heads}`));
    const { shape } = this;
    const longest = this.#file.node('Slice', [shape, this.#file.integers([1]), this.#file.integers([2])]);
    const parts = [
      this.#file.node('Slice', [shape, this.#file.integers([0]), this.#file.integers([1])]),
      this.#file.integers([heads]),
      longest,
      longest,
    ];
    return this.#file.node('Reshape', [taken, this.#file.node('Concat', parts, { axis: { int: 0 } })]);
  }
  cells(squares: string, heads: number): string {
    const flat = this.#file.node('Reshape', [squares, this.#file.integers([-1, 1])]);
    return this.#file.node('Gather', [flat, this.#integers(`square-cells ${heads}`)], { axis: { int: 0 } });
  }

  get shape(): string {
    return this.#file.input(`${MARK}shape ${this.#name}`, 'int64', [2]);
  }
  get keyBias(): string {
    return this.#floats('key-bias', `${this.#name} count`, 1, 1, `${this.#name} longest`);
  }
  get filled(): string {
    return this.#floats('filled', `${this.#name} count`, `${this.#name} longest`, 1);
  }
  get inverseLengths(): string {
    return this.#floats('inverse-lengths', `${this.#name} count`, 1);
  }
  get first(): string {
    return this.#integers('first');
  }
  get last(): string {
    return this.#integers('last');
  }
  get sequenceOf(): string {
    return this.#integers('sequence-of');
  }
  get isFirst(): string {
    return this.#floats('is-first', `${this.#name} tokens`, 1);
  }
  get isLast(): string {
    return this.#floats('is-last', `${this.#name} tokens`, 1);
  }
  get positions(): string {
    return this.#integers('positions');
  }

  #integers(kind: string): string {
    const key = `${kind} ${this.#name}`;
    return this.#file.input(MARK + key, 'int64', [key]);
  }
  #floats(kind: string, ...dims: (string | number)[]): string {
    return this.#file.input(`${MARK}${kind} ${this.#name}`, 'float', dims);
  }
  #shape(rest: readonly number[]): string {
    return this.#file.node('Concat', [this.shape, this.#file.integers(rest)], { axis: { int: 0 } });
  }
  /** Rows by number, a row of zeros behind the last one. */
  #takeOrZero(x: string, which: string): string {
    const longer = this.#file.node('Pad', [x, this.#file.integers([0, 0, 1, 0])]);
    return this.#file.node('Gather', [longer, which], { axis: { int: 0 } });
  }
}

/** The values of a table by the name of its input; undefined for other inputs. */
export function fedTable(input: string, binding: Binding): FedValues | undefined {
  if (!input.startsWith(MARK)) return undefined;
  const [kind, ...rest] = input.slice(MARK.length).split(' ');
  const name = rest.at(-1)!;
  switch (kind) {
    case 'ids':
      return integers(binding.ids(rest.join(' ')));
    case 'size':
      return integers([binding.size(rest.join(' '))]);
    case 'groups':
      return integers(groupsOf(binding, rest.join(' ')));
    case 'angles':
      return angles(Number(rest[0]), Number(rest[1]), binding.longest(name));
    default:
      return sequenceTable(kind!, rest, binding);
  }
}

function integers(values: ArrayLike<number>): FedValues {
  return { type: 'int64', values: BigInt64Array.from(Array.from(values), BigInt), dims: [values.length] };
}

function groupsOf(binding: Binding, ids: string): Uint32Array {
  const { starts, order } = binding.groups(ids);
  const out = new Uint32Array(order.length);
  for (let u = 0; u + 1 < starts.length; u++) for (let i = starts[u]!; i < starts[u + 1]!; i++) out[order[i]!] = u;
  return out;
}

/** Equal to the table of the kernels. */
function angles(dim: number, theta: number, positions: number): FedValues {
  const half = dim / 2;
  const values = new Float32Array(positions * dim);
  for (let position = 0; position < positions; position++) {
    for (let j = 0; j < half; j++) {
      const angle = position * theta ** (-j / half);
      values[position * dim + j] = Math.cos(angle);
      values[position * dim + half + j] = Math.sin(angle);
    }
  }
  return { type: 'float32', values, dims: [positions, dim] };
}

function sequenceTable(kind: string, rest: readonly string[], binding: Binding): FedValues {
  const name = rest.at(-1)!;
  const starts = binding.starts(name);
  const count = starts.length - 1;
  const total = starts[count]!;
  const longest = binding.longest(name);
  const lengthOf = (s: number) => starts[s + 1]! - starts[s]!;
  /** One number for each place of a padded value; `at` gets the sequence and the position, or nothing at padding. */
  const places = (at: (s: number, i: number) => number, padding: number) =>
    Float64Array.from({ length: count * longest }, (_, cell) => {
      const [s, i] = [Math.floor(cell / longest), cell % longest];
      return i < lengthOf(s) ? at(s, i) : padding;
    });
  /** One number for each row. */
  const byRow = (at: (s: number, i: number) => number) => {
    const out = new Float64Array(total);
    for (let s = 0; s < count; s++) for (let i = 0; i < lengthOf(s); i++) out[starts[s]! + i] = at(s, i);
    return out;
  };
  const bySequence = (at: (s: number) => number) => Float64Array.from({ length: count }, (_, s) => at(s));
  const float = (values: Float64Array, ...dims: number[]): FedValues => ({
    type: 'float32',
    values: Float32Array.from(values),
    dims,
  });
  switch (kind) {
    case 'cells':
      return integers(places((s, i) => starts[s]! + i, total));
    case 'rows':
      return integers(byRow((s, i) => s * longest + i));
    case 'squares':
      return integers(squares(binding, name, Number(rest[0])).cellOf);
    case 'square-cells':
      return integers(squares(binding, name, Number(rest[0])).placeOf);
    case 'shape':
      return integers([count, longest]);
    case 'key-bias':
      return float(
        places(() => 0, -1e30),
        count,
        1,
        1,
        longest,
      );
    case 'filled':
      return float(
        places(() => 1, 0),
        count,
        longest,
        1,
      );
    case 'inverse-lengths':
      return float(
        bySequence((s) => (lengthOf(s) === 0 ? 0 : 1 / lengthOf(s))),
        count,
        1,
      );
    case 'first':
      return integers(bySequence((s) => (lengthOf(s) === 0 ? total : starts[s]!)));
    case 'last':
      return integers(bySequence((s) => (lengthOf(s) === 0 ? total : starts[s + 1]! - 1)));
    case 'sequence-of':
      return integers(byRow((s) => s));
    case 'is-first':
      return float(
        byRow((_s, i) => Number(i === 0)),
        total,
        1,
      );
    case 'is-last':
      return float(
        byRow((s, i) => Number(i === lengthOf(s) - 1)),
        total,
        1,
      );
    default:
      return integers(binding.positions(name));
  }
}

/** For each place of padded squares its cell, or the number of cells at padding; for each cell its place. */
function squares(binding: Binding, name: string, heads: number): { cellOf: Float64Array; placeOf: Float64Array } {
  const starts = binding.starts(name);
  const cells = binding.cells(name, heads);
  const [count, longest] = [starts.length - 1, binding.longest(name)];
  const total = cells.at(-1)!;
  const cellOf = new Float64Array(count * heads * longest * longest).fill(total);
  const placeOf = new Float64Array(total);
  for (let s = 0; s < count; s++) {
    const length = starts[s + 1]! - starts[s]!;
    for (let h = 0; h < heads; h++) {
      for (let i = 0; i < length; i++) {
        for (let j = 0; j < length; j++) {
          const cell = cells[s]! + (h * length + i) * length + j;
          const place = ((s * heads + h) * longest + i) * longest + j;
          cellOf[place] = cell;
          placeOf[cell] = place;
        }
      }
    }
  }
  return { cellOf, placeOf };
}

// Tables of an exported model: what an operation asks for is computed in the file from `input_ids` and `attention_mask`, (batch, sequence) with
// 1 at tokens, as the field's tools give them. Every place of the batch is a row, padding as well: rows of padding are computed and not read.

import { EngineError } from '@quire/engine/core';
import type { SequenceTables, Tables } from './emission.ts';
import type { OnnxFile } from './model-file.ts';

export interface PaddedOptions {
  /** The name of the tokens in the graph. */
  readonly tokens: string;
  /** Longest text in tokens. */
  readonly length: number;
}

const INPUT_IDS = 'input_ids';
const ATTENTION_MASK = 'attention_mask';

export function paddedTables(file: OnnxFile, { tokens, length }: PaddedOptions): Tables {
  const sequences = new PaddedSequences(file);
  const refuse = (what: string): never => {
    throw new EngineError('UNSUPPORTED', `An exported model has no ${what}`, {
      hint: 'Export a network that reads token numbers and gives rows or vectors.',
    });
  };
  return {
    ids: (name) => {
      if (name === tokens) return file.node('Reshape', [sequences.ids, file.integers([-1])]);
      return name === `${tokens}.positions` ? sequences.positions : refuse(`numbers ${name}`);
    },
    size: (dim) => refuse(`size ${dim}`),
    groups: (ids) => refuse(`groups of ${ids}`),
    angles: (dim, theta) => file.constant(`angles ${dim} ${theta}`, angles(dim, theta, length), [length, dim]),
    sequences: (name) => (name === tokens ? sequences : refuse(`sequences ${name}`)),
  };
}

/** For each position the cosines, then the sines. */
function angles(dim: number, theta: number, positions: number): Float32Array {
  const half = dim / 2;
  return Float32Array.from({ length: positions * dim }, (_, i) => {
    const [position, j] = [Math.floor(i / dim), i % dim];
    const angle = position * theta ** (-(j % half) / half);
    return j < half ? Math.cos(angle) : Math.sin(angle);
  });
}

class PaddedSequences implements SequenceTables {
  readonly #file: OnnxFile;
  readonly #made = new Map<string, string>();

  constructor(file: OnnxFile) {
    this.#file = file;
  }

  get ids(): string {
    return this.#file.input(INPUT_IDS, 'int64', ['batch', 'sequence']);
  }
  get #mask(): string {
    return this.#file.input(ATTENTION_MASK, 'int64', ['batch', 'sequence']);
  }

  padded(rows: string): string {
    const shape = this.#once('rows shape', () => this.#joined([this.shape, this.#file.integers([-1])]));
    return this.#node('Reshape', [rows, shape]);
  }
  rows(padded: string): string {
    return this.#node('Flatten', [padded], { axis: { int: 2 } });
  }
  squares(): string {
    return this.#refuse('squares of attention as one column');
  }
  cells(): string {
    return this.#refuse('squares of attention as one column');
  }

  get shape(): string {
    return this.#once('shape', () => this.#node('Shape', [this.ids]));
  }
  get keyBias(): string {
    return this.#once('key bias', () => {
      const bias = this.#node('Mul', [
        this.#node('Sub', [this.#floatMask, this.#file.number(1)]),
        this.#file.number(1e30),
      ]);
      return this.#node('Unsqueeze', [bias, this.#file.integers([1, 2])]);
    });
  }
  get filled(): string {
    return this.#once('filled', () => this.#node('Unsqueeze', [this.#floatMask, this.#file.integers([2])]));
  }
  get inverseLengths(): string {
    return this.#once('inverse lengths', () => {
      const lengths = this.#node('ReduceSum', [this.#floatMask, this.#file.integers([1])], { keepdims: { int: 1 } });
      const inverse = this.#node('Reciprocal', [this.#node('Max', [lengths, this.#file.number(1)])]);
      return this.#node('Mul', [inverse, this.#node('Sign', [lengths])]);
    });
  }
  get first(): string {
    return this.#once('first', () => this.#end(0));
  }
  get last(): string {
    return this.#once('last', () => this.#end(1));
  }
  get positions(): string {
    return this.#once('positions', () => {
      const counted = this.#node('CumSum', [this.#mask, this.#file.integers([1])]);
      const places = this.#node('Sub', [counted, this.#file.integers([1])]);
      // Padding on the left has no place; any will do.
      return this.#node('Reshape', [this.#node('Max', [places, this.#file.integers([0])]), this.#file.integers([-1])]);
    });
  }
  get sequenceOf(): string {
    return this.#refuse('gradients');
  }
  get isFirst(): string {
    return this.#refuse('gradients');
  }
  get isLast(): string {
    return this.#refuse('gradients');
  }

  get #floatMask(): string {
    return this.#once('mask', () => this.#node('Cast', [this.#mask], { to: { int: 1 } }));
  }

  /** Row of the first (0) or last (1) token of each text. */
  #end(last: 0 | 1): string {
    const column = this.#node('ArgMax', [this.#mask], {
      axis: { int: 1 },
      keepdims: { int: 0 },
      select_last_index: { int: last },
    });
    const part = (i: number) =>
      this.#node('Reshape', [
        this.#node('Slice', [this.shape, this.#file.integers([i]), this.#file.integers([i + 1])]),
        this.#file.integers([]),
      ]);
    const [zero, one] = [0, 1].map((i) => this.#node('Reshape', [this.#file.integers([i]), this.#file.integers([])]));
    const texts = this.#node('Range', [zero!, part(0), one!]);
    return this.#node('Add', [this.#node('Mul', [texts, part(1)]), column]);
  }

  #node(type: string, inputs: readonly string[], attributes?: Parameters<OnnxFile['node']>[2]): string {
    return this.#file.node(type, inputs, attributes);
  }
  #joined(parts: readonly string[]): string {
    return this.#node('Concat', parts, { axis: { int: 0 } });
  }
  #once(key: string, make: () => string): string {
    const found = this.#made.get(key) ?? make();
    this.#made.set(key, found);
    return found;
  }
  #refuse(what: string): never {
    throw new EngineError('UNSUPPORTED', `An exported model has no ${what}`);
  }
}

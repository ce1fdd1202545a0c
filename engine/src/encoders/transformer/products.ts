// The weights that an encoder sets for its kind of products: matrices as f32, or as int8 codes with one scale a row.

import {
  type Codes,
  dense,
  type Graph,
  int8,
  int8Table,
  type NodeId,
  plainTable,
  projectionOf,
  type SlotMaker,
  scalesOf,
  Transformer,
  textVectors,
  type Weights,
  widened,
} from '../../network/index.ts';
import { quantiseRows } from '../token-table.ts';
import type { TransformerModel } from './transformer-model.ts';

/** `int8`: the rows of x and of the weights are rounded to 8 bits each, and their integer products are exact. */
export type Products = 'f32' | 'int8';

const SLOTS: Readonly<Record<Products, SlotMaker>> = { f32: dense, int8 };

/** The network of a model with such products. */
export class ModelNetwork {
  readonly #model: TransformerModel;
  readonly #products: Products;
  readonly #transformer: Transformer;

  constructor(model: TransformerModel, products: Products) {
    this.#model = model;
    this.#products = products;
    this.#transformer = new Transformer(
      model.transformer,
      '',
      SLOTS[products],
      products === 'int8' ? int8Table : plainTable,
    );
  }

  /** The last layer's rows, and one vector a text. */
  forward(graph: Graph, tokens: string): { readonly rows: NodeId; readonly vectors: NodeId } {
    const rows = this.#transformer.forward(graph, tokens);
    return { rows, vectors: textVectors(graph, rows, tokens, this.#model.head, '', SLOTS[this.#products]) };
  }

  /**
   * What the network holds: matrices that the model stores otherwise are rounded as `writeTransformerModel` rounds them, or widened. A folder
   * in f32 with products in int8 therefore has the vectors of its int8 folder.
   */
  held(): { readonly weights: Weights; readonly codes: Codes } {
    const { weights, codes } = this.#model;
    if (this.#products === 'f32') {
      const wide = Object.entries(codes).map(([name, own]) => [name, widened(own, weights[scalesOf(name)]!)] as const);
      const scales = new Set(Object.keys(codes).map(scalesOf));
      const rest = Object.entries(weights).filter(([name]) => !scales.has(name));
      return { weights: Object.fromEntries([...rest, ...wide]), codes: {} };
    }
    const floats = { ...weights };
    const own: Record<string, Int8Array> = {};
    const projection = projectionOf(this.#model.head, this.#model.transformer.width, '', int8);
    for (const { name, cols } of [...this.#transformer.codes, ...(projection?.codes ?? [])]) {
      const stored = codes[name];
      if (stored !== undefined) {
        own[name] = stored;
        continue;
      }
      const { table, scales } = quantiseRows(weights[name]!, cols); // a model has all of its matrices
      own[name] = table.values;
      floats[scalesOf(name)] = scales.values;
      delete floats[name];
    }
    return { weights: floats, codes: own };
  }
}

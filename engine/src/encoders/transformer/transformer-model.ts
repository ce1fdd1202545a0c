// What the transformer encoder needs of a model, whatever files it was read from.

import type { Codes, HeadConfig, TransformerConfig, Weights } from '../../network/index.ts';

export interface TransformerModel {
  /** For messages and model lists. */
  readonly name: string;
  /** "bert", "modernbert", "quire-transformer". */
  readonly architecture: string;
  readonly transformer: TransformerConfig;
  readonly head: HeadConfig;
  /** Put before every query and every document. */
  readonly prefixes: { readonly query: string; readonly document: string };
  /** Tokens read of a text, special ones included. */
  readonly length: number;
  /** tokenizer.json */
  readonly tokenizer: string;
  /** Numbers in f32: vectors, and the matrices that are not in `codes`. */
  readonly weights: Weights;
  /** Matrices as int8 codes; the scales of `name`, one a row, are `name.scales` in `weights`. */
  readonly codes: Codes;
  /** Hash of all of the above. */
  readonly fingerprint: string;
}

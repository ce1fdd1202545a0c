// What the transformer encoder needs of a model, whatever files it was read from.

import type { HeadConfig, TransformerConfig, Weights } from '../../network/index.ts';

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
  readonly weights: Weights;
  /** Hash of all of the above. */
  readonly fingerprint: string;
}

// A model as one ONNX file for the field's tools: input_ids and attention_mask (batch, sequence) in; last_hidden_state (batch, sequence, width)
// and sentence_embedding (batch, dim) out. Prefixes and tokenizer stay in the files beside it.

import { ModelNetwork, type Products, type TransformerModel } from '@quire/engine/encoders';
import { Graph } from '@quire/engine/network';
import { emitOnnx } from './emit.ts';
import { paddedTables } from './padded-tables.ts';

export interface OnnxExportOptions {
  /** Default: as the model is stored. `int8` keeps the codes and rounds the rows of x as our kernels do. */
  readonly products?: Products;
}

const TOKENS = 'tokens';

/** The bytes of `model.onnx`; the same model gives the same bytes. */
export function exportOnnx(model: TransformerModel, options: OnnxExportOptions = {}): Uint8Array {
  const products = options.products ?? (Object.keys(model.codes).length > 0 ? 'int8' : 'f32');
  const network = new ModelNetwork(model, products);
  const graph = new Graph();
  const { rows, vectors } = network.forward(graph, TOKENS);
  const { width, length } = model.transformer;
  return emitOnnx(graph, {
    name: model.name,
    outputs: [
      { node: rows, name: 'last_hidden_state', as: { padded: TOKENS }, dims: ['batch', 'sequence', width] },
      { node: vectors, name: 'sentence_embedding', as: 'rows', dims: ['batch', model.head.projection ?? width] },
    ],
    tables: (file) => paddedTables(file, { tokens: TOKENS, length }),
    stored: network.held(),
    facts: {
      model: model.name,
      fingerprint: model.fingerprint,
      pooling: model.head.pooling,
      'query prefix': model.prefixes.query,
      'document prefix': model.prefixes.document,
    },
  }).bytes;
}

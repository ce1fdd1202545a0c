// BERT (Devlin et al., 2019) as the model hubs store it: MiniLM, E5, BGE and other post-norm encoders with learned positions.

import type { Activation, TransformerConfig, Weights } from '../../network/index.ts';
import { TRANSFORMER_DEFAULTS } from '../../network/index.ts';
import type { Tensors } from '../safetensors.ts';
import type { Members } from './model-files.ts';
import { NamedTensors } from './weights.ts';

/** `hidden_act` → activation. */
const ACTIVATIONS: Readonly<Record<string, Activation>> = {
  gelu: 'gelu',
  gelu_new: 'gelu-tanh',
  gelu_pytorch_tanh: 'gelu-tanh',
  relu: 'relu',
};

export function bertConfig(config: Members): TransformerConfig {
  config.oneOf('position_embedding_type', { absolute: 'absolute' }, 'absolute');
  return {
    ...TRANSFORMER_DEFAULTS,
    vocabulary: config.count('vocab_size'),
    width: config.count('hidden_size'),
    layers: config.count('num_hidden_layers'),
    heads: config.count('num_attention_heads'),
    inner: config.count('intermediate_size'),
    activation: config.oneOf('hidden_act', ACTIVATIONS, 'gelu'),
    norm: 'post',
    positions: 'learned',
    length: config.count('max_position_embeddings'),
    eps: config.number('layer_norm_eps', 1e-12),
    bias: true,
  };
}

/** The parameters of `Transformer` from the tensors of a BERT. */
export function bertWeights(tensors: Tensors, config: TransformerConfig, types: number): Weights {
  const { vocabulary, width, inner, layers, length } = config;
  const named = new NamedTensors(tensors, 'embeddings.word_embeddings.weight');
  const weights: Record<string, Float32Array> = {};
  const linear = (name: string, from: string, outputs: number, inputs: number) => {
    weights[`${name}.weight`] = named.values(`${from}.weight`, [outputs, inputs]);
    weights[`${name}.bias`] = named.values(`${from}.bias`, [outputs]);
  };
  const norm = (name: string, from: string) => {
    const isOld = named.has(`${from}.gamma`); // the names of the first releases
    weights[`${name}.weight`] = named.values(`${from}.${isOld ? 'gamma' : 'weight'}`, [width]);
    weights[`${name}.bias`] = named.values(`${from}.${isOld ? 'beta' : 'bias'}`, [width]);
  };
  weights['token.weight'] = named.values('embeddings.word_embeddings.weight', [vocabulary, width]);
  // A single text has type 0 everywhere: its row is a constant, and joins the positions.
  const positions = named.values('embeddings.position_embeddings.weight', [length, width]).slice();
  const type = named.values('embeddings.token_type_embeddings.weight', [types, width]);
  for (let i = 0; i < positions.length; i++) positions[i]! += type[i % width]!;
  weights['position.weight'] = positions;
  norm('embedding-norm', 'embeddings.LayerNorm');
  for (let i = 0; i < layers; i++) {
    const [to, from] = [`layer.${i}`, `encoder.layer.${i}`];
    for (const part of ['query', 'key', 'value']) {
      linear(`${to}.attention.${part}`, `${from}.attention.self.${part}`, width, width);
    }
    linear(`${to}.attention.output`, `${from}.attention.output.dense`, width, width);
    norm(`${to}.attention-norm`, `${from}.attention.output.LayerNorm`);
    linear(`${to}.ffn.up`, `${from}.intermediate.dense`, inner, width);
    linear(`${to}.ffn.down`, `${from}.output.dense`, width, inner);
    norm(`${to}.ffn-norm`, `${from}.output.LayerNorm`);
  }
  return weights;
}

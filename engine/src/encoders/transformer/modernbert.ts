// ModernBERT (Warner et al., 2024) as the model hubs store it, Granite R2 among them: pre-norm, rotary positions, GeGLU, local attention
// in most layers.

import { EngineError } from '../../core/errors.ts';
import { TRANSFORMER_DEFAULTS, type TransformerConfig, type Weights } from '../../network/index.ts';
import type { Tensors } from '../safetensors.ts';
import type { Members } from './model-files.ts';
import { NamedTensors } from './weights.ts';

export function modernBertConfig(config: Members): TransformerConfig {
  for (const name of ['attention_bias', 'mlp_bias', 'norm_bias']) {
    if (config.flag(name, false)) {
      throw new EngineError(
        'UNSUPPORTED',
        `config.json of the model: ${name} is true; a ModernBERT without biases is run`,
      );
    }
  }
  config.oneOf('hidden_activation', { gelu: 'gelu' }, 'gelu');
  const layers = config.count('num_hidden_layers');
  const rotary = config.object('rope_parameters');
  const thetaOf = (type: string, old: string, fallback: number) =>
    rotary?.object(type)?.number('rope_theta', fallback) ?? config.number(old, fallback);
  return {
    ...TRANSFORMER_DEFAULTS,
    vocabulary: config.count('vocab_size'),
    width: config.count('hidden_size'),
    layers,
    heads: config.count('num_attention_heads'),
    inner: config.count('intermediate_size'),
    activation: 'geglu',
    norm: 'pre',
    positions: 'rotary',
    length: config.count('max_position_embeddings', 8192),
    eps: config.number('norm_eps', 1e-5),
    bias: false,
    firstNorm: false,
    globalEvery: globalEvery(config, layers),
    window: Math.floor(config.count('local_attention', 128) / 2),
    theta: thetaOf('full_attention', 'global_rope_theta', 160_000),
    localTheta: thetaOf('sliding_attention', 'local_rope_theta', 10_000),
  };
}

/** Newer files name the type of each layer; the pattern must be one that repeats from the first layer on. */
function globalEvery(config: Members, layers: number): number {
  const types = config.get('layer_types');
  if (!Array.isArray(types)) return config.count('global_attn_every_n_layers', 3);
  const second = types.indexOf('full_attention', 1);
  const every = second < 0 ? layers : second;
  const fits = types.length === layers && types.every((type, i) => (type === 'full_attention') === (i % every === 0));
  if (fits) return every;
  throw new EngineError('UNSUPPORTED', `config.json of the model: layer_types is ${JSON.stringify(types)}`, {
    hint: 'Global attention in every n-th layer from the first on is run.',
  });
}

/** The parameters of `Transformer` from the tensors of a ModernBERT. */
export function modernBertWeights(tensors: Tensors, config: TransformerConfig): Weights {
  const { vocabulary, width, inner, layers } = config;
  const named = new NamedTensors(tensors, 'embeddings.tok_embeddings.weight');
  const weights: Record<string, Float32Array> = {
    'token.weight': named.values('embeddings.tok_embeddings.weight', [vocabulary, width]),
    'embedding-norm.weight': named.values('embeddings.norm.weight', [width]),
    'final-norm.weight': named.values('final_norm.weight', [width]),
  };
  for (let i = 0; i < layers; i++) {
    const [to, from] = [`layer.${i}`, `layers.${i}`];
    const qkv = named.values(`${from}.attn.Wqkv.weight`, [3 * width, width]);
    for (const [j, part] of ['query', 'key', 'value'].entries()) {
      weights[`${to}.attention.${part}.weight`] = qkv.subarray(j * width * width, (j + 1) * width * width);
    }
    weights[`${to}.attention.output.weight`] = named.values(`${from}.attn.Wo.weight`, [width, width]);
    const raised = named.values(`${from}.mlp.Wi.weight`, [2 * inner, width]); // the activated half, then the gate
    weights[`${to}.ffn.up.weight`] = raised.subarray(0, inner * width);
    weights[`${to}.ffn.gate.weight`] = raised.subarray(inner * width);
    weights[`${to}.ffn.down.weight`] = named.values(`${from}.mlp.Wo.weight`, [width, inner]);
    if (i > 0) weights[`${to}.attention-norm.weight`] = named.values(`${from}.attn_norm.weight`, [width]);
    weights[`${to}.ffn-norm.weight`] = named.values(`${from}.mlp_norm.weight`, [width]);
  }
  return weights;
}

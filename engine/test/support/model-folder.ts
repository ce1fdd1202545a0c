// Test support: small model folders with seeded random weights, laid out as the model hubs lay them out.

import { type ReadModelFile, type Tensor, writeSafetensors } from '@quire/engine/encoders';
import { encodeUtf8, Rng } from '@quire/engine/internals';
import { normal } from '@quire/engine/network';

export type Folder = Map<string, Uint8Array>;

const PIECES = [
  '[PAD]',
  '[UNK]',
  '[CLS]',
  '[SEP]',
  '[MASK]',
  'dense',
  'retriev',
  '##al',
  'of',
  'papers',
  'a',
  'b',
  '##c',
  '.',
  ',',
];

export const TOKENIZER = {
  version: '1.0',
  added_tokens: PIECES.slice(0, 5).map((content, id) => ({ id, content, special: true, normalized: false })),
  normalizer: { type: 'BertNormalizer', lowercase: true },
  pre_tokenizer: { type: 'BertPreTokenizer' },
  post_processor: {
    type: 'TemplateProcessing',
    single: [{ SpecialToken: { id: '[CLS]' } }, { Sequence: { id: 'A' } }, { SpecialToken: { id: '[SEP]' } }],
    special_tokens: { '[CLS]': { ids: [2] }, '[SEP]': { ids: [3] } },
  },
  model: {
    type: 'WordPiece',
    unk_token: '[UNK]',
    continuing_subword_prefix: '##',
    max_input_chars_per_word: 100,
    vocab: Object.fromEntries(PIECES.map((piece, id) => [piece, id])),
  },
};

export const BERT = {
  model_type: 'bert',
  vocab_size: 40,
  hidden_size: 24,
  num_hidden_layers: 2,
  num_attention_heads: 3,
  intermediate_size: 48,
  hidden_act: 'gelu',
  max_position_embeddings: 320,
  type_vocab_size: 2,
  layer_norm_eps: 1e-12,
};

export const MODERN_BERT = {
  model_type: 'modernbert',
  vocab_size: 40,
  hidden_size: 24,
  num_hidden_layers: 4,
  num_attention_heads: 3,
  intermediate_size: 36,
  max_position_embeddings: 512,
  global_attn_every_n_layers: 3,
  local_attention: 16,
  global_rope_theta: 160_000,
  local_rope_theta: 10_000,
  ...{ pad_token_id: 0, bos_token_id: 2, cls_token_id: 2, eos_token_id: 3, sep_token_id: 3 },
  norm_eps: 1e-5,
};

/** Shapes of the tensors of a BERT or ModernBERT of these sizes. Also read by the oracle in test/oracles. */
export function tensorShapes(config: typeof BERT | typeof MODERN_BERT): [string, number[]][] {
  const { vocab_size: vocabulary, hidden_size: width, intermediate_size: inner, num_hidden_layers: layers } = config;
  const each = (make: (i: number) => [string, number[]][]) => Array.from({ length: layers }, (_, i) => make(i)).flat();
  if (config.model_type === 'modernbert') {
    return [
      ['embeddings.tok_embeddings.weight', [vocabulary, width]],
      ['embeddings.norm.weight', [width]],
      ...each((i) => [
        ...(i === 0 ? [] : ([[`layers.${i}.attn_norm.weight`, [width]]] as [string, number[]][])),
        [`layers.${i}.attn.Wqkv.weight`, [3 * width, width]],
        [`layers.${i}.attn.Wo.weight`, [width, width]],
        [`layers.${i}.mlp_norm.weight`, [width]],
        [`layers.${i}.mlp.Wi.weight`, [2 * inner, width]],
        [`layers.${i}.mlp.Wo.weight`, [width, inner]],
      ]),
      ['final_norm.weight', [width]],
    ];
  }
  const linear = (name: string, outputs: number, inputs: number): [string, number[]][] => [
    [`${name}.weight`, [outputs, inputs]],
    [`${name}.bias`, [outputs]],
  ];
  const norm = (name: string): [string, number[]][] => [
    [`${name}.weight`, [width]],
    [`${name}.bias`, [width]],
  ];
  return [
    ['embeddings.word_embeddings.weight', [vocabulary, width]],
    ['embeddings.position_embeddings.weight', [BERT.max_position_embeddings, width]],
    ['embeddings.token_type_embeddings.weight', [BERT.type_vocab_size, width]],
    ...norm('embeddings.LayerNorm'),
    ...each((i) => [
      ...['query', 'key', 'value'].flatMap((part) => linear(`encoder.layer.${i}.attention.self.${part}`, width, width)),
      ...linear(`encoder.layer.${i}.attention.output.dense`, width, width),
      ...norm(`encoder.layer.${i}.attention.output.LayerNorm`),
      ...linear(`encoder.layer.${i}.intermediate.dense`, inner, width),
      ...linear(`encoder.layer.${i}.output.dense`, width, inner),
      ...norm(`encoder.layer.${i}.output.LayerNorm`),
    ]),
  ];
}

/** Norms near 1, everything else near 0 with a deviation of .25: large enough that every term counts. */
export function randomTensors(config: typeof BERT | typeof MODERN_BERT, seed: number): Map<string, Tensor> {
  const rng = new Rng(seed);
  return new Map(
    tensorShapes(config).map(([name, shape]) => {
      const shift = /norm\.weight$/i.test(name) ? 1 : 0;
      const size = shape.reduce((a, b) => a * b, 1);
      const values = Float32Array.from({ length: size }, () => shift + 0.25 * normal(rng));
      return [name, { dtype: 'F32', shape, values }];
    }),
  );
}

export function json(value: unknown): Uint8Array {
  return encodeUtf8(JSON.stringify(value));
}

/** A whole folder: mean pooling, unit length. */
export function modelFolder(config: typeof BERT | typeof MODERN_BERT, seed = 5): Folder {
  return new Map([
    ['config.json', json(config)],
    ['tokenizer.json', json(TOKENIZER)],
    ['model.safetensors', writeSafetensors(randomTensors(config, seed))],
    [
      'modules.json',
      json(
        ['Transformer', 'Pooling', 'Normalize'].map((type, i) => ({
          idx: i,
          name: String(i),
          path: i === 0 ? '' : `${i}_${type}`,
          type: `sentence_transformers.models.${type}`,
        })),
      ),
    ],
    ['1_Pooling/config.json', json({ pooling_mode_mean_tokens: true, pooling_mode_cls_token: false })],
    ['sentence_bert_config.json', json({ max_seq_length: 300, do_lower_case: false })],
  ]);
}

export const readerOf =
  (folder: Folder): ReadModelFile =>
  async (path) =>
    folder.get(path);

// The folders of our own transformers. config.json (model_type "quire-transformer") holds the sizes in the words of TransformerConfig;
// model.safetensors holds the parameters under their own names, matrices as int8 with one scale a row (`<name>.scales`) or as F32.

import { EngineError } from '../../core/errors.ts';
import { encodeUtf8 } from '../../core/utf8.ts';
import {
  type Codes,
  type HeadConfig,
  POOLING,
  type Pooling,
  scalesOf,
  TRANSFORMER_DEFAULTS,
  Transformer,
  type TransformerConfig,
  type Weights,
} from '../../network/index.ts';
import { type Tensor, type Tensors, writeSafetensors } from '../safetensors.ts';
import { quantiseRows } from '../token-table.ts';
import type { Members } from './model-files.ts';
import type { TransformerModel } from './transformer-model.ts';
import { NamedTensors } from './weights.ts';

export const QUIRE_TYPE = 'quire-transformer';
const VERSION = 1;

const ACTIVATIONS = { gelu: 'gelu', 'gelu-tanh': 'gelu-tanh', relu: 'relu', geglu: 'geglu' } as const;
const NORMS = { pre: 'pre', post: 'post' } as const;
const POSITIONS = { learned: 'learned', rotary: 'rotary', none: 'none' } as const;
const POOLINGS = Object.fromEntries(POOLING.map((name) => [name, name])) as Readonly<Record<Pooling, Pooling>>;

export interface QuireConfig {
  readonly name: string;
  readonly transformer: TransformerConfig;
  readonly head: HeadConfig;
  readonly prefixes: TransformerModel['prefixes'];
  readonly length: number;
}

export function quireConfig(config: Members): QuireConfig {
  if (config.count('version') !== VERSION) {
    throw new EngineError('UNSUPPORTED_FORMAT', `The model has version ${config.count('version')}; ${VERSION} is read`);
  }
  const sizes = config.object('transformer');
  const head = config.object('head');
  const prefixes = config.object('prefixes');
  if (sizes === undefined) throw config.wrong('transformer', 'an object');
  if (head === undefined) throw config.wrong('head', 'an object');
  const d = TRANSFORMER_DEFAULTS;
  return {
    name: config.text('name'),
    transformer: {
      vocabulary: sizes.count('vocabulary'),
      width: sizes.count('width'),
      layers: sizes.count('layers', undefined, 0),
      heads: sizes.count('heads'),
      inner: sizes.count('inner'),
      activation: sizes.oneOf('activation', ACTIVATIONS, d.activation),
      norm: sizes.oneOf('norm', NORMS, d.norm),
      positions: sizes.oneOf('positions', POSITIONS, d.positions),
      length: sizes.count('length', d.length),
      eps: sizes.number('eps', d.eps),
      bias: sizes.flag('bias', d.bias),
      embeddingNorm: sizes.flag('embeddingNorm', d.embeddingNorm),
      finalNorm: sizes.flag('finalNorm', d.finalNorm),
      firstNorm: sizes.flag('firstNorm', d.firstNorm),
      globalEvery: sizes.count('globalEvery', d.globalEvery, 0),
      window: sizes.count('window', d.window),
      theta: sizes.number('theta', d.theta),
      localTheta: sizes.number('localTheta', d.localTheta),
    },
    head: {
      pooling: head.oneOf('pooling', POOLINGS),
      normalize: head.flag('normalize'),
      ...(head.has('projection') ? { projection: head.count('projection') } : {}),
    },
    prefixes: { query: prefixes?.text('query', '') ?? '', document: prefixes?.text('document', '') ?? '' },
    length: config.count('length'),
  };
}

/** The shapes of all parameters of a model: those of the transformer, and the projection behind the pooling. */
function parametersOf({ transformer, head }: Pick<QuireConfig, 'transformer' | 'head'>) {
  const projection = { name: 'projection.weight', rows: head.projection ?? 0, cols: transformer.width };
  return [...new Transformer(transformer).parameters, ...(head.projection === undefined ? [] : [projection])];
}

/** Matrices as they are stored, int8 or f32. Throws CORRUPT for a parameter that is missing, has another shape or is not finite. */
export function quireWeights(
  tensors: Tensors,
  config: QuireConfig,
): { readonly weights: Weights; readonly codes: Codes } {
  const named = new NamedTensors(tensors, 'token.weight');
  const weights: Record<string, Float32Array> = {};
  const codes: Record<string, Int8Array> = {};
  for (const { name, rows, cols } of parametersOf(config)) {
    const tensor = tensors.get(name);
    if (tensor?.dtype === 'I8' && tensor.shape.join() === `${rows},${cols}`) {
      codes[name] = tensor.values;
      weights[scalesOf(name)] = named.values(scalesOf(name), [rows]);
    } else weights[name] = named.values(name, [rows, cols]);
  }
  return { weights, codes };
}

export interface WriteModelOptions {
  /** Matrices as int8, a quarter of the bytes. Default true. Norms and biases stay F32. */
  readonly quantise?: boolean;
}

/** The files of a folder that `readTransformerModel` reads. The same model gives the same bytes. */
export function writeTransformerModel(
  model: QuireConfig & { readonly tokenizer: string; readonly weights: Weights },
  { quantise = true }: WriteModelOptions = {},
): ReadonlyMap<string, Uint8Array> {
  const tensors = new Map<string, Tensor>();
  for (const { name, rows, cols } of parametersOf(model)) {
    const values = model.weights[name];
    if (values === undefined || values.length !== rows * cols) {
      throw new EngineError(
        'INVALID_ARGUMENT',
        `The parameter ${name} has ${values?.length ?? 'no'} values, not ${rows * cols}`,
      );
    }
    if (!quantise || rows === 1) {
      tensors.set(name, { dtype: 'F32', shape: [rows, cols], values });
      continue;
    }
    const { table, scales } = quantiseRows(values, cols);
    tensors.set(name, table);
    tensors.set(scalesOf(name), scales);
  }
  const { name, transformer, head, prefixes, length } = model;
  const config = { model_type: QUIRE_TYPE, version: VERSION, name, transformer, head, prefixes, length };
  return new Map([
    ['config.json', encodeUtf8(`${JSON.stringify(config, null, 2)}\n`)],
    ['tokenizer.json', encodeUtf8(model.tokenizer)],
    ['model.safetensors', writeSafetensors(tensors)],
  ]);
}

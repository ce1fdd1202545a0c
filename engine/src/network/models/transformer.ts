// A transformer encoder as data: token numbers in, one row for each token out. One description covers BERT (post-norm, learned positions,
// GELU), ModernBERT (pre-norm, rotary positions, GeGLU, local and global attention) and what lies between. Batches have no padding, so that
// a text gives the same bits alone and among others. Parameters are named as in the field's files after `prefix`.

import { EngineError } from '../../core/errors.ts';
import type { Rng } from '../../core/rng.ts';
import type { Graph } from '../graph.ts';
import { normal } from '../normal.ts';
import type { NodeId, Pooling } from '../ops.ts';
import { rowsOf } from '../shapes.ts';
import { dense, type ParameterShape, type SlotMaker, type SlotOp, type Weights } from './slots.ts';
import { plainTable, type TableMaker, type TableOp } from './tables.ts';

export type Activation = 'gelu' | 'gelu-tanh' | 'relu' | 'geglu';

export interface TransformerConfig {
  /** Rows of the token table. */
  readonly vocabulary: number;
  readonly width: number;
  readonly layers: number;
  /** width is heads · an even number. */
  readonly heads: number;
  /** Width between the two products of a feed-forward block. */
  readonly inner: number;
  /** `geglu`: GELU of one half times the other. */
  readonly activation: Activation;
  /** `pre`: norm before each block and behind the last. `post`: norm behind each sum, as BERT. */
  readonly norm: 'pre' | 'post';
  readonly positions: 'learned' | 'rotary' | 'none';
  /** Longest text in tokens; rows of the position table. */
  readonly length: number;
  readonly eps: number;
  readonly bias: boolean;
  /** Norm behind the token table. */
  readonly embeddingNorm: boolean;
  /** Norm behind the last block; only with `pre`. Without it, rows keep the lengths that the tokens have in the table. */
  readonly finalNorm: boolean;
  /** Every n-th layer from the first sees everything, the others ±window. 0: all see everything. */
  readonly globalEvery: number;
  /** Positions that a local layer sees to each side. */
  readonly window: number;
  /** Base of the rotary angles in global and in local layers. */
  readonly theta: number;
  readonly localTheta: number;
  /** ModernBERT has no norm before the first attention. */
  readonly firstNorm: boolean;
}

export const TRANSFORMER_DEFAULTS = {
  activation: 'gelu',
  norm: 'pre',
  positions: 'rotary',
  length: 256,
  eps: 1e-5,
  bias: true,
  embeddingNorm: true,
  finalNorm: true,
  globalEvery: 0,
  window: 64,
  theta: 10_000,
  localTheta: 10_000,
  firstNorm: true,
} as const satisfies Partial<TransformerConfig>;

/** How the rows of a text become one vector. */
export interface HeadConfig {
  readonly pooling: Pooling;
  /** Columns of a product behind the pooling; absent: none. */
  readonly projection?: number;
  /** Unit length. */
  readonly normalize: boolean;
}

interface Layer {
  readonly query: SlotOp;
  readonly key: SlotOp;
  readonly value: SlotOp;
  readonly output: SlotOp;
  readonly up: SlotOp;
  /** The half of GeGLU that is not activated. */
  readonly gate: SlotOp | undefined;
  readonly down: SlotOp;
}

export class Transformer {
  readonly config: TransformerConfig;
  readonly prefix: string;
  readonly layers: readonly Layer[];
  readonly #tokens: TableOp;
  /** Learned positions only. */
  readonly #positions: TableOp | undefined;

  /** Throws INVALID_ARGUMENT for sizes that do not fit. */
  constructor(config: TransformerConfig, prefix = '', slot: SlotMaker = dense, table: TableMaker = plainTable) {
    checkConfig(config);
    this.config = config;
    this.prefix = prefix;
    const { width, inner, bias, activation, vocabulary, positions, length } = config;
    this.#tokens = table({ name: `${prefix}token.weight`, rows: vocabulary, cols: width });
    this.#positions =
      positions === 'learned' ? table({ name: `${prefix}position.weight`, rows: length, cols: width }) : undefined;
    this.layers = Array.from({ length: config.layers }, (_, i) => {
      const make = (name: string, inputs: number, outputs: number) =>
        slot({ name: `${prefix}layer.${i}.${name}`, inputs, outputs, bias });
      return {
        query: make('attention.query', width, width),
        key: make('attention.key', width, width),
        value: make('attention.value', width, width),
        output: make('attention.output', width, width),
        up: make('ffn.up', width, inner),
        gate: activation === 'geglu' ? make('ffn.gate', width, inner) : undefined,
        down: make('ffn.down', inner, width),
      };
    });
  }

  /** One row for each token of the input `tokens` (ids and sequences of that name). */
  forward(graph: Graph, tokens: string): NodeId {
    const { norm, layers, finalNorm } = this.config;
    let x = this.#embed(graph, tokens);
    for (let i = 0; i < layers; i++) x = this.#layer(graph, tokens, x, i);
    return norm === 'pre' && finalNorm ? this.#norm(graph, 'final-norm', x) : x;
  }

  /** Names and shapes of all f32 parameters. */
  get parameters(): readonly ParameterShape[] {
    const { width } = this.config;
    const slots = this.layers.flatMap((layer) => slotsOf(layer).flatMap((slot) => slot.parameters));
    return [
      ...this.#tokens.parameters,
      ...(this.#positions?.parameters ?? []),
      ...this.#norms().flatMap((name) => [
        { name: `${this.prefix}${name}.weight`, rows: 1, cols: width },
        ...(this.config.bias ? [{ name: `${this.prefix}${name}.bias`, rows: 1, cols: width }] : []),
      ]),
      ...slots,
    ];
  }

  /** Names and shapes of all matrices that are held as int8 codes. */
  get codes(): readonly ParameterShape[] {
    const slots = this.layers.flatMap((layer) => slotsOf(layer).flatMap((slot) => slot.codes));
    return [...this.#tokens.codes, ...(this.#positions?.codes ?? []), ...slots];
  }

  /**
   * Random weights. With `quiet`, the products that end a block are 0: the model starts as its token table, and a table that was trained alone loses
   * nothing.
   */
  initialise(rng: Rng, { quiet = false }: { readonly quiet?: boolean } = {}): Record<string, Float32Array> {
    const { vocabulary, width, positions, length } = this.config;
    const weights: Record<string, Float32Array> = {};
    const table = (rows: number, deviation: number) =>
      Float32Array.from({ length: rows * width }, () => normal(rng) * deviation);
    weights[`${this.prefix}token.weight`] = table(vocabulary, 1 / Math.sqrt(width));
    if (positions === 'learned') weights[`${this.prefix}position.weight`] = table(length, 0.02);
    for (const name of this.#norms()) {
      weights[`${this.prefix}${name}.weight`] = new Float32Array(width).fill(1);
      if (this.config.bias) weights[`${this.prefix}${name}.bias`] = new Float32Array(width);
    }
    for (const layer of this.layers) {
      for (const slot of slotsOf(layer)) {
        const ends = slot === layer.output || slot === layer.down;
        slot.initialise(rng, weights, ends && quiet ? 0 : 1);
      }
    }
    return weights;
  }

  /** Multiplications and additions of the products for one token, without attention's own. */
  get flopsPerToken(): number {
    return this.layers.reduce(
      (sum, layer) => sum + slotsOf(layer).reduce((all, slot) => all + slot.cost().flopsPerRow, 0),
      0,
    );
  }

  #embed(graph: Graph, tokens: string): NodeId {
    let x = this.#tokens.forward(graph, tokens);
    if (this.#positions !== undefined) {
      x = graph.sum(x, this.#positions.forward(graph, `${tokens}.positions`, rowsOf(tokens)));
    }
    return this.config.embeddingNorm ? this.#norm(graph, 'embedding-norm', x) : x;
  }

  #layer(graph: Graph, tokens: string, x: NodeId, i: number): NodeId {
    const { norm, firstNorm } = this.config;
    const before = (name: string, input: NodeId) => (norm === 'pre' ? this.#norm(graph, name, input) : input);
    const after = (name: string, sum: NodeId) => (norm === 'post' ? this.#norm(graph, name, sum) : sum);
    const entering = i === 0 && !firstNorm ? x : before(`layer.${i}.attention-norm`, x);
    const attended = graph.sum(x, this.#attention(graph, tokens, entering, i));
    const middle = after(`layer.${i}.attention-norm`, attended);
    const fed = graph.sum(middle, this.#feedForward(graph, before(`layer.${i}.ffn-norm`, middle), i));
    return after(`layer.${i}.ffn-norm`, fed);
  }

  #attention(graph: Graph, tokens: string, x: NodeId, i: number): NodeId {
    const { heads, width, positions, globalEvery, window, theta, localTheta } = this.config;
    const layer = this.layers[i]!;
    const dim = width / heads;
    const isLocal = globalEvery > 0 && i % globalEvery !== 0;
    const turn = (node: NodeId) =>
      positions === 'rotary' ? graph.rotate(node, dim, isLocal ? localTheta : theta, tokens) : node;
    const mixed = graph.attention(
      turn(layer.query.forward(graph, x)),
      turn(layer.key.forward(graph, x)),
      layer.value.forward(graph, x),
      { heads, dim, scale: 1 / Math.sqrt(dim), window: isLocal ? window : 0, causal: false, sequences: tokens },
    );
    return layer.output.forward(graph, mixed);
  }

  #feedForward(graph: Graph, x: NodeId, i: number): NodeId {
    const { activation } = this.config;
    const { up, gate, down } = this.layers[i]!;
    const raised = graph.unary(activation === 'geglu' ? 'gelu' : activation, up.forward(graph, x));
    return down.forward(graph, gate === undefined ? raised : graph.product(raised, gate.forward(graph, x)));
  }

  #norm(graph: Graph, name: string, x: NodeId): NodeId {
    const { width, eps, bias } = this.config;
    const gain = graph.parameter(`${this.prefix}${name}.weight`, 1, width);
    return graph.layerNorm(x, gain, bias ? graph.parameter(`${this.prefix}${name}.bias`, 1, width) : undefined, eps);
  }

  #norms(): readonly string[] {
    const { norm, layers, embeddingNorm, finalNorm, firstNorm } = this.config;
    const inLayers = Array.from({ length: layers }, (_, i) =>
      i === 0 && norm === 'pre' && !firstNorm
        ? [`layer.0.ffn-norm`]
        : [`layer.${i}.attention-norm`, `layer.${i}.ffn-norm`],
    ).flat();
    return [
      ...(embeddingNorm ? ['embedding-norm'] : []),
      ...inLayers,
      ...(norm === 'pre' && finalNorm ? ['final-norm'] : []),
    ];
  }
}

/** One vector for each text from the rows of its tokens. */
export function textVectors(
  graph: Graph,
  rows: NodeId,
  tokens: string,
  head: HeadConfig,
  prefix = '',
  slot: SlotMaker = dense,
): NodeId {
  const pooled = graph.pool(head.pooling, rows, tokens);
  const width = graph.shape(pooled).cols as number; // a transformer's rows have its width
  const projected = projectionOf(head, width, prefix, slot)?.forward(graph, pooled) ?? pooled;
  return head.normalize ? graph.normalize(projected) : projected;
}

/** The product behind the pooling; undefined where the head has none. */
export function projectionOf(
  { projection }: HeadConfig,
  width: number,
  prefix = '',
  slot: SlotMaker = dense,
): SlotOp | undefined {
  if (projection === undefined) return undefined;
  return slot({ name: `${prefix}projection`, inputs: width, outputs: projection, bias: false });
}

function slotsOf({ query, key, value, output, up, gate, down }: Layer): readonly SlotOp[] {
  return [query, key, value, output, up, ...(gate === undefined ? [] : [gate]), down];
}

function checkConfig({ width, heads, ...config }: TransformerConfig): void {
  for (const [name, value] of Object.entries({ width, heads, ...config })) {
    if (typeof value !== 'number' || name === 'eps') continue;
    if (Number.isInteger(value) && value >= 0) continue;
    throw new EngineError('INVALID_ARGUMENT', `${name} of a transformer is ${value}`, { hint: 'Pass a whole number.' });
  }
  if (heads > 0 && width % heads === 0 && (width / heads) % 2 === 0) return;
  throw new EngineError('INVALID_ARGUMENT', `A width of ${width} does not divide into ${heads} heads of an even size`);
}

export type { Weights };

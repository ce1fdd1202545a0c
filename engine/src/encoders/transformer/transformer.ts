// The `transformer` encoder: a text's tokens through a network of attention, one vector for the text. A batch has no padding, so a
// text has the same vector alone and among others, on one thread and on several, in Node and in a page.

import { EngineError, throwIfAborted } from '../../core/errors.ts';
import { plainFingerprints } from '../../core/fingerprint.ts';
import { nextTurn } from '../../core/turn.ts';
import type { Cancellable, DenseRep, Encoder, Fingerprint, Side } from '../../core/types.ts';
import { type Executor, Graph, type NodeId, positionsOf, WasmExecutor, type WasmOptions } from '../../network/index.ts';
import { type Tokenizer, tokenizer as tokenizerOf } from '../../text/index.ts';
import { joinedFields } from '../document-text.ts';
import { checkVocabulary } from './model.ts';
import { ModelNetwork, type Products } from './products.ts';
import type { TransformerModel } from './transformer-model.ts';

export interface TransformerEncoderOptions extends Pick<WasmOptions, 'threads' | 'workers' | 'memory'> {
  /** The fields that make a document's text, in this order, joined by line feeds; part of the space. Default: all. */
  readonly fields?: readonly string[];
  /** Tokens read of a text, at most the model's own limit, which is the default. */
  readonly length?: number;
  /** Keeps the first columns of a vector (Kusupati et al., 2022), at unit length again. Default: all. */
  readonly dim?: number;
  /** Tokens of a batch. Default 2,048. Changes speed and memory, not vectors. */
  readonly batchTokens?: number;
  /**
   * Products of the network; part of the space. `int8` takes a quarter of the memory and is faster; it rounds x and weights to 8 bits. Default:
   * `int8` where the model holds int8 codes, else `f32`.
   */
  readonly products?: Products;
  /**
   * Runs the network instead of the kernels; `close` closes it. Part of the space, because its results differ in their last bits. Default: the
   * kernels, with `threads`, `workers` and `memory`.
   */
  readonly executor?: Executor;
}

export interface TransformerEncoder extends Encoder<'dense'> {
  readonly dim: number;
  readonly model: string;
  /** The vectors of token numbers, special ones included, one sequence a text. */
  encodeTokens(sequences: readonly Uint32Array[], options?: Cancellable): Promise<readonly Float32Array[]>;
  /** The last layer's rows of one sequence, (tokens, width): for parity tests and token-level models. */
  hiddenStates(tokens: Uint32Array): Promise<Float32Array>;
  /** Ends its workers and frees its memory. */
  close(): void;
}

const TOKENS = 'tokens';
const DEFAULT_BATCH = 2048;

/** Throws UNSUPPORTED for a tokenizer that is not read, CORRUPT for one of another model, INVALID_ARGUMENT for options. */
export async function transformerEncoder(
  model: TransformerModel,
  options: TransformerEncoderOptions = {},
): Promise<TransformerEncoder> {
  const tokenizer = tokenizerOf(model.tokenizer);
  checkVocabulary(model, tokenizer.size);
  const products = options.products ?? (Object.keys(model.codes).length > 0 ? 'int8' : 'f32');
  checkProducts(products);
  const network = new ModelNetwork(model, products);
  const executor = options.executor ?? (await WasmExecutor.open(options));
  try {
    const { weights, codes } = network.held();
    for (const [name, values] of Object.entries(weights)) executor.setParameter(name, values);
    for (const [name, values] of Object.entries(codes)) executor.setCodes(name, values);
    return new RunningEncoder(model, tokenizer, executor, network, { ...options, products });
  } catch (error) {
    executor.close();
    throw error;
  }
}

class RunningEncoder implements TransformerEncoder {
  readonly name = 'transformer';
  readonly queryKind = 'dense';
  readonly documentKind = 'dense';
  readonly space: string;
  readonly fingerprints: Readonly<Record<Side, Fingerprint>>;
  readonly dim: number;
  readonly model: string;
  readonly #model: TransformerModel;
  readonly #tokenizer: Tokenizer;
  readonly #executor: Executor;
  readonly #fields: readonly string[] | undefined;
  readonly #length: number;
  readonly #batchTokens: number;
  readonly #graph = new Graph();
  readonly #rows: NodeId;
  readonly #vectors: NodeId;
  /** Calls run one after another: a run uses the executor's whole workspace. */
  #running: Promise<unknown> = Promise.resolve();

  constructor(
    model: TransformerModel,
    tokenizer: Tokenizer,
    executor: Executor,
    network: ModelNetwork,
    { fields, length = model.length, dim, batchTokens = DEFAULT_BATCH, products }: TransformerEncoderOptions,
  ) {
    const { width } = model.transformer;
    const full = model.head.projection ?? width;
    checkBetween('length', length, 3, model.length);
    checkBetween('dim', dim ?? full, 1, full);
    checkBetween('batchTokens', batchTokens, 1, 1 << 20);
    this.#model = model;
    this.#tokenizer = tokenizer;
    this.#executor = executor;
    this.#fields = fields;
    this.#length = length;
    this.#batchTokens = batchTokens;
    this.model = model.name;
    this.dim = dim ?? full;
    const build = executor.build === 'simd' ? '' : `-${executor.build}`;
    const kind = `transformer${products === 'int8' ? '-int8' : ''}${build}`;
    this.space = `${kind}-${[model.fingerprint, this.dim, length, ...(fields ?? [])].join('-')}`;
    this.fingerprints = plainFingerprints(this.space);
    const { rows, vectors } = network.forward(this.#graph, TOKENS);
    this.#rows = rows;
    this.#vectors = vectors;
  }

  encodeQueries(texts: readonly string[], options: Cancellable = {}): Promise<readonly DenseRep[]> {
    return this.#encode(texts, 'query', options);
  }

  encodeDocuments(
    documents: readonly Readonly<Record<string, string>>[],
    options: Cancellable = {},
  ): Promise<readonly DenseRep[]> {
    const texts = documents.map((document) => joinedFields(document, this.#fields));
    return this.#encode(texts, 'document', options);
  }

  async encodeTokens(sequences: readonly Uint32Array[], options: Cancellable = {}): Promise<readonly Float32Array[]> {
    const out: Float32Array[] = [];
    for (const batch of batches(sequences, this.#batchTokens)) {
      throwIfAborted(options.signal);
      const ran = await this.#run(batch, this.#vectors);
      const full = ran.length / batch.length;
      for (let i = 0; i < batch.length; i++) out.push(this.#cut(ran.subarray(i * full, (i + 1) * full)));
      await nextTurn();
    }
    return out;
  }

  hiddenStates(tokens: Uint32Array): Promise<Float32Array> {
    return this.#run([tokens], this.#rows);
  }

  close(): void {
    this.#executor.close();
  }

  async #encode(texts: readonly string[], side: Side, options: Cancellable): Promise<readonly DenseRep[]> {
    throwIfAborted(options.signal);
    const prefix = this.#model.prefixes[side];
    const fingerprint = this.fingerprints[side];
    const sequences = texts.map((text, i) => this.#tokens(prefix + text, i, options));
    const vectors = await this.encodeTokens(sequences, options);
    return vectors.map((vec) => ({ kind: 'dense', space: this.space, fingerprint, vec }));
  }

  #tokens(text: string, index: number, { trace }: Cancellable): Uint32Array {
    const { ids, truncated } = this.#tokenizer.encode(text, { maxLength: this.#length });
    if (truncated) {
      trace?.({
        name: 'encode.truncated',
        message: `Text ${index} has more than ${this.#length} tokens; the rest is not read`,
        facts: { text: index, limit: this.#length, characters: text.length },
      });
    }
    return ids;
  }

  #run(sequences: readonly Uint32Array[], output: NodeId): Promise<Float32Array> {
    const run = this.#running.then(async () => {
      const starts = new Uint32Array(sequences.length + 1);
      for (const [i, { length }] of sequences.entries()) starts[i + 1] = starts[i]! + length;
      const ids = new Uint32Array(starts.at(-1)!);
      for (const [i, sequence] of sequences.entries()) ids.set(sequence, starts[i]!);
      const feeds = {
        ids: { [TOKENS]: ids, [`${TOKENS}.positions`]: positionsOf(starts) },
        sequences: { [TOKENS]: starts },
      };
      return (await this.#executor.run(this.#graph, feeds, [output])).value(output);
    });
    this.#running = run.catch(() => undefined); // the caller gets the error
    return run;
  }

  #cut(vector: Float32Array): Float32Array {
    if (this.dim === vector.length) return vector.slice();
    const cut = vector.slice(0, this.dim);
    if (!this.#model.head.normalize) return cut;
    let squares = 0;
    for (const value of cut) squares += value * value;
    const length = Math.sqrt(squares);
    return length === 0 ? cut : cut.map((value) => value / length);
  }
}

/** Runs of sequences with at most `most` tokens; a longer sequence is a run of its own. */
function* batches(sequences: readonly Uint32Array[], most: number): Generator<readonly Uint32Array[]> {
  let from = 0;
  let tokens = 0;
  for (const [i, { length }] of sequences.entries()) {
    if (i > from && tokens + length > most) {
      yield sequences.slice(from, i);
      from = i;
      tokens = 0;
    }
    tokens += length;
  }
  if (from < sequences.length) yield sequences.slice(from);
}

function checkProducts(products: string): void {
  if (products === 'f32' || products === 'int8') return;
  throw new EngineError('INVALID_ARGUMENT', `products is ${JSON.stringify(products)}`, { hint: 'Pass f32 or int8.' });
}

function checkBetween(name: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new EngineError('INVALID_ARGUMENT', `${name} is ${value}`, {
    hint: `Pass a whole number from ${least} to ${most}.`,
  });
}

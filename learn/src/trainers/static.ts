// Trains a token table so that a title lies near its abstract (and a sentence near the rest of its abstract): a text is
// the unit-length sum of √count × weight × row over its tokens, the loss is InfoNCE over the batch, rows move by lazy
// Adam. One thread, plain TypeScript. Every random choice is a function of (seed, step), so a run that is stopped
// and resumed gives the same bytes as an uninterrupted one.

import { type Cancellable, EngineError, throwIfAborted } from '@quire/engine/core';
import { Rng } from '@quire/engine/internals';
import { BagReader } from '../data/bags.ts';
import type { TrainingTexts } from '../data/texts.ts';
import { rowsOf } from '../linear/ragged.ts';
import { infoNce } from '../losses/info-nce.ts';
import { AdamRows, type AdamState } from '../optimisers/adam-rows.ts';
import { type EncodedBag, encodeBag, RowGradients } from './bag-encoder.ts';

/** All settings that change the result, besides the texts and the starting table. */
export interface StaticTrainingConfig {
  readonly seed: number;
  /** Pairs a step; each has batch − 1 negatives. */
  readonly batch: number;
  /** Steps of the whole run; the learning rate falls linearly to zero at the last. */
  readonly steps: number;
  /** Steps over which the learning rate rises from zero. */
  readonly warmup: number;
  readonly learningRate: number;
  readonly temperature: number;
  readonly symmetric: boolean;
  /** Share of pairs that are a sentence and the rest of its paper instead of a title and its abstract. 0 … 1. */
  readonly sentenceShare: number;
  /** Works are drawn in groups of this size from one cluster, so that negatives are near. 1 = no grouping. */
  readonly groupSize: number;
}

/** The state between two steps. `step` steps are done. */
export interface StaticTrainingState {
  readonly step: number;
  readonly table: Float32Array; // (vocabulary, dim)
  readonly optimiser: AdamState;
}

export interface StaticTrainingStart {
  readonly texts: TrainingTexts;
  /** Token weights, fixed during training. */
  readonly weights: Float32Array; // (vocabulary)
  /** Cluster of each work, for groupSize > 1. */
  readonly clusters?: Uint32Array; // (works)
  readonly config: StaticTrainingConfig;
}

/** Runs steps one at a time; holds the table and the optimiser. */
export class StaticTrainer {
  readonly table: Float32Array; // (vocabulary, dim)
  readonly dim: number;
  readonly #start: StaticTrainingStart;
  readonly #adam: AdamRows;
  readonly #bags: BagReader;
  readonly #gradients: RowGradients;
  #step: number;
  #order: { readonly epoch: number; readonly works: Uint32Array } | undefined;

  /** From a starting table (copied), or from the state of an earlier run of the same texts and configuration. */
  constructor(start: StaticTrainingStart, from: Float32Array | StaticTrainingState) {
    const vocabulary = start.weights.length;
    const state = from instanceof Float32Array ? { step: 0, table: from.slice(), optimiser: undefined } : from;
    this.#start = start;
    this.table = state.table;
    this.dim = state.table.length / vocabulary;
    checkStart(start, this.dim);
    this.#adam = new AdamRows(vocabulary, this.dim, state.optimiser);
    this.#bags = new BagReader(vocabulary);
    this.#gradients = new RowGradients(vocabulary, this.dim);
    this.#step = state.step;
  }

  get step(): number {
    return this.#step;
  }

  /** A view of the state: write it out before the next step. */
  state(): StaticTrainingState {
    return { step: this.#step, table: this.table, optimiser: this.#adam.state };
  }

  /** Trains up to step `until` (default: the end). Returns the mean loss of those steps, nats; NaN when there was none. */
  train(until = this.#start.config.steps, { signal, trace }: Cancellable = {}): number {
    const last = Math.min(until, this.#start.config.steps);
    let sum = 0;
    const first = this.#step;
    while (this.#step < last) {
      throwIfAborted(signal);
      const loss = this.#trainStep();
      sum += loss;
      trace?.({ name: 'train.step', done: this.#step, total: this.#start.config.steps, facts: { loss } });
    }
    return sum / (this.#step - first);
  }

  #trainStep(): number {
    const { batch, temperature, symmetric } = this.#start.config;
    const rng = new Rng(mix(this.#start.config.seed, 0x5e17, this.#step));
    const queries = new Float64Array(batch * this.dim);
    const documents = new Float64Array(batch * this.dim);
    const sides: EncodedBag[] = [];
    for (let i = 0; i < batch; i++)
      this.#readPair(this.#workAt(this.#step * batch + i), rng, queries, documents, i, sides);

    const result = infoNce(queries, documents, batch, { temperature, symmetric });
    for (let i = 0; i < batch; i++) {
      this.#gradients.add(sides[2 * i]!, queries, result.queries, i * this.dim);
      this.#gradients.add(sides[2 * i + 1]!, documents, result.documents, i * this.dim);
    }
    const learningRate = this.#learningRate();
    this.#gradients.forEachRow((row, gradient, at) => {
      this.#adam.update(this.table, row, gradient, at, { learningRate });
    });
    this.#gradients.clear();
    this.#step++;
    return result.loss;
  }

  /** Encodes one pair into row i of both matrices. */
  #readPair(
    work: number,
    rng: Rng,
    queries: Float64Array,
    documents: Float64Array,
    i: number,
    sides: EncodedBag[],
  ): void {
    const { titles, abstracts, sentences } = this.#start.texts;
    const bags = this.#bags;
    const from = abstracts.offsets[work]!;
    const to = abstracts.offsets[work + 1]!;
    const first = sentences.offsets[work]!;
    const count = sentences.offsets[work + 1]! - first;
    const bySentence = rng.float() < this.#start.config.sentenceShare && count > 1;
    let start = from;
    let end = from;
    if (bySentence) {
      // sentences.ids hold where each sentence ends, counted from the abstract's first token.
      const s = rng.below(count);
      start = from + (s === 0 ? 0 : sentences.ids[first + s - 1]!);
      end = from + sentences.ids[first + s]!;
    }
    bags.clear();
    if (bySentence) bags.add(abstracts.ids, start, end);
    else bags.add(titles.ids, titles.offsets[work]!, titles.offsets[work + 1]!);
    sides.push(encodeBag(bags, this.table, this.#start.weights, queries, i));
    bags.clear();
    if (bySentence) bags.add(titles.ids, titles.offsets[work]!, titles.offsets[work + 1]!);
    bags.add(abstracts.ids, from, start);
    bags.add(abstracts.ids, end, to);
    sides.push(encodeBag(bags, this.table, this.#start.weights, documents, i));
  }

  /** The i-th work of the training run: every epoch has its own shuffle. */
  #workAt(i: number): number {
    const works = rowsOf(this.#start.texts.titles);
    const epoch = Math.floor(i / works);
    if (this.#order?.epoch !== epoch) this.#order = { epoch, works: epochOrder(this.#start, epoch) };
    return this.#order.works[i % works]!;
  }

  #learningRate(): number {
    const { learningRate, warmup, steps } = this.#start.config;
    const rise = warmup === 0 ? 1 : Math.min(1, (this.#step + 1) / warmup);
    return learningRate * rise * ((steps - this.#step) / steps);
  }
}

/** Shuffled works; with groups, groups of works from one cluster in shuffled order. */
function epochOrder({ texts, clusters, config }: StaticTrainingStart, epoch: number): Uint32Array {
  const rng = new Rng(mix(config.seed, 0xe90c, epoch));
  const works = rng.shuffle(Array.from({ length: rowsOf(texts.titles) }, (_, i) => i));
  if (config.groupSize === 1 || clusters === undefined) return Uint32Array.from(works);
  const open = new Map<number, number[]>();
  const runs: number[][] = [];
  for (const work of works) {
    const cluster = clusters[work]!;
    const run = open.get(cluster) ?? [];
    if (run.length === 0) open.set(cluster, run);
    run.push(work);
    if (run.length === config.groupSize) {
      runs.push(run);
      open.delete(cluster);
    }
  }
  runs.push(...[...open.entries()].sort((a, b) => a[0] - b[0]).map(([, run]) => run));
  return Uint32Array.from(rng.shuffle(runs).flat());
}

/** One 32-bit seed from three numbers. */
function mix(seed: number, purpose: number, index: number): number {
  const rng = new Rng(seed ^ Math.imul(purpose, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b));
  return rng.uint32();
}

function checkStart({ texts, config, clusters }: StaticTrainingStart, dim: number): void {
  const works = rowsOf(texts.titles);
  const wrong =
    !Number.isInteger(dim) || dim < 1
      ? `a table of ${dim} dimensions`
      : rowsOf(texts.abstracts) !== works || rowsOf(texts.sentences) !== works
        ? `${works} titles, ${rowsOf(texts.abstracts)} abstracts and ${rowsOf(texts.sentences)} lists of sentences`
        : config.batch < 2 || config.batch > works
          ? `a batch of ${config.batch} out of ${works} works`
          : config.groupSize > 1 && clusters?.length !== works
            ? `groups of ${config.groupSize} without a cluster for every work`
            : undefined;
  if (wrong !== undefined) throw new EngineError('INVALID_ARGUMENT', `Training cannot start with ${wrong}`);
}

// Trains a retriever on judged queries: the stages of the recipe one after another, each resumable at any step. ADORE freezes the documents: their vectors
// are computed once, kept with their hash, and never written again.

import { type Cancellable, EngineError, fingerprint } from '@quire/engine/core';
import { writeTransformerModel } from '@quire/engine/encoders';
import { encodeUtf8, Rng, sha256Hex } from '@quire/engine/internals';
import {
  type Executor,
  type HeadConfig,
  Transformer,
  type TransformerConfig,
  textVectors,
  type Weights,
} from '@quire/engine/network';
import { tokenizer as tokenizerOf } from '@quire/engine/text';
import { type Ragged, RaggedBuilder } from '../linear/ragged.ts';
import { TextVectors } from '../retrieval/encoding.ts';
import { type Found, measureVectors } from '../retrieval/measure.ts';
import { bm25Lists, keptLists, minedLists } from '../retrieval/mined-lists.ts';
import type { NegativeSource } from '../retrieval/negatives.ts';
import { adoreObjective, batchObjective, type LiveLists, type RetrieverTexts } from '../retrieval/objectives.ts';
import type { JudgedTexts } from '../retrieval/pairs.ts';
import { byteLevelBpeJson, trainByteLevelBpe } from '../tokenizers/byte-level-bpe-trainer.ts';
import { countWords } from '../tokenizers/count-words.ts';
import { wordPieceJson } from '../tokenizers/wordpiece-file.ts';
import { trainWordPiece } from '../tokenizers/wordpiece-trainer.ts';
import { Trainer } from '../trainers/trainer.ts';
import { readTrainingCheckpoint, writeTrainingCheckpoint } from '../trainers/training-checkpoint.ts';
import type { BatchStage, RetrievalRecipe, RetrievalStage } from './retrieval-recipe.ts';

/** A model to start from, with weights in f32. */
export interface RetrieverStart {
  readonly transformer: TransformerConfig;
  readonly head: HeadConfig;
  readonly tokenizer: string;
  readonly prefixes: { readonly query: string; readonly document: string };
  readonly length: number;
  readonly weights: Weights;
}

export interface RetrievalInput {
  readonly recipe: RetrievalRecipe;
  readonly judged: JudgedTexts;
  /** Judged queries over the same documents, measured after each stage. */
  readonly dev?: JudgedTexts;
  /** Where the recipe names no model. */
  readonly start?: RetrieverStart;
  readonly executor: Executor;
  /** What the bits of a checkpoint depend on, as in `DistillationInput`. */
  readonly kernels: string;
  readonly scratch: (name: string) => string;
}

export interface RetrievalOptions extends Cancellable {
  /** Steps between two checkpoints. Default 100. */
  readonly checkpointEvery?: number;
  readonly onStep?: (event: {
    readonly stage: string;
    readonly step: number;
    readonly steps: number;
    readonly loss: number;
    readonly lists?: LiveLists;
  }) => void;
}

export interface StageResult {
  readonly stage: string;
  /** Mean of the last tenth of the steps. */
  readonly loss: number;
  /** On the dev queries, where there are any. */
  readonly dev: Found | undefined;
  /** ADORE: hash of the frozen document vectors before and after. */
  readonly documents?: { readonly before: string; readonly after: string };
}

export interface TrainedRetriever {
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** The folder of the query side, where ADORE has trained one. */
  readonly queryFiles: ReadonlyMap<string, Uint8Array> | undefined;
  readonly model: RetrieverStart;
  readonly stages: readonly StageResult[];
}

const TEXTS = 'texts';
const CHECKPOINT_EVERY = 100;

/** Throws CANCELLED after a checkpoint was written; the next call with the same input goes on from it. */
export async function trainRetriever(input: RetrievalInput, options: RetrievalOptions = {}): Promise<TrainedRetriever> {
  const { recipe } = input;
  const start = startOf(input, options);
  const texts = textsOf(input.judged, start, recipe);
  const run = fingerprint({ recipe, start: hashOf(start), texts: hashOfTokens(texts.tokens) });
  let weights = start.weights;
  let documentWeights: Weights | undefined;
  const stages: StageResult[] = [];
  for (const [i, stage] of recipe.stages.entries()) {
    if (stage.loss === 'adore') documentWeights = weights;
    const own = { ...input, start, texts, stage, weights, number: i, run: `${run}-${i}` };
    const { result, weights: next } = await runStage(own, options);
    weights = next;
    stages.push(result);
  }
  const write = (own: Weights) => writeTransformerModel({ ...start, name: recipe.name, weights: own });
  const model = { ...start, weights: documentWeights ?? weights };
  return {
    files: write(model.weights),
    queryFiles: documentWeights === undefined ? undefined : write(weights),
    model,
    stages,
  };
}

function startOf({ recipe, start, judged }: RetrievalInput, options: Cancellable): RetrieverStart {
  const { model } = recipe;
  if (model === undefined) {
    if (start !== undefined) return start;
    throw new EngineError('INVALID_ARGUMENT', 'The recipe names no model, and there is none to start from', {
      hint: 'Add "model" and "tokenizer" to the recipe, or give a model folder with --from.',
    });
  }
  const { kind, size } = model.tokenizer;
  const all = [...judged.documents, ...judged.queries];
  const tokenizer =
    kind === 'wordpiece'
      ? wordPieceJson(trainWordPiece(countWords(all), { ...options, size, minCharacterCount: 1 }))
      : byteLevelBpeJson(trainByteLevelBpe(all, { ...options, size }));
  const transformer = { ...model.transformer, vocabulary: tokenizerOf(tokenizer).size };
  const rng = new Rng(recipe.seed);
  const weights = new Transformer(transformer).initialise(rng, { quiet: true });
  const { projection, pooling } = model;
  const head: HeadConfig = { pooling, normalize: true, ...(projection === undefined ? {} : { projection }) };
  if (projection !== undefined) {
    const { width } = transformer;
    weights['projection.weight'] = Float32Array.from(
      { length: projection * width },
      () => (rng.float() - 0.5) * (2 / Math.sqrt(width)),
    );
  }
  return { transformer, head, tokenizer, prefixes: { query: '', document: '' }, length: transformer.length, weights };
}

function textsOf(judged: JudgedTexts, start: RetrieverStart, { data }: RetrievalRecipe): RetrieverTexts {
  const model = new Transformer(start.transformer);
  return {
    judged,
    tokens: tokensOf(judged, start, data),
    feed: { name: TEXTS, positions: start.transformer.positions === 'learned' },
    network: (graph) => textVectors(graph, model.forward(graph, TEXTS), TEXTS, start.head),
  };
}

/** All queries, then all documents. */
function tokensOf(judged: JudgedTexts, start: RetrieverStart, data: RetrievalRecipe['data']): Ragged {
  const tokenizer = tokenizerOf(start.tokenizer);
  const builder = new RaggedBuilder();
  const { prefixes, length } = start;
  const push = (text: string, most: number) =>
    builder.push(tokenizer.encode(text, { maxLength: Math.min(most, length) }).ids);
  for (const text of judged.queries) push(prefixes.query + text, data.queryLength);
  for (const text of judged.documents) push(prefixes.document + text, data.documentLength);
  return builder.build();
}

interface StageInput extends RetrievalInput {
  readonly start: RetrieverStart;
  readonly texts: RetrieverTexts;
  readonly stage: RetrievalStage;
  readonly weights: Weights;
  readonly number: number;
  readonly run: string;
}

async function runStage(
  input: StageInput,
  options: RetrievalOptions,
): Promise<{ readonly result: StageResult; readonly weights: Weights }> {
  const { executor, stage, texts, number, kernels, scratch } = input;
  for (const [name, values] of Object.entries(input.weights)) executor.setParameter(name, values);
  const vectors = new TextVectors(executor, texts.network, texts.feed);
  const origin = { run: input.run, kernels };
  const path = scratch(`stage-${number}.safetensors`);
  const frozen = stage.loss === 'adore' ? await documentVectors(texts, vectors, options) : undefined;
  const before = frozen === undefined ? undefined : hashOfVectors(frozen);
  const adore =
    stage.loss === 'adore' && frozen !== undefined
      ? adoreObjective(texts, { ...options, ...stage, seed: input.recipe.seed, documents: frozen, vectors })
      : undefined;
  const objective =
    adore ?? batchObjective(texts, await batchOptions({ ...input, stage: stage as BatchStage }, vectors, options)); // the other kind
  const trainer = new Trainer(
    executor,
    [objective],
    configOf(input),
    readTrainingCheckpoint(path, origin)?.state ?? input.weights,
  );
  const save = () => writeTrainingCheckpoint(path, trainer.state(), origin);
  const tail = { sum: 0, count: 0 };
  try {
    while (trainer.step < stage.steps) {
      const { checkpointEvery = CHECKPOINT_EVERY } = options;
      const until = Math.min(stage.steps, (Math.floor(trainer.step / checkpointEvery) + 1) * checkpointEvery);
      await trainer.run({
        ...options,
        until,
        trace: (event) => {
          options.trace?.(event);
          const loss = Number(event.facts?.loss);
          const lists = adore === undefined ? {} : { lists: adore.lists() };
          options.onStep?.({ stage: stage.name, step: event.done!, steps: stage.steps, loss, ...lists });
          if (event.done! <= 0.9 * stage.steps) return;
          tail.sum += loss;
          tail.count++;
        },
      });
      save();
    }
  } catch (error) {
    if (error instanceof EngineError && error.code === 'CANCELLED') save();
    throw error;
  }
  const weights = trainer.result();
  for (const [name, values] of Object.entries(weights)) executor.setParameter(name, values);
  const dev = input.dev === undefined ? undefined : await measure(input, input.dev, vectors, frozen, options);
  const documents =
    before === undefined ? {} : { documents: { before, after: hashOfVectors(frozen ?? new Float32Array()) } };
  return { result: { stage: stage.name, loss: tail.sum / tail.count, dev, ...documents }, weights };
}

function configOf({ recipe, stage }: StageInput) {
  const isTable = (name: string) => name === 'token.weight';
  const isPlain = (name: string) => isTable(name) || name.endsWith('.bias') || name.includes('norm');
  return {
    seed: recipe.seed,
    steps: stage.steps,
    rate: (name: string) => (isTable(name) ? stage.tableRate : stage.rate),
    decay: (name: string) => (isPlain(name) ? 0 : stage.decay),
    schedule: stage.schedule,
    clip: stage.clip,
    optimiser: stage.optimiser,
    ...(stage.average === 0 ? {} : { average: stage.average }),
  };
}

async function batchOptions(
  input: StageInput & { readonly stage: BatchStage },
  vectors: TextVectors,
  options: Cancellable,
) {
  const { stage, judged, recipe, scratch, number, texts } = input;
  const hash = fingerprint({ run: input.run, number }).slice(0, 12);
  const bm25 = new Map<number, readonly Uint32Array[]>();
  const mined = new Map<number, { readonly key: string; readonly lists: readonly Uint32Array[] }>();
  const listsOf = async (i: number, step: number): Promise<NegativeSource> => {
    const { kind, share, depth, refreshEvery } = stage.sources[i]!;
    if (kind === 'random') return { share, lists: 'all' };
    const from = { ...stage.filter, depth };
    if (kind === 'bm25') {
      const lists = bm25.get(i) ?? (await bm25Lists(judged, from, options));
      bm25.set(i, lists);
      return { share, lists };
    }
    const since = refreshEvery === 0 ? 0 : Math.floor(step / refreshEvery) * refreshEvery;
    const key = `mined-${number}-${i}-${since}-${hash}.json`;
    const known = mined.get(i);
    if (known?.key === key) return { share, lists: known.lists };
    const lists = await keptLists(scratch(key), async () => {
      const queries = await vectors.of(texts.tokens, numbers(0, judged.queries.length), options.signal);
      const documents = await documentVectors(texts, vectors, options);
      return minedLists(judged, { queries, documents, dim: vectors.dim }, from);
    });
    mined.set(i, { key, lists }); // older lists are not drawn from again
    return { share, lists };
  };
  const { name, loss, scale, margin, queries, perQuery, chunk } = stage;
  const sources = async (step: number) => {
    const found: NegativeSource[] = [];
    for (let i = 0; i < stage.sources.length; i++) found.push(await listsOf(i, step));
    return found;
  };
  return { name, loss, scale, margin, queries, perQuery, chunk, seed: recipe.seed, sources };
}

function documentVectors(texts: RetrieverTexts, vectors: TextVectors, { signal }: Cancellable): Promise<Float32Array> {
  const { queries, documents } = texts.judged;
  return vectors.of(texts.tokens, numbers(queries.length, documents.length), signal);
}

async function measure(
  input: StageInput,
  dev: JudgedTexts,
  vectors: TextVectors,
  frozen: Float32Array | undefined,
  { signal }: Cancellable,
): Promise<Found> {
  const own = tokensOf({ ...dev, documents: [] }, input.start, input.recipe.data);
  const queries = await vectors.of(own, numbers(0, dev.queries.length), signal);
  const documents = frozen ?? (await documentVectors(input.texts, vectors, { signal }));
  return measureVectors(dev, { queries, documents, dim: vectors.dim });
}

function numbers(from: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => from + i);
}

function hashOfVectors(vectors: Float32Array): string {
  return sha256Hex(new Uint8Array(vectors.buffer, vectors.byteOffset, vectors.byteLength));
}

function hashOfTokens({ ids, offsets }: Ragged): string {
  const bytes = (list: Uint32Array) => sha256Hex(new Uint8Array(list.buffer, list.byteOffset, list.byteLength));
  return sha256Hex(encodeUtf8(bytes(ids) + bytes(offsets)));
}

function hashOf({ weights, tokenizer, transformer, head }: RetrieverStart): string {
  const hashes = Object.entries(weights).map(([name, values]) => `${name} ${hashOfVectors(values)}`);
  return sha256Hex(encodeUtf8(JSON.stringify([transformer, head, tokenizer, hashes])));
}

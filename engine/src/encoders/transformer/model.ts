// A model folder as what the encoder needs: sizes, weights, tokenizer, pooling, prefixes.

import { type Json, sha256Hex } from '../../core/hash.ts';
import { EngineError, fingerprint } from '../../core/index.ts';
import { decodeUtf8 } from '../../core/utf8.ts';
import type { HeadConfig, TransformerConfig, Weights } from '../../network/index.ts';
import { bertConfig, bertWeights } from './bert.ts';
import { Members, type ReadModelFile, readJson, readNeeded } from './model-files.ts';
import { modernBertConfig, modernBertWeights } from './modernbert.ts';
import { readSentenceConfig } from './sentence-transformers.ts';
import { readTensors } from './weights.ts';

export interface TransformerModel {
  /** For messages and model lists. */
  readonly name: string;
  /** "bert", "modernbert". */
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

export interface ModelFolderOptions {
  /** The model's name. Families whose files do not state their prefixes are recognised by it. */
  readonly name: string;
}

const MODEL_TYPES = { bert: 'bert', modernbert: 'modernbert' } as const;

/**
 * Reads the folder of a BERT or ModernBERT sentence encoder (MiniLM, E5, BGE, Granite R2) as the model hubs lay it out.
 *
 * Throws NOT_FOUND for a missing file, PARSE_FAILED for one that is not what it should be, UNSUPPORTED for an architecture or
 * option that is not run, CORRUPT for weights that do not fit config.json or are not finite.
 */
export async function readTransformerModel(
  read: ReadModelFile,
  { name }: ModelFolderOptions,
): Promise<TransformerModel> {
  await readNeeded(read, 'config.json');
  const config = new Members('config.json', (await readJson(read, 'config.json'))!);
  const architecture = config.oneOf('model_type', MODEL_TYPES);
  const tokenizer = decodeUtf8(await readNeeded(read, 'tokenizer.json'));
  const sentence = await readSentenceConfig(read, name);
  const isBert = architecture === 'bert';
  const transformer = isBert ? bertConfig(config) : modernBertConfig(config);
  const tensors = await readTensors(read, (tensor) => !/position_ids$|pooler\.|^cls\.|^head\.|^decoder\./.test(tensor));
  const weights = isBert
    ? bertWeights(tensors, transformer, config.count('type_vocab_size', 2))
    : modernBertWeights(tensors, transformer);
  const length = Math.min(sentence.length ?? transformer.length, transformer.length);
  return {
    name,
    architecture,
    transformer,
    head: sentence.head,
    prefixes: sentence.prefixes,
    length,
    tokenizer,
    weights,
    fingerprint: hashOf({ transformer, head: sentence.head, prefixes: sentence.prefixes, length }, tokenizer, weights),
  };
}

/** Hash of settings, tokenizer and weights. */
function hashOf(settings: object, tokenizer: string, weights: Weights): string {
  const hashes = Object.entries(weights).map(([name, values]) => [
    name,
    sha256Hex(new Uint8Array(values.buffer, values.byteOffset, values.byteLength)),
  ]);
  return fingerprint({
    settings: settings as unknown as Json, // numbers, strings and flags alone
    tokenizer: sha256Hex(new TextEncoder().encode(tokenizer)),
    weights: Object.fromEntries(hashes),
  });
}

/** Throws UNSUPPORTED_FORMAT for a tokenizer of another vocabulary than the model's. */
export function checkVocabulary(model: TransformerModel, size: number): void {
  const rows = model.transformer.vocabulary;
  if (size <= rows) return;
  throw new EngineError('CORRUPT', `The tokenizer has ${size} tokens; the model ${model.name} has rows for ${rows}`, {
    hint: 'Use the tokenizer.json of this very model.',
  });
}

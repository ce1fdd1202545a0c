// A model folder as what the encoder needs: sizes, weights, tokenizer, pooling, prefixes.

import { EngineError } from '../../core/errors.ts';
import { fingerprint, sha256Hex } from '../../core/hash.ts';
import { decodeUtf8 } from '../../core/utf8.ts';
import { bertConfig, bertWeights } from './bert.ts';
import { Members, type ReadModelFile, readJson, readNeeded } from './model-files.ts';
import { modernBertConfig, modernBertWeights } from './modernbert.ts';
import { QUIRE_TYPE, quireConfig, quireWeights } from './quire-model.ts';
import { readSentenceConfig } from './sentence-transformers.ts';
import type { TransformerModel } from './transformer-model.ts';
import { readTensors } from './weights.ts';

export interface ModelFolderOptions {
  /** The model's name. Families whose files do not state their prefixes are recognised by it. */
  readonly name: string;
  /** Instead of the prefixes that the files state. */
  readonly prefixes?: TransformerModel['prefixes'] | undefined;
}

const MODEL_TYPES = { bert: 'bert', modernbert: 'modernbert', [QUIRE_TYPE]: QUIRE_TYPE } as const;

type Parts = Omit<TransformerModel, 'tokenizer' | 'fingerprint'>;

/**
 * Reads the folder of a transformer of our own, or of a BERT or ModernBERT sentence encoder (MiniLM, E5, BGE, Granite R2) as the
 * model hubs lay it out.
 *
 * Throws NOT_FOUND for a missing file, PARSE_FAILED for one that is not what it should be, UNSUPPORTED for an architecture or
 * option that is not run, CORRUPT for weights that do not fit config.json or are not finite.
 */
export async function readTransformerModel(
  read: ReadModelFile,
  { name, prefixes: given }: ModelFolderOptions,
): Promise<TransformerModel> {
  await readNeeded(read, 'config.json');
  const config = new Members('config.json', (await readJson(read, 'config.json'))!);
  const architecture = config.oneOf('model_type', MODEL_TYPES);
  const tokenizer = decodeUtf8(await readNeeded(read, 'tokenizer.json'));
  const stated = architecture === QUIRE_TYPE ? await readOwn(read, config) : await readHub(read, config, name);
  const parts = given === undefined ? stated : { ...stated, prefixes: given };
  const { transformer, head, prefixes, length, weights, codes } = parts;
  const settings = { transformer, head, prefixes, length };
  return { ...parts, tokenizer, fingerprint: hashOf(settings, tokenizer, { ...weights, ...codes }) };
}

async function readOwn(read: ReadModelFile, config: Members): Promise<Parts> {
  const own = quireConfig(config);
  return { ...own, architecture: QUIRE_TYPE, ...quireWeights(await readTensors(read, () => true), own) };
}

/** Parts of a hub's model that no sentence vector needs. */
const UNUSED = /position_ids$|pooler\.|^cls\.|^head\.|^decoder\./;

async function readHub(read: ReadModelFile, config: Members, name: string): Promise<Parts> {
  const sentence = await readSentenceConfig(read, name);
  const architecture = config.oneOf('model_type', MODEL_TYPES);
  const isBert = architecture === 'bert';
  const transformer = isBert ? bertConfig(config) : modernBertConfig(config);
  const tensors = await readTensors(read, (tensor) => !UNUSED.test(tensor));
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
    weights,
    codes: {},
  };
}

/** Hash of settings, tokenizer and weights. */
function hashOf(
  settings: object,
  tokenizer: string,
  weights: Readonly<Record<string, Float32Array | Int8Array>>,
): string {
  const hashes = Object.entries(weights).map(([name, values]) => [
    name,
    sha256Hex(new Uint8Array(values.buffer, values.byteOffset, values.byteLength)),
  ]);
  return fingerprint({
    settings,
    tokenizer: sha256Hex(new TextEncoder().encode(tokenizer)),
    weights: Object.fromEntries(hashes),
  });
}

/** Rows beyond the tokenizer's last token that a table is padded with: to a multiple of 64 or 128, or with names for later use. */
const SPARE_ROWS = 512;

/** Throws CORRUPT for a tokenizer of another vocabulary than the model's: with more tokens than rows, or with far fewer. */
export function checkVocabulary(model: TransformerModel, size: number): void {
  const rows = model.transformer.vocabulary;
  if (size <= rows && rows - size <= Math.max(SPARE_ROWS, rows / 50)) return;
  throw new EngineError('CORRUPT', `The tokenizer has ${size} tokens; the model ${model.name} has rows for ${rows}`, {
    hint: 'Use the tokenizer.json of this very model.',
  });
}

// The `static` encoder: a text is the weighted mean of its tokens' vectors (a table trained by `learn`), optionally
// projected, at unit length. No attention, no order of words: thousands of abstracts a second on one core. Only IEEE
// add, multiply, divide and square root in a fixed order, so Node and browsers give the same bits.

import { checkList, checkString } from '../core/check.ts';
import { clip } from '../core/clip.ts';
import { sha256Hex } from '../core/hash.ts';
import {
  type Cancellable,
  type DenseRep,
  type Encoder,
  EngineError,
  type Fingerprint,
  fingerprint,
  plainFingerprints,
  throwIfAborted,
} from '../core/index.ts';
import { nextTurn } from '../core/turn.ts';
import { encodeUtf8 } from '../core/utf8.ts';
import { type Tokenizer, tokenizer as tokenizerOf } from '../text/index.ts';
import { joinedFields } from './document-text.ts';
import { readSafetensors } from './safetensors.ts';
import { type TokenTable, tokenTable } from './token-table.ts';

/** The three files of a model folder. */
export interface StaticModelFiles {
  /** config.json */
  readonly config: string;
  /** tokenizer.json: a tokenizer in the HuggingFace format, WordPiece, BPE or Unigram. */
  readonly tokenizer: string;
  /** weights.safetensors: see token-table.ts for its tensors. */
  readonly weights: Uint8Array;
}

/** config.json. */
export interface StaticConfig {
  readonly type: 'static';
  readonly version: 1;
  /** For messages and model lists: "static-v1". */
  readonly name: string;
  /** Dimension of the vectors that come out. */
  readonly dim: number;
  /**
   * Tokens after these are not read, nor characters after 16 times as many; each clipped text is reported as
   * `encode.truncated`.
   */
  readonly maxTokens: number;
  /** What n occurrences of a token count: n, or √n. */
  readonly counts: 'linear' | 'root';
}

export interface StaticEncoderOptions {
  /**
   * The fields that make a document's text, in this order, joined by line feeds; part of the space. Default: all fields
   * of each document, in their own order.
   */
  readonly fields?: readonly string[];
}

export interface StaticEncoder extends Encoder<'dense'> {
  readonly dim: number;
  readonly config: StaticConfig;
  /**
   * The vector of one text, at once; (dim), unit length. A text without a known token (an empty one) has the zero
   * vector, which scores 0 with everything: indexes keep it, and it ranks last.
   */
  encodeSync(text: string, options?: Cancellable): DenseRep;
}

/**
 * UTF-16 units that are read for each of `maxTokens`. English has 5 a token with its blank; a text with more is a word of
 * millions of letters or a page of blanks, and its cost would have no bound.
 */
const CHARACTERS_A_TOKEN = 16;
/** Texts between two looks at the AbortSignal, which cost a turn of the event loop. */
const TEXTS_A_TURN = 256;

/**
 * Makes the encoder from a model's files. Queries and documents are encoded alike.
 *
 * Throws PARSE_FAILED for a config or tokenizer that is not one, CORRUPT for damaged weights, UNSUPPORTED_FORMAT for a
 * version or number type that this build cannot read.
 */
export function staticEncoder(files: StaticModelFiles, options: StaticEncoderOptions = {}): StaticEncoder {
  const config = parseConfig(files.config);
  const tokenizer = tokenizerOf(files.tokenizer);
  const table = tokenTable(readSafetensors(files.weights));
  if (table.outputDim !== config.dim || table.vocabulary !== tokenizer.size) {
    throw new EngineError(
      'CORRUPT',
      `${config.name}: ${table.vocabulary} rows of ${table.outputDim} for ${tokenizer.size} tokens and dim ${config.dim}`,
      { hint: 'Use the config.json, tokenizer.json and weights.safetensors of one model.' },
    );
  }
  const space = spaceOf(config, files, options.fields);
  const fingerprints = plainFingerprints(space);
  const reader = new TextReader(config, tokenizer, table);
  const encodeSync = (text: string, cancellable: Cancellable = {}): DenseRep => {
    throwIfAborted(cancellable.signal);
    checkString('text', text);
    return { kind: 'dense', space, fingerprint: fingerprints.query, vec: reader.encode(text, 0, cancellable) };
  };
  const encodeAll = async (
    texts: readonly string[],
    fingerprint: Fingerprint,
    cancellable: Cancellable = {},
  ): Promise<DenseRep[]> => {
    checkList('The texts', texts);
    const out: DenseRep[] = [];
    for (let i = 0; i < texts.length; i++) {
      if (i % TEXTS_A_TURN === 0) {
        if (i > 0 && cancellable.signal !== undefined) await nextTurn();
        throwIfAborted(cancellable.signal);
      }
      checkString('text', texts[i]);
      out.push({ kind: 'dense', space, fingerprint, vec: reader.encode(texts[i]!, i, cancellable) });
    }
    return out;
  };
  return {
    name: 'static',
    queryKind: 'dense',
    documentKind: 'dense',
    space,
    fingerprints,
    dim: config.dim,
    config,
    encodeSync,
    encodeQueries: (texts, cancellable) => encodeAll(texts, fingerprints.query, cancellable),
    encodeDocuments: async (documents, cancellable) => {
      checkList('The documents', documents);
      return encodeAll(
        documents.map((document) => joinedFields(document, options.fields)),
        fingerprints.document,
        cancellable,
      );
    },
  };
}

/** Text to vector, with buffers that are used again. */
class TextReader {
  readonly #config: StaticConfig;
  readonly #tokenizer: Tokenizer;
  readonly #table: TokenTable;
  readonly #tokens: Uint32Array; // different tokens of a text, by first occurrence
  readonly #values: Float64Array; // their counts
  readonly #slots: Uint32Array; // token → its place + 1; 0 = not in this text

  constructor(config: StaticConfig, tokenizer: Tokenizer, table: TokenTable) {
    this.#config = config;
    this.#tokenizer = tokenizer;
    this.#table = table;
    this.#tokens = new Uint32Array(config.maxTokens);
    this.#values = new Float64Array(config.maxTokens);
    this.#slots = new Uint32Array(table.vocabulary);
  }

  /** (dim). `index`: which text of the batch, for the trace. */
  encode(text: string, index: number, { trace }: Cancellable): Float32Array {
    const { maxTokens, counts } = this.#config;
    const limit = maxTokens * CHARACTERS_A_TOKEN;
    const read = clip(text, limit);
    const { ids, truncated } = this.#tokenizer.encode(read, { maxLength: maxTokens, specialTokens: false });
    if (truncated || read.length < text.length) {
      const what = truncated ? `${maxTokens} tokens` : `${limit} characters`;
      trace?.({
        name: 'encode.truncated',
        message: `Text ${index} has more than ${what}; the rest is not read`,
        facts: { text: index, limit: truncated ? maxTokens : limit, characters: text.length },
      });
    }
    const n = this.#count(ids);
    if (counts === 'root') for (let i = 0; i < n; i++) this.#values[i] = Math.sqrt(this.#values[i]!);
    return unitLength(this.#table.sum(this.#tokens, this.#values, n));
  }

  /** Counts the different ids; returns how many there are. */
  #count(ids: Uint32Array): number {
    let n = 0;
    for (const token of ids) {
      const slot = this.#slots[token]!;
      if (slot > 0) this.#values[slot - 1]! += 1;
      else {
        this.#tokens[n] = token;
        this.#values[n] = 1;
        n++;
        this.#slots[token] = n;
      }
    }
    for (let i = 0; i < n; i++) this.#slots[this.#tokens[i]!] = 0;
    return n;
  }
}

/** To float32 at length 1; zeros stay zeros. */
function unitLength(vector: Float64Array): Float32Array {
  let squares = 0;
  for (let d = 0; d < vector.length; d++) squares += vector[d]! * vector[d]!;
  const out = new Float32Array(vector.length);
  if (squares === 0) return out;
  const length = Math.sqrt(squares);
  for (let d = 0; d < vector.length; d++) out[d] = vector[d]! / length;
  return out;
}

function spaceOf(config: StaticConfig, files: StaticModelFiles, fields: readonly string[] | undefined): string {
  const hash = fingerprint({
    config,
    tokenizer: sha256Hex(encodeUtf8(files.tokenizer)),
    weights: sha256Hex(files.weights),
    ...(fields === undefined ? {} : { fields }),
  });
  return `static-${hash}`;
}

function parseConfig(json: string): StaticConfig {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw new EngineError('PARSE_FAILED', 'The config.json of a static model is not JSON', { cause });
  }
  const config = (typeof value === 'object' && value !== null ? value : {}) as Readonly<Record<string, unknown>>;
  const { type, version, name, dim, maxTokens, counts } = config;
  if (type !== 'static' || version !== 1) {
    throw new EngineError('UNSUPPORTED_FORMAT', `A model of type ${type}, version ${version}; static, 1 is read`, {
      hint: 'Give the folder of a static model, or use a build that knows this one.',
    });
  }
  if (typeof name !== 'string' || !isCount(dim) || !isCount(maxTokens) || (counts !== 'linear' && counts !== 'root')) {
    throw new EngineError('PARSE_FAILED', `A static model's config needs name, dim, maxTokens and counts: ${json}`);
  }
  return { type, version, name, dim, maxTokens, counts };
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 1 << 20;
}

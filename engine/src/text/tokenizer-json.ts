// Reads the subset of HuggingFace's tokenizer.json that WordPiece models use, and refuses everything else by name. The
// text is untrusted: every value is checked before it is used.

import { shown } from '../core/check.ts';
import { EngineError } from '../core/errors.ts';
import type { BertOptions } from './bert.ts';

/** The content of a tokenizer.json. */
export interface WordPieceConfig {
  /** Piece → id, the added tokens not included. */
  readonly vocabulary: ReadonlyMap<string, number>;
  readonly unknownToken: string;
  /** The prefix of a piece inside a word: "##". */
  readonly continuation: string;
  /** A word of more code points becomes the unknown token. */
  readonly maxWordLength: number;
  /** undefined: the text is used unchanged. */
  readonly normalizer: BertOptions | undefined;
  readonly addedTokens: readonly AddedToken[];
  /** Ids before and after the text: [CLS] and [SEP]. */
  readonly prefix: readonly number[];
  readonly suffix: readonly number[];
  /** Maximum number of ids of a text, prefix and suffix included; undefined for all. */
  readonly maxLength: number | undefined;
}

export interface AddedToken {
  readonly id: number;
  readonly content: string;
  /** Remove the white space before and after it. */
  readonly lstrip: boolean;
  readonly rstrip: boolean;
  /** Look for it in the normalised text instead of the original text. */
  readonly normalized: boolean;
}

/** All ids are below this: 16 million, eight times the largest vocabulary in use. */
const MAX_ID = 1 << 24;

/** Throws PARSE_FAILED if the text is not a tokenizer.json, UNSUPPORTED if its tokenizer is not WordPiece. */
export function parseTokenizerJson(json: string): WordPieceConfig {
  let root: unknown;
  try {
    root = JSON.parse(json);
  } catch (cause) {
    throw new EngineError('PARSE_FAILED', `tokenizer.json is not JSON: ${(cause as Error).message}`, { cause });
  }
  const file = objectAt(root, 'the file');
  const model = objectAt(file.model, 'model');
  if (model.type !== undefined) only(model.type, ['WordPiece'], 'model.type');
  const vocabulary = new Map<string, number>();
  for (const [piece, id] of Object.entries(objectAt(model.vocab, 'model.vocab'))) {
    vocabulary.set(piece, idAt(id, `model.vocab[${JSON.stringify(piece)}]`));
  }
  const unknownToken = stringAt(model.unk_token ?? '[UNK]', 'model.unk_token');
  if (!vocabulary.has(unknownToken))
    fail('model.unk_token', `${JSON.stringify(unknownToken)} is not in the vocabulary`);
  if (file.pre_tokenizer !== null) {
    only(objectAt(file.pre_tokenizer, 'pre_tokenizer').type, ['BertPreTokenizer'], 'pre_tokenizer.type');
  } else throw unsupported('pre_tokenizer', null);
  return {
    vocabulary,
    unknownToken,
    continuation: stringAt(model.continuing_subword_prefix ?? '##', 'model.continuing_subword_prefix'),
    maxWordLength: wholeAt(model.max_input_chars_per_word ?? 100, 'model.max_input_chars_per_word'),
    normalizer: parseNormalizer(file.normalizer),
    addedTokens: listAt(file.added_tokens ?? [], 'added_tokens').map(parseAddedToken),
    ...parseTemplate(file.post_processor),
    maxLength: parseTruncation(file.truncation),
  };
}

function parseNormalizer(value: unknown): BertOptions | undefined {
  if (value === null || value === undefined) return undefined;
  const normalizer = objectAt(value, 'normalizer');
  only(normalizer.type, ['BertNormalizer'], 'normalizer.type');
  const lowercase = flagAt(normalizer.lowercase ?? true, 'normalizer.lowercase');
  return {
    cleanText: flagAt(normalizer.clean_text ?? true, 'normalizer.clean_text'),
    handleChineseChars: flagAt(normalizer.handle_chinese_chars ?? true, 'normalizer.handle_chinese_chars'),
    stripAccents: flagAt(normalizer.strip_accents ?? lowercase, 'normalizer.strip_accents'),
    lowercase,
  };
}

function parseAddedToken(value: unknown, i: number): AddedToken {
  const at = `added_tokens[${i}]`;
  const token = objectAt(value, at);
  const content = stringAt(token.content, `${at}.content`);
  if (content === '') fail(`${at}.content`, 'it is empty');
  if (flagAt(token.single_word ?? false, `${at}.single_word`)) throw unsupported(`${at}.single_word`, true);
  return {
    id: idAt(token.id, `${at}.id`),
    content,
    lstrip: flagAt(token.lstrip ?? false, `${at}.lstrip`),
    rstrip: flagAt(token.rstrip ?? false, `${at}.rstrip`),
    normalized: flagAt(token.normalized ?? !(token.special ?? false), `${at}.normalized`),
  };
}

/** TemplateProcessing or BertProcessing of a single text: the ids before and after it. */
function parseTemplate(value: unknown): { prefix: readonly number[]; suffix: readonly number[] } {
  if (value === null || value === undefined) return { prefix: [], suffix: [] };
  const processor = objectAt(value, 'post_processor');
  only(processor.type, ['TemplateProcessing', 'BertProcessing'], 'post_processor.type');
  if (processor.type === 'BertProcessing') {
    const idOf = (name: string) => [
      idAt(listAt(processor[name], `post_processor.${name}`)[1], `post_processor.${name}[1]`),
    ];
    return { prefix: idOf('cls'), suffix: idOf('sep') };
  }
  const special = objectAt(processor.special_tokens ?? {}, 'post_processor.special_tokens');
  const sides: [number[], number[]] = [[], []];
  let texts = 0;
  for (const [i, part] of listAt(processor.single, 'post_processor.single').entries()) {
    const at = `post_processor.single[${i}]`;
    const piece = objectAt(part, at);
    if (piece.Sequence !== undefined) texts++;
    else {
      const name = stringAt(objectAt(piece.SpecialToken, `${at}.SpecialToken`).id, `${at}.SpecialToken.id`);
      const token = objectAt(Object.hasOwn(special, name) ? special[name] : undefined, `special_tokens.${name}`);
      for (const id of listAt(token.ids, `special_tokens.${name}.ids`)) {
        sides[texts === 0 ? 0 : 1].push(idAt(id, `special_tokens.${name}.ids`));
      }
    }
  }
  if (texts !== 1) fail('post_processor.single', `it holds the text ${texts} times instead of once`);
  return { prefix: sides[0], suffix: sides[1] };
}

function parseTruncation(value: unknown): number | undefined {
  if (value === null || value === undefined) return undefined;
  const truncation = objectAt(value, 'truncation');
  only(truncation.direction ?? 'Right', ['Right'], 'truncation.direction');
  return wholeAt(truncation.max_length, 'truncation.max_length');
}

function only(value: unknown, known: readonly string[], at: string): void {
  if (typeof value !== 'string' || !known.includes(value)) throw unsupported(at, value);
}
function unsupported(at: string, value: unknown): EngineError {
  return new EngineError('UNSUPPORTED', `tokenizer.json: ${at} is ${shown(value)}, which this reader does not know`, {
    hint: 'Only WordPiece with BertNormalizer, BertPreTokenizer and a [CLS] … [SEP] template can be read.',
  });
}
function fail(at: string, why: string): never {
  throw new EngineError('PARSE_FAILED', `tokenizer.json: ${at}: ${why}`);
}
function objectAt(value: unknown, at: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    fail(at, `expected an object, got ${shown(value)}`);
  return value as Readonly<Record<string, unknown>>; // an object and not a list
}
function listAt(value: unknown, at: string): readonly unknown[] {
  return Array.isArray(value) ? value : fail(at, `expected a list, got ${shown(value)}`);
}
function stringAt(value: unknown, at: string): string {
  return typeof value === 'string' ? value : fail(at, `expected a string, got ${shown(value)}`);
}
function flagAt(value: unknown, at: string): boolean {
  return typeof value === 'boolean' ? value : fail(at, `expected true or false, got ${shown(value)}`);
}
function wholeAt(value: unknown, at: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  return fail(at, `expected a whole number, got ${shown(value)}`);
}
function idAt(value: unknown, at: string): number {
  const id = wholeAt(value, at);
  return id < MAX_ID ? id : fail(at, `id ${id} is not below ${MAX_ID}`);
}

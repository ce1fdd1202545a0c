// Checked reading of the fields of a tokenizer.json. The file is untrusted: every value is checked before it is used, and
// every message names the place in the file.

import { shown } from '../../core/check.ts';
import { EngineError } from '../../core/errors.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** All ids are below this: 16 million, eight times the largest vocabulary in use. */
export const MAX_ID = 1 << 24;

/** The root object of a tokenizer.json. */
export function parseFile(json: string): Fields {
  try {
    return objectAt(JSON.parse(json), 'the file');
  } catch (cause) {
    if (cause instanceof EngineError) throw cause;
    throw new EngineError('PARSE_FAILED', `tokenizer.json is not JSON: ${(cause as Error).message}`, { cause });
  }
}

/** The type of a part of the file, one of `known`. */
export function typeAt<T extends string>(fields: Fields, known: readonly T[], at: string): T {
  const type = known.find((name) => name === fields.type);
  if (type === undefined) throw unsupported(`${at}.type`, fields.type);
  return type;
}

export function only(value: unknown, known: readonly unknown[], at: string): void {
  if (!known.includes(value)) throw unsupported(at, value);
}

export function unsupported(at: string, value: unknown): EngineError {
  return new EngineError('UNSUPPORTED', `tokenizer.json: ${at} is ${shown(value)}, which this reader does not know`, {
    hint: 'docs/errors.md lists the models, normalizers, pre-tokenizers and post-processors that can be read.',
  });
}

export function fail(at: string, why: string): never {
  throw new EngineError('PARSE_FAILED', `tokenizer.json: ${at}: ${why}`);
}

export function objectAt(value: unknown, at: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    fail(at, `expected an object, got ${shown(value)}`);
  return value as Fields; // an object and not a list
}

export function listAt(value: unknown, at: string): readonly unknown[] {
  return Array.isArray(value) ? value : fail(at, `expected a list, got ${shown(value)}`);
}

export function stringAt(value: unknown, at: string): string {
  return typeof value === 'string' ? value : fail(at, `expected a string, got ${shown(value)}`);
}

export function flagAt(value: unknown, at: string): boolean {
  return typeof value === 'boolean' ? value : fail(at, `expected true or false, got ${shown(value)}`);
}

export function wholeAt(value: unknown, at: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  return fail(at, `expected a whole number, got ${shown(value)}`);
}

export function idAt(value: unknown, at: string): number {
  const id = wholeAt(value, at);
  return id < MAX_ID ? id : fail(at, `id ${id} is not below ${MAX_ID}`);
}

/** A vocabulary as an object: piece → id. */
export function vocabularyAt(value: unknown, at: string): Map<string, number> {
  const vocabulary = new Map<string, number>();
  for (const [piece, id] of Object.entries(objectAt(value, at))) {
    vocabulary.set(piece, idAt(id, `${at}[${JSON.stringify(piece)}]`));
  }
  return vocabulary;
}

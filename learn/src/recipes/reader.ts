// Reads a recipe (JSON written by a person) and says exactly what is wrong with it: an unknown key, a wrong type, a number out of range. All
// problems of a recipe are found before anything runs.

import { EngineError } from '@quire/engine/core';

export class RecipeReader {
  readonly #at: string;
  readonly #object: Readonly<Record<string, unknown>>;
  readonly #read = new Set<string>();

  /** `at`: where in the recipe this object is, for messages; '' at the top. */
  constructor(value: unknown, at = '') {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw wrong(at === '' ? 'The recipe' : at, value, 'an object');
    }
    this.#at = at;
    this.#object = value as Readonly<Record<string, unknown>>; // an object that is no list
  }

  /** The recipe in a JSON text. */
  static parse(json: string): RecipeReader {
    try {
      return new RecipeReader(JSON.parse(json));
    } catch (cause) {
      if (cause instanceof EngineError) throw cause;
      throw new EngineError('PARSE_FAILED', `The recipe is not JSON: ${(cause as Error).message}`, { cause });
    }
  }

  has(key: string): boolean {
    this.#read.add(key);
    return Object.hasOwn(this.#object, key);
  }
  text(key: string, fallback?: string): string {
    const value = this.#value(key, fallback);
    if (typeof value === 'string' && value !== '') return value;
    throw wrong(this.#path(key), value, 'a text');
  }
  /** A whole number from `least` to `most`. */
  count(key: string, { fallback, least = 1, most = 2 ** 31 - 1 }: CountOptions = {}): number {
    const value = this.#value(key, fallback);
    if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
    throw wrong(this.#path(key), value, `a whole number from ${least} to ${most}`);
  }
  /** A number from `least` to `most`. */
  number(key: string, { fallback, least = 0, most = Number.MAX_VALUE }: CountOptions = {}): number {
    const value = this.#value(key, fallback);
    if (typeof value === 'number' && value >= least && value <= most) return value;
    throw wrong(this.#path(key), value, `a number from ${least} to ${most}`);
  }
  flag(key: string, fallback?: boolean): boolean {
    const value = this.#value(key, fallback);
    if (typeof value === 'boolean') return value;
    throw wrong(this.#path(key), value, 'true or false');
  }
  oneOf<T extends string>(key: string, known: readonly T[], fallback?: T): T {
    const value = this.#value(key, fallback);
    const found = known.find((name) => name === value);
    if (found !== undefined) return found;
    throw wrong(this.#path(key), value, `one of ${known.join(', ')}`);
  }
  numbers(key: string, fallback?: readonly number[]): readonly number[] {
    const value = this.#value(key, fallback);
    if (Array.isArray(value) && value.every((item) => typeof item === 'number')) return value;
    throw wrong(this.#path(key), value, 'a list of numbers');
  }
  texts(key: string, fallback?: readonly string[]): readonly string[] {
    const value = this.#value(key, fallback);
    if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
    throw wrong(this.#path(key), value, 'a list of texts');
  }
  object(key: string): RecipeReader {
    return new RecipeReader(this.#value(key), this.#path(key));
  }
  /** A non-empty list of objects. */
  objects(key: string): readonly RecipeReader[] {
    const value = this.#value(key);
    if (!Array.isArray(value) || value.length === 0) throw wrong(this.#path(key), value, 'a list of objects');
    return value.map((item, i) => new RecipeReader(item, `${this.#path(key)}[${i}]`));
  }
  /** Throws INVALID_ARGUMENT for a key that was not asked for. Call it last. */
  finish(): void {
    const unknown = Object.keys(this.#object).find((key) => !this.#read.has(key));
    if (unknown === undefined) return;
    throw new EngineError('INVALID_ARGUMENT', `The recipe has the unknown key ${this.#path(unknown)}`, {
      hint: `Known here: ${[...this.#read].join(', ')}.`,
    });
  }

  #value(key: string, fallback?: unknown): unknown {
    return this.has(key) ? this.#object[key] : fallback;
  }
  #path(key: string): string {
    return this.#at === '' ? key : `${this.#at}.${key}`;
  }
}

export interface CountOptions {
  readonly fallback?: number;
  readonly least?: number;
  readonly most?: number;
}

function wrong(at: string, value: unknown, wanted: string): EngineError {
  const shown = value === undefined ? 'missing' : JSON.stringify(value).slice(0, 80);
  return new EngineError('INVALID_ARGUMENT', `Recipe: ${at} is ${shown}; it must be ${wanted}`);
}

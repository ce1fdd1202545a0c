// The files of a model folder, whatever holds them: a disk, a server, a test. Their content is untrusted.

import { EngineError } from '../../core/errors.ts';
import { decodeUtf8 } from '../../core/utf8.ts';

/** The bytes of a file by its path in the folder ("1_Pooling/config.json"); undefined where there is none. */
export type ReadModelFile = (path: string) => Promise<Uint8Array | undefined>;

export type JsonObject = Readonly<Record<string, unknown>>;

/** A JSON object; undefined where the file does not exist. Throws PARSE_FAILED naming the file. */
export async function readJson(read: ReadModelFile, path: string): Promise<JsonObject | undefined> {
  const value = await readJsonValue(read, path);
  if (value === undefined) return undefined;
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw badFile(path, 'it is not a JSON object');
  return value as JsonObject; // an object that is no list
}

/** Any JSON value; undefined where the file does not exist. */
export async function readJsonValue(read: ReadModelFile, path: string): Promise<unknown> {
  const bytes = await read(path);
  if (bytes === undefined) return undefined;
  try {
    return JSON.parse(decodeUtf8(bytes));
  } catch (cause) {
    throw badFile(path, 'it is not JSON', cause);
  }
}

/** Throws NOT_FOUND for a file that must be there. */
export async function readNeeded(read: ReadModelFile, path: string): Promise<Uint8Array> {
  const bytes = await read(path);
  if (bytes !== undefined) return bytes;
  throw new EngineError('NOT_FOUND', `The model folder has no ${path}`, {
    hint: 'Give a folder with config.json, tokenizer.json and model.safetensors, as the model hubs lay it out.',
  });
}

export function badFile(path: string, why: string, cause?: unknown): EngineError {
  return new EngineError('PARSE_FAILED', `${path} of the model: ${why}`, cause === undefined ? {} : { cause });
}

/** Typed members of one JSON file. Every error names the file, the member and the value. */
export class Members {
  readonly #path: string;
  readonly #object: JsonObject;

  constructor(path: string, object: JsonObject) {
    this.#path = path;
    this.#object = object;
  }

  get(name: string): unknown {
    return Object.hasOwn(this.#object, name) ? this.#object[name] : undefined;
  }
  has(name: string): boolean {
    return this.get(name) !== undefined && this.get(name) !== null;
  }
  /** A whole number ≥ `least`. */
  count(name: string, fallback?: number, least = 1): number {
    const value = this.has(name) ? this.get(name) : fallback;
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value < 2 ** 31) return value;
    throw this.wrong(name, `a whole number of at least ${least}`);
  }
  number(name: string, fallback?: number): number {
    const value = this.has(name) ? this.get(name) : fallback;
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    throw this.wrong(name, 'a number');
  }
  flag(name: string, fallback?: boolean): boolean {
    const value = this.has(name) ? this.get(name) : fallback;
    if (typeof value === 'boolean') return value;
    throw this.wrong(name, 'true or false');
  }
  text(name: string, fallback?: string): string {
    const value = this.has(name) ? this.get(name) : fallback;
    if (typeof value === 'string') return value;
    throw this.wrong(name, 'a string');
  }
  oneOf<T extends string>(name: string, known: Readonly<Record<string, T>>, fallback?: string): T {
    const value = this.text(name, fallback);
    if (Object.hasOwn(known, value)) return known[value]!;
    throw new EngineError('UNSUPPORTED', `${this.#path} of the model: ${name} is ${JSON.stringify(value)}`, {
      hint: `These are run: ${Object.keys(known).join(', ')}.`,
    });
  }
  object(name: string): Members | undefined {
    const value = this.get(name);
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'object' || Array.isArray(value)) throw this.wrong(name, 'an object');
    return new Members(`${this.#path}, ${name}`, value as JsonObject); // an object that is no list
  }
  wrong(name: string, wanted: string): EngineError {
    return badFile(this.#path, `${name} is ${JSON.stringify(this.get(name)) ?? 'missing'}; ${wanted} is expected`);
  }
}

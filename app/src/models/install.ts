// A model folder into `models` of a data folder. Every file that the reader asks for is copied while it is read, so what
// was validated is what is kept. The copy becomes visible by one rename, after an encoder has run on it.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { EngineError, throwIfAborted } from '@quire/engine/core';
import { readTransformerModel, staticEncoder } from '@quire/engine/encoders';
import { modelFiles } from '@quire/engine/node';
import { CARD, type Card, writeCard } from './card.ts';
import { checkModelName, findModel, modelsFolder } from './catalogue.ts';
import { type LoadedEncoder, runTransformer } from './load.ts';
import { FIELDS, type Model, readModel, type Settings } from './model.ts';
import { tryOut } from './try-out.ts';

export interface AddOptions extends Settings {
  /** The folder of the library. */
  readonly data: string;
  /** Default: the name of the folder. */
  readonly name?: string | undefined;
  /** Where it came from, for `quire model show`. Default: the folder. */
  readonly source?: string;
  readonly now?: () => Date;
  readonly signal?: AbortSignal;
  /** A file has been read and copied. */
  readonly onFile?: (path: string, bytes: number) => void;
}

/** Copied where they are there: they say whose the model is and under which licence. */
const PAPERS = ['README.md', 'LICENSE', 'LICENSE.txt', 'NOTICE'];

/**
 * Adds the model in `folder`: BERT, MiniLM, E5, BGE, ModernBERT as the hubs lay them out, or one of our own. Throws what
 * is wrong with it, and then keeps nothing.
 */
export async function addModel(folder: string, options: AddOptions): Promise<Model> {
  const { data, name = basename(resolve(folder)), signal } = options;
  checkNewName(data, name);
  const copy = new Copy(folder, startStaging(data, name), options);
  try {
    const read = await readEncoder(copy, { ...options, name });
    throwIfAborted(signal);
    const { encoder } = read;
    try {
      await tryOut(encoder, name);
    } finally {
      encoder.close();
    }
    for (const file of PAPERS) await copy.read(file);
    writeCard(copy.to, {
      ...{ format: 'quire-model', version: 1, name },
      source: options.source ?? resolve(folder),
      added: (options.now?.() ?? new Date()).toISOString(),
      architecture: read.architecture,
      dim: encoder.dim,
      space: encoder.space,
      ...(read.transformer !== undefined && { transformer: read.transformer }),
      files: Object.fromEntries(copy.files),
    });
    return publish(copy.to, data, name);
  } finally {
    rmSync(copy.to, { recursive: true, force: true });
  }
}

/** Throws INVALID_ARGUMENT for a name that is none or is taken. */
export function checkNewName(data: string, name: string): void {
  checkModelName(name);
  if (findModel(data, name) === undefined && !existsSync(join(modelsFolder(data), name))) return;
  throw new EngineError('INVALID_ARGUMENT', `There is a model ${JSON.stringify(name)} already`, {
    hint: 'Give the new one another name with --name, or remove the old one with "quire model remove".',
  });
}

interface ReadEncoder {
  readonly encoder: LoadedEncoder;
  readonly architecture: string;
  readonly transformer?: NonNullable<Card['transformer']>;
}

async function readEncoder(copy: Copy, options: AddOptions & { readonly name: string }): Promise<ReadEncoder> {
  const config = await copy.needed('config.json');
  if (isStatic(config)) {
    const [tokenizer, weights] = [await copy.needed('tokenizer.json'), await copy.needed('weights.safetensors')];
    const encoder = staticEncoder({ config: text(config), tokenizer: text(tokenizer), weights }, { fields: FIELDS });
    return { encoder: { ...encoder, close: () => undefined }, architecture: 'static' };
  }
  // The name of the source, not the user's own: some families of models are known by it.
  const known = options.source ?? basename(resolve(copy.from));
  const model = await readTransformerModel((path) => copy.read(path), { name: known, prefixes: options.prefixes });
  checkLength(options.length, model.length);
  const { length = model.length, products = 'int8' } = options;
  return {
    encoder: await runTransformer(model, { length, products }),
    architecture: model.architecture,
    transformer: {
      length,
      products,
      pooling: model.head.pooling,
      normalize: model.head.normalize,
      prefixes: model.prefixes,
    },
  };
}

function checkLength(length: number | undefined, most: number): void {
  if (length === undefined || length <= most) return;
  throw new EngineError('INVALID_ARGUMENT', `The length is ${length}; the model reads ${most} tokens of a text`, {
    hint: 'Leave --length out, or give fewer.',
  });
}

/** The files that the reader asks for, copied as they are read. */
class Copy {
  readonly from: string;
  readonly to: string;
  readonly files = new Map<string, { readonly bytes: number; readonly sha256: string }>();
  readonly #open;
  readonly #options: AddOptions;

  constructor(from: string, to: string, options: AddOptions) {
    this.from = from;
    this.to = to;
    this.#open = modelFiles(from);
    this.#options = options;
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    throwIfAborted(this.#options.signal);
    checkInside(path);
    const bytes = await this.#open(path);
    if (bytes === undefined || this.files.has(path)) return bytes;
    const target = join(this.to, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, bytes, { flush: true });
    this.files.set(path, { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') });
    this.#options.onFile?.(path, bytes.length);
    return bytes;
  }

  async needed(path: string): Promise<Uint8Array> {
    const bytes = await this.read(path);
    if (bytes !== undefined) return bytes;
    throw new EngineError('NOT_FOUND', `There is no ${path} in ${this.from}`, {
      hint: 'A model is a folder with config.json, tokenizer.json and model.safetensors, as the model hubs lay it out.',
    });
  }
}

/** A model's files name others (pooling, shards); none may lead out of the folder. */
function checkInside(path: string): void {
  const parts = path.split('/');
  if (parts.every((part) => part !== '' && part !== '..' && part !== '.' && !/[\\\0:]/.test(part)) && path !== CARD) {
    return;
  }
  throw new EngineError(
    'PARSE_FAILED',
    `A file of the model names ${JSON.stringify(path)}, which is no file in its folder`,
  );
}

function isStatic(config: Uint8Array): boolean {
  try {
    return (JSON.parse(text(config)) as { type?: unknown } | null)?.type === 'static';
  } catch {
    return false; // the reader of transformers says what is wrong
  }
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

const STAGING = '.adding-';

/** An empty folder beside the models. What a process that has ended left is removed. */
function startStaging(data: string, name: string): string {
  const home = modelsFolder(data);
  mkdirSync(home, { recursive: true });
  for (const entry of readdirSync(home)) {
    const pid = entry.startsWith(STAGING) ? Number(entry.slice(STAGING.length).split('-')[0]) : Number.NaN;
    if (Number.isInteger(pid) && pid > 0 && !isRunning(pid))
      rmSync(join(home, entry), { recursive: true, force: true });
  }
  const staging = join(home, `${STAGING}${process.pid}-${name}`);
  rmSync(staging, { recursive: true, force: true });
  mkdirSync(staging);
  return staging;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // it runs under another user
  }
}

function publish(staging: string, data: string, name: string): Model {
  const folder = join(modelsFolder(data), name);
  try {
    renameSync(staging, folder);
  } catch (error) {
    checkNewName(data, name); // another process added it meanwhile
    throw error;
  }
  return readModel(folder, 'added');
}

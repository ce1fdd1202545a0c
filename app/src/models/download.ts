// A model of a hub onto this disk: first the small files, which say what else there is; then the sizes of the weights are
// known and told; then the weights, each resumed where an earlier attempt stopped and verified at its end.

import { createHash } from 'node:crypto';
import {
  createReadStream,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EngineError, throwIfAborted } from '@quire/engine/core';
import { modelsFolder } from './catalogue.ts';
import { type HubFile, type HubModel, request, unreachable } from './hub.ts';

export { HUB, isHubName } from './hub.ts';

export interface DownloadPlan {
  readonly repository: string;
  readonly commit: string;
  readonly files: number;
  readonly bytes: number;
  /** Bytes that an earlier attempt left here. */
  readonly present: number;
}

export interface DownloadOptions extends HubModel {
  /** The folder of the library. */
  readonly data: string;
  readonly signal?: AbortSignal;
  /** Called before the first byte of the weights is asked for. */
  readonly onPlan?: (plan: DownloadPlan) => void;
  readonly onProgress?: (done: number, total: number, path: string) => void;
  /** Milliseconds before the first retry; each later one waits twice as long. Default 1,000. */
  readonly retryMs?: number;
}

const NEEDED = ['config.json', 'tokenizer.json'] as const;
const OPTIONAL = [
  'modules.json',
  'sentence_bert_config.json',
  'config_sentence_transformers.json',
  'README.md',
  'LICENSE',
];
const WEIGHTS = 'model.safetensors';
const SHARDS = 'model.safetensors.index.json';
/** A small file of more bytes is not one. A tokenizer of 250,000 pieces has 17 MB. */
const MAX_SMALL = 64 << 20;
/** Attempts at one file without a byte of progress. */
const ATTEMPTS = 5;
const RETRY_MS = 1_000;

/** Downloads what the site needs of a model. Returns the folder, which `discard` removes. */
export async function downloadModel(
  options: DownloadOptions,
): Promise<{ readonly folder: string; readonly commit: string; readonly discard: () => void }> {
  const folder = workFolder(options);
  mkdirSync(folder, { recursive: true });
  const download = new Download(folder, options);
  const commit = await download.run();
  return { folder, commit, discard: () => rmSync(folder, { recursive: true, force: true }) };
}

/** The same place for every attempt, so that a later one finds the bytes of an earlier one. */
function workFolder({ data, hub, repository }: DownloadOptions): string {
  const origin = createHash('sha256').update(hub).digest('hex').slice(0, 8);
  return join(modelsFolder(data), `.download-${origin}-${repository.replace('/', '--')}`);
}

class Download {
  readonly #folder: string;
  readonly #options: DownloadOptions;
  #model: HubModel;

  constructor(folder: string, options: DownloadOptions) {
    this.#folder = folder;
    this.#options = options;
    this.#model = options;
  }

  async run(): Promise<string> {
    const { repository, onPlan, onProgress } = this.#options;
    const commit = await this.#pin();
    for (const path of NEEDED) if (!(await this.#small(path))) throw missing(repository, path);
    for (const path of OPTIONAL) await this.#small(path);
    for (const path of this.#poolings()) await this.#small(path);
    const weights = await this.#weights();
    const bytes = weights.reduce((sum, [, file]) => sum + file.bytes, 0);
    const present = weights.reduce((sum, [path, file]) => sum + Math.min(file.bytes, this.#size(path)), 0);
    checkSpace(this.#folder, bytes - present);
    onPlan?.({ repository, commit, files: weights.length, bytes, present });
    let before = 0;
    for (const [path, file] of weights) {
      await this.#large(path, file, (done) => onProgress?.(before + done, bytes, path));
      before += file.bytes;
    }
    return commit;
  }

  /** Later requests name the commit: a push to the branch cannot mix two versions. Bytes of another commit go. */
  async #pin(): Promise<string> {
    const { repository, signal } = this.#options;
    const found = await this.#retried(() => request(this.#model, 'config.json', { method: 'HEAD', signal }));
    if (found === undefined) throw missing(repository, 'config.json');
    await found.response.body?.cancel();
    const commit = found.file.commit ?? this.#model.revision;
    if (!/^[\w.-]+$/.test(commit))
      throw new EngineError('STORAGE_FAILED', `The hub names the commit ${JSON.stringify(commit)}`);
    const path = join(this.#folder, '.commit');
    if (existsSync(path) && readFileSync(path, 'utf8') !== commit) {
      rmSync(this.#folder, { recursive: true, force: true });
      mkdirSync(this.#folder, { recursive: true });
    }
    writeFileSync(path, commit);
    this.#model = { ...this.#model, revision: commit };
    return commit;
  }

  /** A file that is read whole. false where the model has none. */
  async #small(path: string): Promise<boolean> {
    const target = join(this.#folder, path);
    if (existsSync(target)) return true;
    const bytes = await this.#retried(async () => {
      const found = await request(this.#model, path, { signal: this.#options.signal });
      if (found === undefined) return undefined;
      if (found.file.bytes > MAX_SMALL) throw tooLarge(path, found.file.bytes);
      const body = await bodyOf(found.response, this.#model.hub, this.#options.signal);
      const { bytes: stated } = found.file;
      if (stated < 0 || stated === body.length) return body;
      throw unreachable(this.#model.hub, new Error(`${path} ended after ${body.length} of ${stated} bytes`));
    });
    if (bytes === undefined) return false;
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(`${target}.part`, bytes);
    renameSync(`${target}.part`, target);
    return true;
  }

  /** modules.json names the folder of the pooling. */
  #poolings(): readonly string[] {
    const modules = this.#json('modules.json');
    if (!Array.isArray(modules)) return [];
    return modules
      .map((module: { path?: unknown } | null) => module?.path)
      .filter((path): path is string => typeof path === 'string' && /^[\w.-]+$/.test(path) && !/^\.+$/.test(path))
      .map((path) => `${path}/config.json`);
  }

  /** The files of the weights with their sizes: one, or the shards of an index. */
  async #weights(): Promise<readonly (readonly [path: string, file: HubFile])[]> {
    const { repository, signal } = this.#options;
    const names = (await this.#small(SHARDS)) ? this.#shards() : [WEIGHTS];
    const files: (readonly [string, HubFile])[] = [];
    for (const name of names) {
      const found = await this.#retried(() => request(this.#model, name, { method: 'HEAD', signal }));
      await found?.response.body?.cancel();
      if (found === undefined) throw missing(repository, name);
      if (found.file.bytes < 0) {
        throw new EngineError('STORAGE_FAILED', `The hub does not state the size of ${name}`, {
          hint: 'Check QUIRE_HUB: it must answer as huggingface.co does.',
        });
      }
      files.push([name, found.file]);
    }
    return files;
  }

  #shards(): readonly string[] {
    const index = this.#json(SHARDS) as { weight_map?: Readonly<Record<string, unknown>> } | undefined; // checked below
    const names = [...new Set(Object.values(index?.weight_map ?? {}))].sort();
    const bad = names.find((name) => typeof name !== 'string' || !/^[\w.-]+\.safetensors$/.test(name));
    if (bad !== undefined || names.length === 0) {
      throw new EngineError('PARSE_FAILED', `${SHARDS} names the shard ${JSON.stringify(bad)}`);
    }
    return names as readonly string[]; // each was compared with the pattern above
  }

  #json(path: string): unknown {
    try {
      return JSON.parse(readFileSync(join(this.#folder, path), 'utf8'));
    } catch {
      return undefined; // a missing or broken file: the reader of the model says so
    }
  }

  async #large(path: string, file: HubFile, onBytes: (done: number) => void): Promise<void> {
    const target = join(this.#folder, path);
    const part = `${target}.part`;
    if (existsSync(target)) return onBytes(file.bytes);
    await this.#retried(
      async () => this.#rest(path, part, file, onBytes),
      () => this.#size(path),
    );
    const problem = await differs(part, file);
    if (problem !== undefined) {
      rmSync(part, { force: true });
      throw new EngineError('CORRUPT', `${path} of the hub: ${problem}`, {
        hint: 'The bytes were thrown away. Give the same command again.',
      });
    }
    renameSync(part, target);
    onBytes(file.bytes);
  }

  /** Asks for the bytes that are not here yet and appends them. */
  async #rest(path: string, part: string, file: HubFile, onBytes: (done: number) => void): Promise<void> {
    const { signal } = this.#options;
    let from = this.#size(path);
    if (from > file.bytes) {
      rmSync(part, { force: true });
      from = 0;
    }
    if (from === file.bytes && existsSync(part)) return;
    const found = await request(this.#model, path, { from, signal });
    if (found === undefined) throw missing(this.#options.repository, path);
    const { response } = found;
    // A server that does not know ranges sends the whole file.
    if (from > 0 && response.status !== 206) from = 0;
    const out = await open(part, from > 0 ? 'a' : 'w');
    try {
      let done = from;
      for await (const chunk of chunksOf(response, this.#model.hub, signal)) {
        await out.write(chunk);
        done += chunk.length;
        onBytes(done);
        if (done > file.bytes) break; // found by the comparison of sizes
      }
      if (done < file.bytes)
        throw unreachable(this.#model.hub, new Error(`${path} ended after ${done} of ${file.bytes} bytes`));
      await out.sync();
    } finally {
      await out.close();
    }
  }

  /** Bytes of a file that are here. */
  #size(path: string): number {
    for (const name of [path, `${path}.part`]) {
      const at = join(this.#folder, name);
      if (existsSync(at)) return statSync(at).size;
    }
    return 0;
  }

  /** Tries again after failures of the connection; as long as `progress` grows, without end. */
  async #retried<T>(attempt: () => Promise<T>, progress: () => number = () => 0): Promise<T> {
    const { signal, retryMs = RETRY_MS } = this.#options;
    for (let failures = 0, seen = progress(); ; ) {
      try {
        throwIfAborted(signal);
        return await attempt();
      } catch (error) {
        if (!(error instanceof EngineError && error.code === 'STORAGE_FAILED')) throw error;
        const now = progress();
        failures = now > seen ? 1 : failures + 1;
        seen = now;
        if (failures >= ATTEMPTS) throw error;
        await sleep(retryMs * 2 ** (failures - 1), undefined, { ...(signal && { signal }) }).catch(() => undefined);
      }
    }
  }
}

async function* chunksOf(response: Response, hub: string, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  if (response.body === null) return;
  try {
    yield* response.body as AsyncIterable<Uint8Array>; // a body of fetch yields bytes
  } catch (error) {
    if (signal?.aborted) throw new EngineError('CANCELLED', 'The download was stopped');
    throw unreachable(hub, error);
  }
}

async function bodyOf(response: Response, hub: string, signal: AbortSignal | undefined): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunksOf(response, hub, signal)) {
    size += chunk.length;
    if (size > MAX_SMALL) throw tooLarge(response.url, size);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function differs(path: string, { bytes, sha256 }: HubFile): Promise<string | undefined> {
  const { size } = statSync(path);
  if (size !== bytes) return `${size} bytes came, and the hub states ${bytes}`;
  if (sha256 === undefined) return undefined;
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex') === sha256 ? undefined : 'its SHA-256 is not the one that the hub states';
}

/** The download and the copy that is made of it. */
function checkSpace(folder: string, bytes: number): void {
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  if (free >= 2 * bytes) return;
  const mb = (n: number) => `${Math.ceil(n / 1e6)} MB`;
  throw new EngineError('STORAGE_FULL', `The model needs ${mb(2 * bytes)} while it is added; ${mb(free)} are free`, {
    hint: 'Free space, or name another folder with --data-dir.',
  });
}

function missing(repository: string, path: string): EngineError {
  return new EngineError('NOT_FOUND', `The model ${repository} of the hub has no ${path}`, {
    hint: 'Only models with config.json, tokenizer.json and safetensors weights can be added.',
  });
}

function tooLarge(path: string, bytes: number): EngineError {
  return new EngineError(
    'STORAGE_FAILED',
    `${path} of the hub has ${bytes} bytes; ${MAX_SMALL} is the most for such a file`,
  );
}

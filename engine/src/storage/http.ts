// A read-only Directory over HTTP Range requests: a library on any static server or object store. Blocks are kept in a
// small cache. If a server ignores Range, each file is read whole, once. It cannot list, so it cannot write or merge.

import { EngineError, throwIfAborted } from '../core/errors.ts';
import type { Cancellable } from '../core/types.ts';
import type { Directory, RandomAccess } from './directory.ts';
import { checkFileName, checkRange, MANIFEST } from './file-names.ts';
import { memoryFile } from './memory.ts';

export interface HttpDirectoryOptions {
  /** Default: the platform's fetch. */
  readonly fetch?: typeof globalThis.fetch;
  /** Sent with every request (for example authorisation). */
  readonly headers?: Readonly<Record<string, string>>;
  /** The smallest request in bytes, and the unit of the cache. Default 65536. */
  readonly blockBytes?: number;
  /** Cached blocks of all files together; the least recently used is dropped first. Default 512 (32 MiB). */
  readonly cacheBlocks?: number;
}

/** The library whose files are under `url`. */
export function httpDirectory(url: string | URL, options: HttpDirectoryOptions = {}): Directory {
  const base = new URL(String(url).endsWith('/') ? url : `${url}/`);
  const client = new RangeClient(base, options);
  const refuse = async (): Promise<never> => {
    throw new EngineError('READ_ONLY', `${base.href}: a library behind HTTP can only be read`, {
      hint: 'Write it where its files lie.',
    });
  };
  return {
    label: base.href,
    readOnly: true,
    keepsRemoved: false,
    list: async () => {
      throw new EngineError('UNSUPPORTED', `${base.href}: files behind HTTP cannot be listed`);
    },
    open: (name) => client.open(checkFileName(name)),
    create: refuse,
    rename: refuse,
    remove: refuse,
    syncDirectory: async () => {},
    lock: refuse,
  };
}

class RangeClient {
  readonly #base: URL;
  readonly #fetch: typeof globalThis.fetch;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #blockBytes: number;
  readonly #cacheBlocks: number;
  readonly #cache = new Map<string, Promise<Uint8Array>>(); // "name block", least recently used first

  constructor(base: URL, options: HttpDirectoryOptions) {
    this.#base = base;
    this.#fetch = options.fetch ?? globalThis.fetch.bind(globalThis);
    this.#headers = options.headers ?? {};
    this.#blockBytes = options.blockBytes ?? 65536;
    this.#cacheBlocks = options.cacheBlocks ?? 512;
  }

  async open(name: string): Promise<RandomAccess> {
    this.#forget(name); // the manifest changes, and a new library in this place reuses the other names
    const first = await this.#request(name, 0, this.#blockBytes);
    if (first.isWhole) return memoryFile(name, first.bytes);
    this.#remember(`${name} 0`, Promise.resolve(first.bytes));
    const { size } = first;
    return {
      name,
      size,
      read: (offset, length, options) => this.#read(name, size, offset, length, options),
      close: async () => {},
    };
  }

  async #read(
    name: string,
    size: number,
    offset: number,
    length: number,
    options: Cancellable = {},
  ): Promise<Uint8Array> {
    throwIfAborted(options.signal);
    checkRange(name, offset, length, size);
    if (length === 0) return new Uint8Array(0);
    const unit = this.#blockBytes;
    const firstBlock = Math.floor(offset / unit);
    const lastBlock = Math.floor((offset + length - 1) / unit);
    if (lastBlock - firstBlock > this.#cacheBlocks / 4) {
      return (await this.#request(name, offset, length, options.signal)).bytes; // not cached: a scan would empty the cache
    }
    const blocks = this.#blocks(name, size, firstBlock, lastBlock);
    const out = new Uint8Array(length);
    for (let b = firstBlock; b <= lastBlock; b++) {
      const bytes = await blocks[b - firstBlock]!;
      const from = Math.max(0, offset - b * unit);
      out.set(bytes.subarray(from, Math.min(bytes.length, offset + length - b * unit)), b * unit + from - offset);
    }
    return out;
  }

  /**
   * Cached blocks, and one request for each range of missing ones. Readers share it, so one reader cannot cancel it.
   */
  #blocks(name: string, size: number, first: number, last: number): readonly Promise<Uint8Array>[] {
    const unit = this.#blockBytes;
    for (let b = first; b <= last; b++) {
      if (this.#cache.has(`${name} ${b}`)) continue;
      let end = b;
      while (end < last && !this.#cache.has(`${name} ${end + 1}`)) end++;
      const begin = b;
      const run = this.#request(name, begin * unit, Math.min(size, (end + 1) * unit) - begin * unit);
      for (let i = begin; i <= end; i++) {
        const key = `${name} ${i}`;
        const block = run.then(({ bytes }) => bytes.slice((i - begin) * unit, (i - begin + 1) * unit));
        block.catch(() => this.#cache.delete(key)); // a failed request can be repeated; its readers get the error
        this.#remember(key, block);
      }
      b = end;
    }
    const found: Promise<Uint8Array>[] = [];
    for (let b = first; b <= last; b++) {
      const block = this.#cache.get(`${name} ${b}`)!;
      this.#remember(`${name} ${b}`, block);
      found.push(block);
    }
    while (this.#cache.size > this.#cacheBlocks) this.#cache.delete(this.#cache.keys().next().value!);
    return found;
  }

  #forget(name: string): void {
    for (const key of [...this.#cache.keys()]) if (key.startsWith(`${name} `)) this.#cache.delete(key);
  }

  #remember(key: string, block: Promise<Uint8Array>): void {
    this.#cache.delete(key);
    this.#cache.set(key, block);
  }

  async #request(name: string, offset: number, length: number, signal?: AbortSignal) {
    const url = new URL(name, this.#base).href;
    const headers = { ...this.#headers, range: `bytes=${offset}-${offset + length - 1}` };
    let response: Response;
    let bytes: Uint8Array;
    try {
      // The manifest is the one file that changes: read it from the server, not from an HTTP cache.
      const cache = name === MANIFEST ? 'no-store' : 'default';
      response = await this.#fetch(url, { headers, cache, ...(signal === undefined ? {} : { signal }) });
      bytes = response.ok ? new Uint8Array(await response.arrayBuffer()) : new Uint8Array(0);
    } catch (error) {
      throwIfAborted(signal);
      throw new EngineError('STORAGE_FAILED', `${url}: ${(error as Error).message}`, { cause: error });
    }
    if (response.status === 404 || response.status === 410) throw new EngineError('NOT_FOUND', `${url} does not exist`);
    if (!response.ok) throw new EngineError('STORAGE_FAILED', `${url}: the server answered ${response.status}`);
    if (response.status !== 206) {
      // The server ignored Range and sent the whole file.
      return {
        bytes: offset === 0 ? bytes : bytes.subarray(offset, offset + length),
        size: bytes.length,
        isWhole: offset === 0,
      };
    }
    const size = Number(/\/(\d+)$/.exec(response.headers.get('content-range') ?? '')?.[1] ?? Number.NaN);
    const expected = Math.min(length, size - offset);
    if (!Number.isInteger(size) || bytes.length !== expected) {
      throw new EngineError('STORAGE_FAILED', `${url}: asked for ${expected} bytes at ${offset}, got ${bytes.length}`);
    }
    return { bytes, size, isWhole: bytes.length === size };
  }
}

// Finds texts that repeat a passage of a benchmark: a window of twelve words in a row that a document of it has, too. Such texts are not
// trained on, wherever they are from.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { EngineError } from '@quire/engine/core';

/** Words of a window. Shorter ones meet phrases that everybody writes. */
const WINDOW = 12;

/** Benchmarks whose documents no text may repeat. */
const BENCHMARKS = ['scifact', 'scitldr', 'cacm', 'cranfield', 'conala', 'cosqa', 'climate-fever-sentences'] as const;

export class KnownPassages {
  readonly #windows = new Set<number>();

  /** Adds all windows of a document. */
  add(document: string): void {
    for (const window of windowsOf(document)) this.#windows.add(window);
  }

  /** Whether a window of `text` is in a document. */
  contains(text: string): boolean {
    for (const window of windowsOf(text)) if (this.#windows.has(window)) return true;
    return false;
  }

  get size(): number {
    return this.#windows.size;
  }
}

/** The passages of the benchmarks in `folder` (BEIR layout). Throws NOT_FOUND where it has none of them. */
export function readKnownPassages(folder: string): KnownPassages {
  const passages = new KnownPassages();
  let found = 0;
  for (const name of BENCHMARKS) {
    const path = ['corpus.jsonl.gz', 'corpus.jsonl'].map((file) => join(folder, name, file)).find(existsSync);
    if (path === undefined) continue;
    found++;
    const bytes = readFileSync(path);
    for (const line of (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8').split('\n')) {
      if (line === '') continue;
      const { title = '', text = '' } = JSON.parse(line);
      passages.add(`${title} ${text}`);
    }
  }
  if (found > 0) return passages;
  throw new EngineError('NOT_FOUND', `${folder} holds none of the benchmarks ${BENCHMARKS.join(', ')}`, {
    hint: 'Pass the folder of the benchmarks with --benchmarks.',
  });
}

/** A 52-bit hash of each window of words, in order. */
function* windowsOf(text: string): Generator<number> {
  const words = (text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).map(hash32);
  for (let i = WINDOW; i <= words.length; i++) {
    let high = 0;
    let low = 0;
    for (let j = i - WINDOW; j < i; j++) {
      high = (Math.imul(high, 0x01000193) ^ words[j]!) >>> 0;
      low = (Math.imul(low, 0x85ebca6b) + words[j]!) >>> 0;
    }
    yield (high & 0xfffff) * 2 ** 32 + low;
  }
}

/** FNV-1a over UTF-16 units. */
function hash32(word: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

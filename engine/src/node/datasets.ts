// Datasets in a local folder, in BEIR's layout (corpus, queries, qrels/<split>.tsv, each plain or .gz), and CACM in its
// original files. Files are streamed; the fingerprint of a file is a hash of its decompressed content.

import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { shown } from '../core/check.ts';
import { EngineError, throwIfAborted } from '../core/errors.ts';
import type { Cancellable } from '../core/types.ts';
import { type BeirDocument, parseBeirDocument, parseBeirQueries, parseQrels } from '../evaluation/beir.ts';
import { parseCacmTopics, readCacm } from '../evaluation/cacm.ts';
import { decodeLines, parseFailed } from '../evaluation/lines.ts';
import type { Qrels } from '../evaluation/types.ts';

export interface DatasetOptions extends Cancellable {
  /** The folder that holds the datasets. Default: the environment variable QUIRE_DATA. */
  readonly data?: string | undefined;
  /** Selects the judgements: the name of a file in qrels/. Default "test". */
  readonly split?: string | undefined;
}

export interface Dataset {
  readonly name: string;
  readonly folder: string;
  readonly split: string;
  /** Splits that have judgements. */
  readonly splits: readonly string[];
  readonly documents: readonly BeirDocument[];
  /** Every query of the dataset, including those of other splits. */
  readonly queries: ReadonlyMap<string, string>;
  readonly qrels: Qrels;
  /** SHA-256 (16 hex digits) of each file's decompressed bytes: corpus, queries, qrels. */
  readonly fingerprints: Readonly<Record<string, string>>;
}

/** The folder of datasets. Throws NOT_FOUND when neither the option nor QUIRE_DATA names an existing folder. */
export function dataFolder(options: DatasetOptions = {}): string {
  const folder = options.data ?? process.env.QUIRE_DATA;
  if (folder === undefined || folder === '') {
    throw new EngineError('NOT_FOUND', 'The folder of datasets is not set', {
      hint: 'Set it with --data FOLDER or the environment variable QUIRE_DATA.',
    });
  }
  if (!existsSync(folder)) throw new EngineError('NOT_FOUND', `The folder of datasets ${folder} does not exist`);
  return folder;
}

/** Names of the datasets in the folder (folders with queries and judgements), ascending. */
export function listDatasets(options: DatasetOptions = {}): readonly string[] {
  const folder = dataFolder(options);
  const isDataset = (name: string) =>
    locate(join(folder, name, 'queries.jsonl')) && existsSync(join(folder, name, 'qrels'));
  return readdirSync(folder).filter(isDataset).sort();
}

/** Loads a dataset. Throws NOT_FOUND for a missing dataset, split or file, and PARSE_FAILED with file and line. */
export async function loadDataset(name: string, options: DatasetOptions = {}): Promise<Dataset> {
  const folder = datasetFolder(name, options);
  const split = options.split ?? 'test';
  const judged = await loadQrels(name, { ...options, split });
  const corpus = existing(join(folder, 'corpus.jsonl'));
  const hash = createHash('sha256');
  const documents: BeirDocument[] = [];
  const seen = new Set<string>();
  let number = 0;
  for await (const line of decodeLines(bytesOf(corpus, hash), { source: corpus })) {
    number++;
    if (line.trim() === '') continue;
    if (number % 1000 === 0) throwIfAborted(options.signal);
    const document = parseBeirDocument(line, number, { source: corpus });
    if (seen.has(document.id))
      throw parseFailed({ source: corpus }, number, `document id ${shown(document.id)} comes twice`);
    seen.add(document.id);
    documents.push(document);
  }
  const queryFile = existing(join(folder, 'queries.jsonl'));
  const queries = await readWhole(queryFile);
  return {
    name,
    folder,
    split,
    splits: splitsOf(folder),
    documents,
    queries: parseBeirQueries(queries.text, { source: queryFile }),
    qrels: judged.qrels,
    fingerprints: { corpus: digest(hash), queries: queries.fingerprint, qrels: judged.fingerprint },
  };
}

/** The judgements of one split without the corpus, for leak detection. */
export async function loadQrels(
  name: string,
  options: DatasetOptions = {},
): Promise<{ readonly qrels: Qrels; readonly fingerprint: string }> {
  const folder = datasetFolder(name, options);
  const split = options.split ?? 'test';
  const file = locate(join(folder, 'qrels', `${split}.tsv`));
  if (file === undefined) {
    throw new EngineError('NOT_FOUND', `The dataset ${name} has no split ${JSON.stringify(split)}`, {
      hint: `The splits are: ${splitsOf(folder).join(', ') || 'none'}.`,
    });
  }
  const { text, fingerprint } = await readWhole(file);
  return { qrels: parseQrels(text, { source: file }), fingerprint };
}

/** CACM in its original files (folder raw/): documents without title, topics, TREC qrels. */
export async function loadCacmRaw(options: DatasetOptions = {}): Promise<Dataset> {
  const folder = join(datasetFolder('cacm', options), 'raw');
  const files = { corpus: 'cacm.tar.gz', queries: 'topics.cacm.txt', qrels: 'qrels.cacm.txt' };
  const path = (name: string) => existing(join(folder, name));
  const archive = await readBytes(path(files.corpus));
  const topics = await readWhole(path(files.queries));
  const qrels = await readWhole(path(files.qrels));
  return {
    name: 'cacm-raw',
    folder,
    split: 'test',
    splits: ['test'],
    documents: [...readCacm(archive.bytes, files.corpus)].map(({ id, text }) => ({ id, title: '', text })),
    queries: parseCacmTopics(topics.text, { source: files.queries }),
    qrels: parseQrels(qrels.text, { source: files.qrels }),
    fingerprints: { corpus: archive.fingerprint, queries: topics.fingerprint, qrels: qrels.fingerprint },
  };
}

/** The text of a file, decompressed when its name ends in .gz, and the fingerprint of its bytes. */
export async function readTextFile(file: string): Promise<{ readonly text: string; readonly fingerprint: string }> {
  return readWhole(existing(file));
}

function datasetFolder(name: string, options: DatasetOptions): string {
  const data = dataFolder(options);
  const folder = join(data, name);
  if (existsSync(folder) && name !== '' && !/[\\/]|^\.+$/.test(name)) return folder;
  throw new EngineError('NOT_FOUND', `There is no dataset ${JSON.stringify(name)} in ${data}`, {
    hint: `The datasets are: ${listDatasets(options).join(', ') || 'none'}.`,
  });
}

function splitsOf(folder: string): readonly string[] {
  if (!existsSync(join(folder, 'qrels'))) return [];
  const names = readdirSync(join(folder, 'qrels')).map((file) => /^(.+)\.tsv(?:\.gz)?$/.exec(file)?.[1]);
  return names.filter((split): split is string => split !== undefined).sort();
}

/** The path of the file or of its compressed form. */
const locate = (file: string) => [file, `${file}.gz`].find((path) => existsSync(path));

function existing(file: string): string {
  const found = locate(file);
  if (found !== undefined) return found;
  throw new EngineError('NOT_FOUND', `The file ${file} does not exist, plain or with .gz`);
}

type Hash = ReturnType<typeof createHash>;

async function* bytesOf(file: string, hash: Hash): AsyncGenerator<Uint8Array> {
  const raw = createReadStream(file);
  const stream = file.endsWith('.gz') ? raw.pipe(createGunzip()) : raw;
  raw.on('error', (error) => stream.destroy(error));
  try {
    for await (const chunk of stream as AsyncIterable<Uint8Array>) {
      hash.update(chunk);
      yield chunk;
    }
  } catch (cause) {
    if (cause instanceof EngineError) throw cause;
    throw new EngineError('PARSE_FAILED', `${file} cannot be read: ${(cause as Error).message}`, { cause });
  } finally {
    raw.destroy();
  }
}

async function readBytes(file: string): Promise<{ bytes: Uint8Array; fingerprint: string }> {
  const hash = createHash('sha256');
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytesOf(file, hash)) chunks.push(chunk);
  return { bytes: Buffer.concat(chunks), fingerprint: digest(hash) };
}

async function readWhole(file: string): Promise<{ text: string; fingerprint: string }> {
  const { bytes, fingerprint } = await readBytes(file);
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), fingerprint };
  } catch (cause) {
    throw new EngineError('PARSE_FAILED', `${file} holds bytes that are not UTF-8`, { cause });
  }
}

const digest = (hash: Hash) => hash.digest('hex').slice(0, 16);

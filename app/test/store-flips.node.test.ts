// One flipped bit anywhere in the file of the store, or in its log: after the background check each answer of a fixed set
// of queries is the same as before, or names what is damaged. Nothing ends the process, nothing hangs.
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EngineError } from '@quire/engine/core';
import { Rng } from '@quire/engine/internals';
import { beforeAll, describe, expect, it } from 'vitest';
import { count, seed } from '../../engine/test/support/env.ts';
import { IndexView } from '../src/library/index-view.ts';
import { type Encoders, loadEncoders } from '../src/library/paper-index.ts';
import { openLibraryIn } from '../src/services/library-open.ts';
import { createServices, type Services } from '../src/services/services.ts';
import { checkInBackground, STORE_FILE, Store } from '../src/store/index.ts';
import type { SqliteDatabase } from '../src/store/sqlite-database.ts';
import { inFolder, PAPERS, writeRows } from './papers.ts';

const LOG_FILE = `${STORE_FILE}-wal`;
const ROWS = 400;
const rows = Array.from({ length: ROWS }, (_, i) => ({
  id: `flip/${i}`,
  title: `Study ${i} of flipped bits`,
  abstract: `Words of study ${i}: ${'alpha beta gamma '.repeat(1 + (i % 7))}`,
  authors: [`Author ${i % 50}`],
  published: `2025-02-${String(1 + (i % 20)).padStart(2, '0')}`,
  upvotes: i % 5,
  ...(i % 10 < 2 && { doi: `10.1000/flip.${Math.floor(i / 10)}` }), // every tenth pair is one work
}));
const later = rows.slice(0, 40).map((row) => ({ ...row, upvotes: 9 }));

type Ask = (services: Services, store: Store) => unknown;
const page = { limit: 100 };
const search = (query: string): readonly [string, Ask] => [
  `search ${query}`,
  async (services) => {
    const { ms: _, ...answer } = await services.search(query, { limit: 50 });
    return answer;
  },
];
const QUERIES: readonly (readonly [name: string, ask: Ask])[] = [
  ['counts', (services) => services.counts()],
  ['newest day', (services) => services.newestDay()],
  ['day', (services) => services.papersOfDay('2025-02-07', page)],
  ['day with neighbours', (services) => services.papersOfDay('2025-03-17', page)],
  ['list', (services) => services.list(page)],
  ['list, deeper', (services) => services.list({ ...page, offset: 300 })],
  ['paper by arXiv id', (services) => services.paper('2503.00001')],
  ['paper by DOI', (services) => services.paper('10.1000/flip.7')],
  ['paper by its own id', (services) => services.paper('flip/123')],
  ['two papers of one id', (services) => services.paper('conf/7')],
  ['no paper', (services) => services.paper('2503.99999')],
  ['similar', (services) => services.similar('2503.00003', { limit: 20 })],
  search('2503.00001'),
  search('Hard Negatives'),
  search('Study 77 of flipped bits'),
  search('"dense retrieval"'),
  search('Ada Example'),
  search('flipped alpha study'),
  search('year:2025'),
  ['changes', (_, store) => store.changesAfter(0, 10_000)],
  ['identity', (_, store) => store.identity()],
];
/** Their answers have no field for damage: the status beside them says what is damaged. */
const BESIDE_STATUS: ReadonlySet<string> = new Set(['counts', 'newest day', 'changes', 'identity']);

/** The answer of each query as text; an error, or damage that the answer names, as what it names. */
type Answers = ReadonlyMap<string, { readonly text: string } | { readonly named: string }>;

async function answersOf(store: Store, index: IndexView, encoders: Encoders): Promise<Answers> {
  const services = createServices({ store, index, encoders });
  const answers = new Map<string, { text: string } | { named: string }>();
  for (const [name, ask] of QUERIES) {
    try {
      const answer = await ask(services, store);
      const { damaged } = BESIDE_STATUS.has(name) ? (await services.status()).store : { damaged: damageIn(answer) };
      answers.set(name, damaged.length > 0 ? { named: damaged.join(' ') } : { text: JSON.stringify(answer) ?? 'none' });
    } catch (error) {
      answers.set(name, { named: namedBy(error) });
    }
  }
  return answers;
}

function damageIn(answer: unknown): readonly string[] {
  const has = typeof answer === 'object' && answer !== null && 'damaged' in answer;
  return has ? (answer.damaged as readonly string[]) : []; // FromStore
}

/** Any other error than one of ours, and one that names nothing, fails the test. */
function namedBy(error: unknown): string {
  if (!(error instanceof EngineError)) throw error;
  expect(error.message).toMatch(/papers\.sqlite|record|work|row|index/);
  return error.message;
}

interface Outcome {
  readonly kind: 'refused' | 'named' | 'same';
  /** Queries that answered something else without a word. */
  readonly wrong: readonly string[];
  readonly ms: number;
}

async function trial(folder: string, sound: Answers, index: IndexView, encoders: Encoders): Promise<Outcome> {
  const start = performance.now();
  const outcome = (kind: Outcome['kind'], wrong: readonly string[] = []) => ({
    kind,
    wrong,
    ms: performance.now() - start,
  });
  let store: Store;
  try {
    store = await Store.open(folder);
  } catch (error) {
    namedBy(error);
    return outcome('refused');
  }
  try {
    await checkInBackground(store).done;
    expect((await store.health.now()).state).not.toBe('unchecked');
    const answers = await answersOf(store, index, encoders);
    const wrong = QUERIES.map(([name]) => name).filter((name) => {
      const answer = answers.get(name);
      return answer !== undefined && 'text' in answer && answer.text !== textOf(sound, name);
    });
    return outcome([...answers.values()].some((answer) => 'named' in answer) ? 'named' : 'same', wrong);
  } finally {
    await store.close();
  }
}

function textOf(answers: Answers, name: string): string | undefined {
  const answer = answers.get(name);
  return answer !== undefined && 'text' in answer ? answer.text : undefined;
}

/** A library in `folder` with a file that contains everything, and a copy of the file with its last changes in the log. */
async function makeLibrary(folder: string): Promise<{ readonly whole: string; readonly logged: string }> {
  const library = await openLibraryIn(join(folder, 'data'), { create: true });
  const { ingest, store } = library;
  await ingest.importFiles([writeRows(join(folder, 'a.jsonl'), PAPERS), writeRows(join(folder, 'b.jsonl'), rows)]);
  (store.database as SqliteDatabase).file.pragma('wal_checkpoint(TRUNCATE)');
  await ingest.importFiles([writeRows(join(folder, 'c.jsonl'), later)], { source: 'b' });
  const [whole, logged] = [join(folder, 'whole'), join(folder, 'logged')];
  const from = join(folder, 'data', STORE_FILE);
  copyFileSync(from, logged);
  copyFileSync(`${from}-wal`, `${logged}-wal`);
  await library.close();
  copyFileSync(from, whole);
  return { whole, logged };
}

describe('a flipped bit', () => {
  let encoders: Encoders;
  beforeAll(() => {
    encoders = loadEncoders();
  });

  it.each([
    ['in the file', false, count(60, 1_000)],
    ['in the file or its log', true, count(20, 250)],
  ])('%s changes no answer without a word', async (label, withLog, flips) => {
    const rng = new Rng(seed(`a flipped bit ${label}`));
    await inFolder(async (folder) => {
      const { whole, logged } = await makeLibrary(folder);
      const data = join(folder, 'data');
      const [file, log] = [join(data, STORE_FILE), join(data, LOG_FILE)];
      const bytes = readFileSync(withLog ? logged : whole);
      const logBytes = withLog ? readFileSync(`${logged}-wal`) : Buffer.alloc(0);
      const index = new IndexView(data, encoders);
      const pristine = await Store.open(data);
      const sound = await answersOf(pristine, index, encoders);
      await pristine.close();
      expect([...sound.values()].filter((answer) => 'named' in answer)).toEqual([]);

      const counts = { refused: 0, named: 0, same: 0 };
      let slowest = 0;
      for (let i = 0; i < flips; i++) {
        const at = Math.floor(rng.float() * (bytes.length + logBytes.length));
        const bit = 1 << Math.floor(rng.float() * 8);
        for (const end of ['', '-wal', '-shm']) rmSync(file + end, { force: true });
        writeFileSync(file, flipped(bytes, at, bit));
        if (withLog) writeFileSync(log, flipped(logBytes, at - bytes.length, bit));
        const { kind, wrong, ms } = await trial(data, sound, index, encoders);
        expect(wrong, `bit ${bit} of byte ${at}`).toEqual([]);
        counts[kind]++;
        slowest = Math.max(slowest, ms);
      }
      await index.close();
      console.log(
        `a flipped bit ${label} (${bytes.length + logBytes.length} bytes): ${flips} flips, ${JSON.stringify(counts)}, slowest ${slowest.toFixed(0)} ms`,
      );
      expect(slowest).toBeLessThan(30_000);
    });
  });
});

function flipped(bytes: Buffer, at: number, bit: number): Buffer {
  const copy = Buffer.from(bytes);
  if (at >= 0 && at < copy.length) copy[at] = (copy[at] ?? 0) ^ bit;
  return copy;
}

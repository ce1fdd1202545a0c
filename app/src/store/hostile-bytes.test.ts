// Bytes that are not UTF-8, wherever they are in the file, never end the process.
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EngineError } from '@quire/engine/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isRejected, readRecord } from '../papers/index.ts';
import { checkStore } from './check.ts';
import { STORE_FILE } from './open-database.ts';
import { Store } from './store.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quire-bytes-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Offsets of `text` in the file. */
function offsetsOf(bytes: Buffer, text: string): number[] {
  const found: number[] = [];
  for (let at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at + 1)) found.push(at);
  return found;
}

describe('a store with a byte that is not UTF-8', () => {
  // Each text stands in at least one place: a row, an index, the schema with names of tables, columns and indexes.
  it.each(['A Title With Sense', 'odd-source', 'title_hash', 'records_title', 'CREATE TABLE records', 'CREATE INDEX'])(
    'in %j answers or throws an EngineError',
    async (text) => {
      const record = readRecord('odd-source', { id: 'odd-id', title: 'A Title With Sense', authors: ['Ada B'] });
      if (isRejected(record)) throw new Error(record.reason);
      const sound = join(folder, 'sound');
      const made = await Store.open(sound);
      await made.importRows([
        { record, raw: JSON.stringify({ id: 'odd-id', title: record.title, authors: ['Ada B'] }) },
      ]);
      await made.close();
      const bytes = readFileSync(join(sound, STORE_FILE));
      const offsets = offsetsOf(bytes, text);
      expect(offsets.length).toBeGreaterThan(0);
      for (const offset of offsets) {
        copyFileSync(join(sound, STORE_FILE), join(folder, STORE_FILE));
        const damaged = Buffer.from(bytes);
        damaged[offset + 3] = (damaged[offset + 3] ?? 0) ^ 0x80;
        writeFileSync(join(folder, STORE_FILE), damaged);
        for (const use of [async (store: Store) => store.works(await store.keysAfter('', 10)), checkStore]) {
          let store: Store | undefined;
          try {
            store = await Store.open(folder);
            await use(store);
          } catch (error) {
            expect(error).toBeInstanceOf(EngineError);
          } finally {
            await store?.close();
          }
        }
      }
    },
  );
});

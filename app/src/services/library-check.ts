// What is in a library, whether it is sound, and the fix where it is not. It changes nothing.

import { existsSync, readdirSync } from 'node:fs';
import { EngineError } from '@quire/engine/core';
import { nodeDirectory } from '@quire/engine/node';
import { inspectLibrary, verifyLibrary } from '@quire/engine/storage';
import { loadModel } from '../library/model.ts';
import { openStore } from '../library/open-store.ts';
import { indexFolder } from '../library/paper-index.ts';
import { checkStore, type Place, type Store } from '../store/index.ts';
import { READ_ONLY_NOTE } from './library-open.ts';

export interface Finding {
  readonly name: string;
  readonly state: 'ok' | 'warning' | 'damaged';
  readonly detail: string;
  readonly hint?: string;
}

/** `deep`: read every row and every block, verify its checksum, and fold all works again. */
export async function checkLibrary(
  folder: string,
  { deep = false, database }: { readonly deep?: boolean } & Omit<Place, 'folder'> = {},
): Promise<readonly Finding[]> {
  const findings: Finding[] = [
    { name: 'node', state: 'ok', detail: `${process.versions.node}, ${process.platform} ${process.arch}` },
  ];
  const store = await found(findings, 'store', undefined, () => openStore({ folder, database }));
  if (store !== undefined) {
    if (store.readOnly)
      findings.push({ name: 'folder', state: 'warning', detail: READ_ONLY_NOTE, hint: READ_ONLY_HINT });
    await found(findings, 'records', undefined, () => examineStore(store, deep, findings));
    await found(findings, 'quarantine', undefined, () => examineQuarantine(store, findings));
    await found(findings, 'index', INDEX_HINT, () => examineIndex(folder, store, deep, findings));
    await store.close();
  }
  await found(findings, 'encoder', 'Get the files of models/ again.', () => {
    const model = loadModel();
    const detail =
      model === undefined ? 'none ships: search is by words only' : `${model.model.name}, ${model.dim} dimensions`;
    findings.push({ name: 'encoder', state: 'ok', detail });
  });
  return findings;
}

const STORE_HINT = 'Run "quire doctor --repair": it copies every sound record into a new file and keeps the old one.';
const QUARANTINE_HINT =
  'Records in quarantine are kept and not shown. Import their files again: a record that is read again replaces them.';
const READ_ONLY_HINT = 'Give this user permission to write the folder, or leave it as it is.';
const INDEX_HINT = 'Nothing is lost: "quire doctor --rebuild" makes the index again from the store.';

/** Errors that say nothing of what is in the files: nothing could be looked at. */
const NO_DAMAGE: ReadonlySet<string> = new Set(['READ_ONLY', 'LOCKED', 'STORAGE_FULL']);

/** Turns an error into a finding, with its own hint where none is given. */
async function found<T>(
  findings: Finding[],
  name: string,
  hint: string | undefined,
  look: () => T | Promise<T>,
): Promise<T | undefined> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof EngineError && NO_DAMAGE.has(error.code)) throw error;
    const detail = error instanceof Error ? error.message : String(error);
    const own = error instanceof EngineError ? error.hint : undefined;
    const shown = hint ?? own;
    findings.push({ name, state: 'damaged', detail, ...(shown !== undefined && { hint: shown }) });
    return undefined;
  }
}

async function examineStore(store: Store, deep: boolean, findings: Finding[]): Promise<void> {
  const records = (await store.countRecords()).reduce((sum, { records: n }) => sum + n, 0);
  const counts = `${records.toLocaleString('en')} records, ${(await store.countWorks()).toLocaleString('en')} works, change ${await store.lastChange()}`;
  if (!deep) {
    findings.push({ name: 'records', state: 'ok', detail: `${counts} (not verified: --deep does)` });
    return;
  }
  const { problems } = await checkStore(store);
  for (const detail of problems) findings.push({ name: 'records', state: 'damaged', detail, hint: STORE_HINT });
  if (problems.length === 0)
    findings.push({ name: 'records', state: 'ok', detail: `${counts}; every checksum and every fold verified` });
}

/** Most records of the quarantine that are listed. */
const LISTED = 1_000;

async function examineQuarantine(store: Store, findings: Finding[]): Promise<void> {
  for (const { source, id, reason, since } of await store.quarantine(LISTED)) {
    const detail = `${JSON.stringify(source)}, id ${JSON.stringify(id)}, since ${since}: ${reason}`;
    findings.push({ name: 'quarantine', state: 'warning', detail, hint: QUARANTINE_HINT });
  }
}

async function examineIndex(folder: string, store: Store, deep: boolean, findings: Finding[]): Promise<void> {
  if (!hasIndex(indexFolder(folder))) {
    findings.push({
      name: 'index',
      state: 'warning',
      detail: 'not made yet',
      hint: `It is made at the next start or search${byWhom(store)}.`,
    });
    return;
  }
  const directory = await nodeDirectory(indexFolder(folder), { readOnly: true });
  const info = await inspectLibrary(directory);
  if (info === undefined) throw new EngineError('CORRUPT', 'The folder of the index holds no index');
  const { problems, advice } = await verifyLibrary(directory, { deep });
  for (const { file, section, block, message } of problems) {
    const where = [file, section, block === undefined ? undefined : `block ${block}`].filter(
      (part) => part !== undefined,
    );
    findings.push({ name: 'index', state: 'damaged', detail: `${where.join(' ')}: ${message}`, hint: INDEX_HINT });
  }
  if (problems.length > 0) return;
  for (const detail of advice) findings.push({ name: 'index', state: 'warning', detail, hint: INDEX_HINT });
  const behind = (await store.lastChange()) - Number(info.metadata.change ?? 0);
  const detail = `${info.size.toLocaleString('en')} papers, ${sizeOf(info.bytes)}, generation ${info.generation}${deep ? '; every block verified' : ''}`;
  if (behind === 0) findings.push({ name: 'index', state: 'ok', detail });
  else
    findings.push({
      name: 'index',
      state: 'warning',
      detail: `${detail}; ${behind} ${behind === 1 ? 'change' : 'changes'} behind the store`,
      hint: `It catches up at the next start or search${byWhom(store)}.`,
    });
}

function byWhom(store: Store): string {
  return store.readOnly ? ' by a user who may write the folder' : '';
}

function sizeOf(bytes: number): string {
  return bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

/** The folder alone, with its lock, is what a first commit that failed leaves. */
function hasIndex(path: string): boolean {
  return existsSync(path) && readdirSync(path).some((name) => !name.startsWith('write.lock'));
}

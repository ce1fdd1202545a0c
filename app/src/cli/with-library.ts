// Opens the library for one command. Without a server that updates the index, the command updates it first.

import { resolve } from 'node:path';
import { EngineError } from '@quire/engine/core';
import { type OpenLibrary, openLibraryIn } from '../library/open.ts';
import { printable } from '../output/printable.ts';
import { findServer } from '../server/ownership.ts';
import type { Io } from './io.ts';
import { progress } from './progress.ts';

/** Printed for a library that this user may not write. */
export const READ_ONLY_NOTE =
  'this library can only be read here: papers newer than its index are not searched, and imports are refused.';

/** Runs `work` on the library in `dataDir` and closes it. */
export async function withLibrary<T>(
  io: Io,
  dataDir: string,
  work: (library: OpenLibrary) => Promise<T> | T,
): Promise<T> {
  const folder = resolve(dataDir);
  const library = openLibraryIn(folder, { orReadOnly: true });
  try {
    note(io, library);
    if (!library.readOnly && (await isBehind(library))) await catchUp(io, library);
    return await work(library);
  } finally {
    await library.close();
  }
}

/** The same for a command that needs the store alone. */
export async function withStore<T>(io: Io, dataDir: string, work: (library: OpenLibrary) => T): Promise<T> {
  const library = openLibraryIn(resolve(dataDir), { orReadOnly: true });
  try {
    note(io, library);
    return work(library);
  } finally {
    await library.close();
  }
}

function note(io: Io, { readOnly, store }: OpenLibrary): void {
  if (readOnly) io.err(printable`note: ${READ_ONLY_NOTE}\n`);
  if (store.countWorks() === 0) {
    io.err(printable`note: the library in ${store.folder} holds no papers yet; "quire import FILE" adds some.\n`);
  }
}

async function isBehind({ index, store }: OpenLibrary): Promise<boolean> {
  await index.refresh().catch(() => undefined); // a damaged index is rebuilt by catching up
  return index.contained() !== store.lastChange() && (await findServer(store.folder)) === undefined;
}

async function catchUp(io: Io, library: OpenLibrary): Promise<void> {
  const { index, ingest } = library;
  const bar = progress(io);
  bar.update(0, 1, 'indexing');
  try {
    await ingest.catchUp({
      signal: io.signal,
      onEvent: (event) => event.kind === 'indexed' && bar.update(event.done, event.total, 'indexing'),
    });
  } catch (error) {
    // Another process writes the index. The newest commit answers, and the answer says how much it lacks.
    const canAnswer = error instanceof EngineError && error.code === 'LOCKED' && index.contained() > 0;
    if (!canAnswer) throw error;
  } finally {
    bar.end();
  }
}

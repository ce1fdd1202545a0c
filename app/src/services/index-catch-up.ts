// Brings the index up to the store for one command, where no server does.

import { EngineError } from '@quire/engine/core';
import type { FollowOptions } from '../library/ingest.ts';
import type { OpenLibrary } from './library-open.ts';

/** Whether the index lacks changes of the store. */
export async function isBehind({ index, store }: OpenLibrary): Promise<boolean> {
  await index.refresh().catch(() => undefined); // a damaged index is rebuilt by catching up
  return index.contained() !== (await store.lastChange());
}

/** Throws LOCKED while another process writes the index and there is no commit that could answer. */
export async function bringUpToDate({ index, ingest }: OpenLibrary, options: FollowOptions): Promise<void> {
  try {
    await ingest.catchUp(options);
  } catch (error) {
    // Another process writes the index. The newest commit answers, and the answer says how much it lacks.
    const canAnswer = error instanceof EngineError && error.code === 'LOCKED' && index.contained() > 0;
    if (!canAnswer) throw error;
  }
}

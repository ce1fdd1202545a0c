// Starts the check of the whole file beside the server: in a thread with its own connection, so that requests are
// answered in the meantime. The result goes into the store's health.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { EngineError } from '@quire/engine/core';
import { DAMAGE_LIMIT, type Damage, damageFrom } from './damage.ts';
import type { Database } from './database.ts';
import { openDatabase, type Place, STORE_FILE } from './open-database.ts';
import type { Store } from './store.ts';
import { walkStore } from './walk.ts';

export interface CheckHandle {
  /** Resolves when the result is in the store's health, or the check was stopped. Never rejects. */
  readonly done: Promise<void>;
  stop(): Promise<void>;
}

/** The message of the thread: the whole result, once. */
export type CheckResult = { readonly damaged: readonly Damage[] } | { readonly failure: string };

/** The compiled file of the thread. Missing when the sources run directly (tests). */
const THREAD = fileURLToPath(new URL('./check-thread.js', import.meta.url));

export function checkInBackground(store: Store): CheckHandle {
  const stopping = new AbortController();
  const run = existsSync(THREAD) ? onThread(store.place, stopping.signal) : here(store.place, stopping.signal);
  const done = run.then(
    (result) => {
      if (stopping.signal.aborted) return;
      if ('damaged' in result) store.health.checked(result.damaged);
      else store.health.failed(result.failure);
    },
    (error: unknown) => {
      if (!stopping.signal.aborted) store.health.failed(reasonOf(error));
    },
  );
  return {
    done,
    stop: () => {
      stopping.abort();
      return done;
    },
  };
}

/** The check from its start to its end; between slices `pause` is awaited. */
export async function checkPlace(place: Place, pause: () => Promise<void>, signal?: AbortSignal): Promise<CheckResult> {
  let database: Database | undefined;
  try {
    const { database: opened } = await openDatabase(place, 'read');
    database = opened;
    const damaged = new Map<string, Damage>();
    const report = (damage: Damage) => {
      if (damaged.size < DAMAGE_LIMIT) damaged.set(damage.message, damage);
    };
    // one state of the store, while imports go on
    await opened.snapshot(async (on) => {
      for await (const _ of walkStore(opened, on, report)) {
        if (signal?.aborted) break;
        await pause();
      }
    });
    return { damaged: [...damaged.values()] };
  } catch (error) {
    if (error instanceof EngineError && error.code === 'CORRUPT')
      return { damaged: [damageFrom(error, join(place.folder, STORE_FILE))] };
    return { failure: reasonOf(error) };
  } finally {
    await database?.close();
  }
}

async function here(place: Place, signal: AbortSignal): Promise<CheckResult> {
  return checkPlace(place, () => turn(), signal);
}

function onThread(place: Place, signal: AbortSignal): Promise<CheckResult> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(THREAD, { workerData: place });
    worker.unref(); // a process without other work does not wait for it
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`the thread ended with ${code}`)));
    signal.addEventListener('abort', () => void worker.terminate(), { once: true });
  });
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

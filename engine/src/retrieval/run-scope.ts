// What the stages of one run share, so that they agree: the snapshot of each library that they read (where the context
// brings none, the first stage to ask decides for all), and what was found or encoded once, so that explaining a ranking
// takes apart that very ranking instead of making it again. It ends with the outermost stage that began it.

import { EngineError } from '../core/errors.ts';
import type { Context, RunScope } from './stage.ts';

interface Releasable {
  release(): void;
}
interface Remembered extends Pick<Context, 'snapshot' | 'filter' | 'exhaustive'> {
  readonly input: unknown;
  readonly result: Promise<unknown>;
}

class OneRun implements RunScope {
  readonly #snapshots = new Map<object, Releasable>();
  readonly #results = new Map<object, Remembered[]>();
  #isOver = false;

  snapshot<S extends Releasable>(library: { snapshot(): S }): S {
    // Where one stage failed, others may still be at work: nobody would release what they take now.
    if (this.#isOver) throw new EngineError('CLOSED', 'The run of this search is over');
    const snapshot = (this.#snapshots.get(library) as S | undefined) ?? library.snapshot(); // only such are put in below
    this.#snapshots.set(library, snapshot);
    return snapshot;
  }

  remember<T>(owner: object, input: unknown, context: Context, make: () => Promise<T>): Promise<T> {
    const { snapshot, filter, exhaustive } = context;
    const known = this.#results.get(owner) ?? [];
    this.#results.set(owner, known);
    const isSame = (one: Remembered) =>
      one.input === input && one.snapshot === snapshot && one.filter === filter && one.exhaustive === exhaustive;
    const found = known.find(isSame)?.result as Promise<T> | undefined; // an owner always gives the same type
    if (found !== undefined) return found;
    const result = make();
    known.push({ input, snapshot, filter, exhaustive, result });
    return result;
  }

  release(): void {
    this.#isOver = true;
    for (const snapshot of this.#snapshots.values()) snapshot.release();
    this.#snapshots.clear();
    this.#results.clear();
  }
}

/** Runs `work` in the scope of the context, or in one that lasts as long as `work`. */
export async function inOneRun<T>(context: Context, work: (context: Context) => Promise<T>): Promise<T> {
  if (context.scope !== undefined) return work(context);
  const scope = new OneRun();
  try {
    return await work({ ...context, scope });
  } finally {
    scope.release();
  }
}

/** `make()`, or what it gave before in this run. */
export function once<T>(owner: object, input: unknown, context: Context, make: () => Promise<T>): Promise<T> {
  return context.scope === undefined ? make() : context.scope.remember(owner, input, context, make);
}

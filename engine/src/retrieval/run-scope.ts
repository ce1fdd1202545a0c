// State shared by the stages of one run: one snapshot of each library that they read, and each result and
// representation computed once, so that an explanation is of the ranking that was returned. The scope ends with the
// outermost stage that opened it.

import { EngineError } from '../core/errors.ts';
import type { Context, RunScope, SnapshotView } from './stage.ts';

type Releasable = SnapshotView & { release(): void };

interface Remembered extends Pick<Context, 'snapshot' | 'filter' | 'exhaustive'> {
  readonly input: unknown;
  readonly result: Promise<unknown>;
}

class OneRun implements RunScope {
  readonly #snapshots = new Map<object, Releasable>();
  readonly #results = new Map<object, Remembered[]>();
  #isOver = false;

  get snapshots(): readonly SnapshotView[] {
    return [...this.#snapshots.values()];
  }

  snapshot<S extends Releasable>(library: { snapshot(): S }): S {
    // After one stage failed, others may still run. A snapshot that they take now would never be released.
    if (this.#isOver) throw new EngineError('CLOSED', 'The run of this search is over');
    const snapshot = (this.#snapshots.get(library) as S | undefined) ?? library.snapshot(); // set below, from this library
    this.#snapshots.set(library, snapshot);
    return snapshot;
  }

  remember<T>(owner: object, input: unknown, context: Context, make: () => Promise<T>): Promise<T> {
    const { snapshot, filter, exhaustive } = context;
    const known = this.#results.get(owner) ?? [];
    this.#results.set(owner, known);
    const isSame = (one: Remembered) =>
      one.input === input && one.snapshot === snapshot && one.filter === filter && one.exhaustive === exhaustive;
    const found = known.find(isSame)?.result as Promise<T> | undefined; // an owner always uses the same type
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

/** Runs `work` in the scope of the context, or in a new one that ends with `work`. */
export async function inOneRun<T>(context: Context, work: (context: Context) => Promise<T>): Promise<T> {
  if (context.scope !== undefined) return work(context);
  const scope = new OneRun();
  try {
    return await work({ ...context, scope });
  } finally {
    scope.release();
  }
}

/** `make()`, or its earlier result in this run. */
export function once<T>(owner: object, input: unknown, context: Context, make: () => Promise<T>): Promise<T> {
  return context.scope === undefined ? make() : context.scope.remember(owner, input, context, make);
}

/** The snapshots that a run reads: the given one, then those that it took itself. */
function snapshotsOf({ snapshot, scope }: Context): readonly SnapshotView[] {
  const given = snapshot === undefined ? [] : [snapshot];
  return [...given, ...(scope?.snapshots ?? []).filter((own) => own !== snapshot)];
}

/**
 * The context of a stage after the stages inside it have run: `snapshot` is the one that they read, and `texts` reads
 * from it. With several libraries `snapshot` stays as given, and `texts` reads a document from the first that has it.
 */
export function seenBy(context: Context): Context {
  const snapshots = snapshotsOf(context);
  const snapshot = context.snapshot ?? (snapshots.length === 1 ? snapshots[0] : undefined);
  if (snapshots.length === 0 || context.texts !== undefined) return { ...context, snapshot };
  return {
    ...context,
    snapshot,
    texts: async (id) => {
      for (const one of snapshots) {
        const document = await one.get(id);
        if (document !== undefined) return document.fields;
      }
      return undefined;
    },
  };
}

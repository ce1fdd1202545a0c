// The order of a writer's operations: one after the other, some only while no background merge runs. After a failed write
// every operation is refused until one that is allowed after a failure (abort, close) has run.

import { EngineError } from '../../core/errors.ts';

export interface RunOptions {
  /** Also after a failed write. Default false. */
  readonly evenFailed?: boolean;
}

export class WriterQueue {
  #last: Promise<unknown> = Promise.resolve();
  #background: Promise<void> | undefined;
  #failure: EngineError | undefined;
  #isClosed = false;

  /** What made a write fail, until `recover`. */
  get failure(): EngineError | undefined {
    return this.#failure;
  }
  get isClosed(): boolean {
    return this.#isClosed;
  }
  close(): void {
    this.#isClosed = true;
  }
  recover(): void {
    this.#failure = undefined;
  }

  /** One operation after the other. */
  run<T>(operation: () => Promise<T>, { evenFailed = false }: RunOptions = {}): Promise<T> {
    const result = this.#last.then(() => {
      if (this.#isClosed) throw new EngineError('CLOSED', 'The writer was closed');
      if (this.#failure !== undefined && !evenFailed) throw this.#failure;
      return operation();
    });
    this.#last = result.catch(() => undefined); // the caller of `run` gets the error
    return result;
  }

  /** The same when no background work runs. */
  async runAlone<T>(operation: () => Promise<T>, options: RunOptions = {}): Promise<T> {
    for (;;) {
      await this.idle();
      const done = await this.run(
        async () => (this.#background === undefined ? { value: await operation() } : undefined),
        options,
      );
      if (done !== undefined) return done.value;
    }
  }

  /** Marks the writer failed when storage fails in the middle of `operation`. */
  async guard<T>(operation: () => Promise<T>): Promise<T> {
    try {
      return await operation();
    } catch (error) {
      const { code, message, hint } =
        error instanceof EngineError
          ? error
          : new EngineError('STORAGE_FAILED', String((error as Error).message ?? error));
      if (code !== 'CANCELLED') {
        this.#failure = new EngineError(code, message, {
          hint: `${hint === undefined ? '' : `${hint} `}Call abort() to go back to the last commit; what followed it must be added again.`,
          cause: error,
        });
      }
      throw this.#failure ?? error;
    }
  }

  /** Starts work beside the queue; `work` does not reject. */
  startBackground(work: Promise<void>): void {
    this.#background = work.finally(() => {
      this.#background = undefined;
    });
  }
  /** Waits for the background work. */
  async idle(): Promise<void> {
    while (this.#background !== undefined) await this.#background;
  }
}

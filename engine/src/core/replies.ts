// Requests to another thread and their replies, matched by number. The owner of the thread posts and receives the messages;
// this is the list of what has not been answered yet.

interface Waiting {
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
  readonly onEvent: ((event: never) => void) | undefined;
}

export class Replies {
  readonly #waiting = new Map<number, Waiting>();
  #next = 0;
  #failure: { readonly error: unknown } | undefined;

  /** Requests without a reply. */
  get pending(): number {
    return this.#waiting.size;
  }

  /**
   * Calls `post` with the number of the request; its message must carry it. Resolves or rejects with the reply. Rejects
   * at once after `fail`, and when `post` throws. The types are those of what the other side sends.
   */
  request<R, E = never>(post: (id: number) => void, onEvent?: (event: E) => void): Promise<R> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure.error);
    return new Promise<R>((resolve, reject) => {
      const id = this.#next++;
      post(id);
      this.#waiting.set(id, { resolve: resolve as Waiting['resolve'], reject, onEvent: onEvent as Waiting['onEvent'] });
    });
  }

  /** Something that the other side reports before it replies. Ignored when the request has its reply. */
  report(id: number, event: unknown): void {
    this.#waiting.get(id)?.onEvent?.(event as never);
  }

  resolve(id: number, value: unknown): void {
    this.#take(id)?.resolve(value as never);
  }

  reject(id: number, error: unknown): void {
    this.#take(id)?.reject(error);
  }

  /** No reply will come any more: rejects all requests, present and later ones. The first error counts. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    for (const { reject } of this.#waiting.values()) reject(this.#failure.error);
    this.#waiting.clear();
  }

  #take(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }
}

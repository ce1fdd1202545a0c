// Letting others run: long work that never waits would otherwise hold back timers and events, an abort among them.

/** Resolves in a later task of the event loop. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

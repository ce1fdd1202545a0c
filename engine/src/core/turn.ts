// Letting others run: long work that never waits would otherwise hold back timers and events, an abort among them. Not by
// a timer: those take a millisecond in Node, four in a page, and a second where the page is hidden.

/** Resolves in a later task of the event loop, so that timers that are due and events that wait are heard. */
export function nextTurn(): Promise<void> {
  const { setImmediate } = globalThis as { readonly setImmediate?: (run: () => void) => unknown }; // Node's
  if (setImmediate !== undefined) return new Promise((resolve) => setImmediate(resolve));
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}

// Yields to the event loop. Long synchronous work delays timers and events, an abort among them. A timer is not used
// for this: its minimum delay is 1 ms in Node, 4 ms in a page and 1 s in a hidden page.

/** Resolves in a later task of the event loop, so that due timers and queued events run first. */
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

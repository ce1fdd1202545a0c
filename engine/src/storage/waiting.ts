// One algorithm for a search that waits and for one that does not: a generator yields what it waits for, `runWaiting`
// awaits it, and `runSync` takes it as it is.

export type Waiting<T> = Generator<unknown, T, unknown>;

/** `yield* waitFor(x)` is `await x` in such a generator. */
export function* waitFor<T>(value: T | Promise<T>): Waiting<T> {
  return (yield value) as T; // both functions below send back the value, or what the promise resolves to
}

/** Nothing that `steps` yields is a promise. */
export function runSync<T>(steps: Waiting<T>): T {
  let step = steps.next();
  while (step.done !== true) step = steps.next(step.value);
  return step.value;
}

export async function runWaiting<T>(steps: Waiting<T>): Promise<T> {
  let step = steps.next();
  while (step.done !== true) step = steps.next(await step.value);
  return step.value;
}

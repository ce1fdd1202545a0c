// The settings of a test run, readable in Node and in the browser: vitest.config.ts passes the QUIRE_* variables to both.

declare global {
  interface ImportMetaEnv {
    readonly [name: `QUIRE_${string}`]: string | undefined;
  }
  interface ImportMeta {
    readonly env: ImportMetaEnv;
  }
}

// Written as `import.meta.env` without a cast around `import.meta`: vitest replaces exactly this text.
const env = import.meta.env;

/** Whether this is `npm run test:long`: the full counts. */
export const isLong: boolean = env.QUIRE_LONG === '1';

/** A size of a test: the first in `npm test`, the second in `npm run test:long`. */
export function count(usual: number, long: number): number {
  return isLong ? long : usual;
}

/**
 * The seed of a random test, printed so that a failure can be run again with QUIRE_SEED.
 * Each label has its own stream of the run's seed, so tests do not repeat the inputs of other tests.
 */
export function seed(label: string): number {
  const base = Number(env.QUIRE_SEED ?? DEFAULT_SEED);
  if (!Number.isSafeInteger(base)) throw new Error(`QUIRE_SEED is ${env.QUIRE_SEED}; it must be an integer`);
  console.log(`seed of ${label}: QUIRE_SEED=${base}`);
  return (base ^ fnv1a(label)) >>> 0;
}

/** The default seed. `npm run test:long` draws a new one. */
const DEFAULT_SEED = 20261122;

/** FNV-1a over UTF-16 code units, 32 bits: enough to distinguish labels. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Tests run from source: a package's subpath `@quire/engine/x` is engine/src/x/index.ts. */
export const alias = [
  { find: /^@quire\/engine$/, replacement: at('engine/src/index.ts') },
  { find: /^@quire\/engine\/local$/, replacement: at('engine/src/node/local.ts') },
  { find: /^@quire\/engine\/(.+)$/, replacement: `${at('engine/src')}/$1/index.ts` },
  { find: /^@quire\/learn$/, replacement: at('learn/src/index.ts') },
];

/** The settings that test support reads through import.meta.env, in Node and in the browser alike. */
export const env = Object.fromEntries(
  Object.entries(process.env).filter(([name, value]) => name.startsWith('QUIRE_') && value !== undefined),
) as Record<string, string>;

export default defineConfig({
  resolve: { alias },
  test: {
    env,
    include: [
      'engine/**/*.test.ts',
      'learn/**/*.test.ts',
      'app/**/*.test.{ts,tsx}',
      'test/**/*.test.ts',
      'scripts/**/*.test.ts',
    ],
    exclude: ['**/node_modules/**', '**/dist/**'],
    maxWorkers: availableParallelism(),
    testTimeout: process.env.QUIRE_LONG === '1' ? 1_200_000 : 60_000, // the full counts take minutes
    hookTimeout: 60_000,
  },
});

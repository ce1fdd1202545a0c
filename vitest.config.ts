import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// Tests run from source: a package's subpath `@quire/engine/x` is the file engine/src/x.ts (or x/index.ts).
export default defineConfig({
  resolve: {
    alias: [
      { find: /^@quire\/engine$/, replacement: at('engine/src/index.ts') },
      { find: /^@quire\/engine\/(.+)$/, replacement: `${at('engine/src')}/$1/index.ts` },
      { find: /^@quire\/learn$/, replacement: at('learn/src/index.ts') },
    ],
  },
  test: {
    include: [
      'engine/**/*.test.ts',
      'learn/**/*.test.ts',
      'app/**/*.test.{ts,tsx}',
      'test/**/*.test.ts',
      'scripts/**/*.test.ts',
    ],
    exclude: ['**/node_modules/**', '**/dist/**'],
    testTimeout: 60_000,
  },
});

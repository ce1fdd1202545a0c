// The engine's suite in headless Chromium: every engine test that does not say `.node`. The browser is the one that the
// machine has (Debian's package, or QUIRE_CHROMIUM); nothing is downloaded.
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { chromiumFlags, chromiumPath } from './scripts/lib/chromium.mjs';
import { alias, env } from './vitest.config.ts';

const executablePath = chromiumPath();
if (executablePath === undefined) throw new Error('no Chromium on this machine: install it, or set QUIRE_CHROMIUM');

export default defineConfig({
  resolve: { alias },
  cacheDir: 'node_modules/.vite-browser',
  test: {
    env,
    include: ['engine/**/*.test.ts'],
    exclude: ['**/*.node.test.ts', '**/node_modules/**', '**/dist/**'],
    testTimeout: process.env.QUIRE_LONG === '1' ? 1_200_000 : 60_000, // the full counts take minutes
    hookTimeout: 60_000,
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({ launchOptions: { executablePath, args: chromiumFlags } }),
      instances: [{ browser: 'chromium' }],
      api: { host: '127.0.0.1' },
    },
  },
});

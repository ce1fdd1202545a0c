// The engine's suite in headless Chromium: every engine test that does not say `.node`, on a plain page; and those of
// engine/test/isolated on a page that is cross-origin isolated, which shared memory needs. The browser is the one that
// the machine has (Debian's package, or QUIRE_CHROMIUM); nothing is downloaded.
import { playwright } from '@vitest/browser-playwright';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { chromiumFlags, chromiumPath } from './scripts/lib/chromium.mjs';
import { alias, env } from './vitest.config.ts';

const executablePath = chromiumPath();
if (executablePath === undefined) throw new Error('no Chromium on this machine: install it, or set QUIRE_CHROMIUM');

const ISOLATED = 'engine/test/isolated/**/*.test.ts';
const NEVER = ['**/*.node.test.ts', '**/node_modules/**', '**/dist/**'];

interface Page {
  readonly name: string;
  readonly include: string;
  readonly exclude: string[];
  /** Of every response. */
  readonly headers: Record<string, string>;
}

const project = ({ name, include, exclude, headers }: Page): TestProjectInlineConfiguration => ({
  resolve: { alias },
  cacheDir: `node_modules/.vite-${name}`,
  server: { headers },
  test: {
    name,
    env,
    include: [include],
    exclude,
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

export default defineConfig({
  test: {
    projects: [
      project({ name: 'browser', include: 'engine/**/*.test.ts', exclude: [...NEVER, ISOLATED], headers: {} }),
      project({
        name: 'browser-isolated',
        include: ISOLATED,
        exclude: NEVER,
        headers: { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' },
      }),
    ],
  },
});

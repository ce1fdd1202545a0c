// axe-core finds nothing on any page, in light, dark and compact, on a wide and a narrow screen; and no page scrolls
// sideways at 320 px or at twice the size of text. Pages are those of the sample library.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumFlags, chromiumPath } from '../../scripts/lib/chromium.mjs';
import { type RunningSite, startSite } from '../src/server/serve.ts';
import { createPages } from '../src/web/index.ts';
import { inFolder } from './papers.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const SAMPLE = fileURLToPath(new URL('../sample/papers.jsonl', import.meta.url));
const PAGES = [
  '/papers',
  '/papers/date/2026-04-20',
  '/papers/date/2026-04-19',
  '/papers/week/2026-W17',
  '/papers/month/2026-04',
  '/papers/since/2026-04-22',
  '/papers/trending',
  '/papers/2604.21806',
  '/search',
  '/search?q=small+indexes',
  '/search?q=zzzz+xqqq',
  '/about/ranking',
  '/settings/display',
  '/papers/none',
];
const executablePath = chromiumPath();

describe.skipIf(executablePath === undefined)('every page (skipped without Chromium)', () => {
  let site: RunningSite;
  let browser: Browser;
  let end = () => {};
  let ended: Promise<unknown>;

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: executablePath ?? '', args: chromiumFlags });
    await new Promise<void>((ready, failed) => {
      ended = inFolder(async (folder) => {
        site = await startSite({ folder: join(folder, 'data'), port: 0, sample: SAMPLE, pages: (s) => createPages(s) });
        await site.ready;
        await new Promise<void>((resolve) => {
          end = resolve;
          ready();
        });
        await site.stop();
      }).catch(failed);
    });
  }, 120_000);

  afterAll(async () => {
    end();
    await ended;
    await browser?.close();
  });

  it.each([
    ['light', 1280, 'auto.comfortable.on'],
    ['dark', 1280, 'auto.compact.on'],
    ['light', 390, 'dark.comfortable.off'],
  ] as const)(
    'has no finding of axe in %s at %i px with the display %s',
    async (colorScheme, width, display) => {
      const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 }, bypassCSP: true });
      await context.addCookies([{ name: 'quire-display', value: display, url: site.url }]);
      const page = await context.newPage();
      const found: string[] = [];
      for (const path of PAGES) {
        await page.goto(site.url + path);
        await page.addScriptTag({ content: AXE });
        const { violations } = await page.evaluate(async () => {
          const { axe } = globalThis as typeof globalThis & {
            axe: {
              run: () => Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }>;
            };
          };
          return axe.run();
        });
        for (const { id, nodes } of violations)
          found.push(`${path}: ${id}: ${nodes[0]?.html.slice(0, 160)} ${nodes[0]?.failureSummary.slice(0, 200)}`);
      }
      await context.close();
      expect(found).toEqual([]);
    },
    240_000,
  );

  it('needs no sideways scrolling at 320 px, nor with text twice as large', async () => {
    const context = await browser.newContext({ viewport: { width: 320, height: 640 }, bypassCSP: true });
    const page = await context.newPage();
    const wide: string[] = [];
    for (const path of PAGES) {
      await page.goto(site.url + path);
      for (const [size, width] of [
        ['100%', 320],
        ['200%', 640],
      ] as const) {
        await page.setViewportSize({ width, height: 640 });
        const over = await page.evaluate((fontSize) => {
          document.documentElement.style.fontSize = fontSize;
          return document.documentElement.scrollWidth - innerWidth;
        }, size);
        if (over > 0) wide.push(`${path} at ${size}: ${over} px`);
      }
    }
    await context.close();
    expect(wide).toEqual([]);
  }, 240_000);
});

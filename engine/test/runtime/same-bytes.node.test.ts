// Node and Chromium write the same files and the same rankings, byte for byte, from the same seed. `npm run test:node24`
// runs this test on Node 24, so that both versions of Node are compared with the browser.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { expect } from 'vitest';
import { pageAnswer, whenChromium } from '../support/chromium.node.ts';
import { seed } from '../support/env.ts';
import { type Answers, run } from './program.ts';

const program = fileURLToPath(new URL('./program.ts', import.meta.url));

whenChromium().describe('the runtime program', () => {
  whenChromium().it(
    'gives the same file bytes and score bits in Node and in Chromium',
    async () => {
      const chosen = seed('runtime');
      const here = await run(chosen);
      const there = JSON.parse(await pageAnswer(await site(chosen))) as Answers;
      expect(Object.keys(here).filter((name) => name.includes('file')).length).toBeGreaterThan(4);
      expect(Object.values(here).filter((answer) => answer.includes('=')).length).toBeGreaterThan(300);
      expect(there).toEqual(here);
    },
    120_000,
  );
});

/** A page that runs the program and posts its answers, bundled from source. */
async function site(chosen: number): Promise<(path: string) => string | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'quire-runtime-'));
  try {
    const entry = join(folder, 'main.js');
    const post = "await fetch('/answer', { method: 'POST', body: JSON.stringify(answers) });";
    writeFileSync(
      entry,
      `import { run } from ${JSON.stringify(program)};\nconst answers = await run(${chosen});\n${post}\n`,
    );
    const built = await build({
      configFile: false,
      root: folder,
      logLevel: 'silent',
      build: { write: false, target: 'esnext', lib: { entry, formats: ['es'], fileName: 'main' } },
    });
    // Code that loads on first use is a chunk of its own; `write: false` with a library gives bundles, never a watcher.
    const bundles = [built].flat() as { output: { fileName: string; code: string }[] }[];
    const files = new Map(bundles.flatMap(({ output }) => output).map(({ fileName, code }) => [fileName, code]));
    if (!files.has('main.mjs'))
      throw new Error(`vite built ${[...files.keys()].join(', ') || 'nothing'}, not main.mjs`);
    return (path) => (path === 'index.html' ? '<script type="module" src="main.mjs"></script>' : files.get(path));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

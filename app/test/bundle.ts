// A test's program as one file of JavaScript, for processes that a test starts and kills.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { alias } from '../../vitest.config.ts';

/** A folder of this process for a bundle; inside node_modules, so that the bundle finds the driver of the store. */
export function scratchFolder(name: string): string {
  return fileURLToPath(new URL(`../node_modules/.${name}-${process.pid}`, import.meta.url));
}

/** Bundles app/test/`program` into `folder` and returns the path of the bundle. */
export async function bundle(program: string, folder: string): Promise<string> {
  mkdirSync(folder, { recursive: true });
  await build({
    configFile: false,
    logLevel: 'error',
    resolve: { alias },
    build: {
      ssr: fileURLToPath(new URL(program, import.meta.url)),
      outDir: folder,
      emptyOutDir: false,
      rolldownOptions: { output: { entryFileNames: 'child.mjs', codeSplitting: false } },
    },
  });
  return join(folder, 'child.mjs');
}

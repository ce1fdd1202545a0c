// The size of the engine in a page: Vite bundles and minifies each program of bundle-size.json; the result is gzipped at the
// highest level and compared with its budget. WebAssembly is inside the bundle, so it is included.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

export const name = 'bundle size';

/** @returns {Promise<string[]>} one line a program above its budget */
export async function check(root) {
  const path = join(root, 'bundle-size.json');
  if (!existsSync(path)) return ['bundle-size.json is missing'];
  const problems = [];
  for (const { name, source, maxGzipBytes } of JSON.parse(readFileSync(path, 'utf8'))) {
    const bytes = await gzippedBytes(root, source);
    console.log(`  bundle ${name}: ${bytes} bytes gzipped, at most ${maxGzipBytes}`);
    if (bytes > maxGzipBytes) problems.push(`${name} costs ${bytes} bytes gzipped; its budget is ${maxGzipBytes}`);
  }
  return problems;
}

/** The size of one program with all that it imports, bundled for browsers, minified and gzipped. */
export async function gzippedBytes(root, source) {
  const { build } = await import('vite');
  const folder = mkdtempSync(join(root, '.bundle-'));
  try {
    const entry = join(folder, 'entry.js');
    writeFileSync(entry, Array.isArray(source) ? source.join('\n') : source);
    const output = await build({
      configFile: false,
      root: folder,
      logLevel: 'silent',
      build: { write: false, minify: true, lib: { entry, formats: ['es'], fileName: 'entry' } },
    });
    const chunks = [output].flat().flatMap((result) => result.output);
    return chunks.reduce((sum, chunk) => sum + gzipSync(chunk.code ?? chunk.source, { level: 9 }).length, 0);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

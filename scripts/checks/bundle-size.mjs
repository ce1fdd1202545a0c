// The size of the engine in a page: Vite builds each program of bundle-size.json as it builds a page's own code, and each
// chunk is gzipped at the highest level. The budget is for the chunks that load with the program: the entry and all that
// it imports statically. Chunks behind an `import()` are loaded when they are first used; their size is printed.
// WebAssembly is inside the chunks, so it is included.
//
// Vite's library mode would measure something else: it leaves line breaks, indentation and comments to the next bundler.
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
    const { loaded, later } = await bundle(root, source);
    const bytes = gzippedBytes(loaded);
    const rest = later.length === 0 ? '' : `; ${gzippedBytes(later)} more on first use`;
    console.log(`  bundle ${name}: ${bytes} bytes gzipped, at most ${maxGzipBytes}${rest}`);
    if (bytes > maxGzipBytes) problems.push(`${name} costs ${bytes} bytes gzipped; its budget is ${maxGzipBytes}`);
  }
  return problems;
}

/**
 * One program with all that it imports, bundled for browsers and minified.
 * @returns {Promise<{loaded: Chunk[], later: Chunk[]}>} the chunks that load with the program, the entry first, and the
 * chunks that only an `import()` loads. A chunk has `fileName` and `code`.
 */
export async function bundle(root, source) {
  const { build } = await import('vite');
  const folder = mkdtempSync(join(root, '.bundle-'));
  try {
    const entry = join(folder, 'entry.js');
    writeFileSync(entry, Array.isArray(source) ? source.join('\n') : source);
    const output = await build({
      configFile: false,
      root: folder,
      logLevel: 'silent',
      build: {
        write: false,
        minify: true,
        // Keeps what the program exports; the entry may hold what other chunks import from it, as in a page.
        rolldownOptions: { input: entry, preserveEntrySignatures: 'allow-extension' },
      },
    });
    const chunks = new Map([output].flat().flatMap((result) => result.output.map((chunk) => [chunk.fileName, chunk])));
    const loaded = new Set();
    const load = (chunk) => {
      if (loaded.has(chunk)) return;
      loaded.add(chunk);
      for (const fileName of chunk.imports) load(chunks.get(fileName));
    };
    load([...chunks.values()].find((chunk) => chunk.isEntry));
    return { loaded: [...loaded], later: [...chunks.values()].filter((chunk) => !loaded.has(chunk)) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The sum over files: each is compressed alone, as a server does. */
function gzippedBytes(chunks) {
  return chunks.reduce((sum, chunk) => sum + gzipSync(chunk.code ?? chunk.source, { level: 9 }).length, 0);
}

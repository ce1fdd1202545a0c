// Builds what browsers load: the style sheet, the script, and the fonts, into dist/assets. The server addresses them by
// content (src/web/assets.ts).
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import subsetFont from 'subset-font';
import { build } from 'vite';

const root = fileURLToPath(new URL('..', import.meta.url));
const out = join(root, 'dist', 'assets');
const require = createRequire(import.meta.url);

const SERIF = '@fontsource-variable/source-serif-4/files/source-serif-4';
const SANS = '@fontsource-variable/source-sans-3/files/source-sans-3';
/** First and last code point of each range. The unicode-range of styles/fonts.css is the same. */
const LATIN_EXTENDED = [
  [0x0100, 0x017f],
  [0x0192, 0x0192],
  [0x01c4, 0x01dc],
  [0x0218, 0x021b],
  [0x1e80, 0x1e85],
];

/** Name in dist/assets, the file of the package, and the characters that are kept of it; all of them without any. */
const FONTS = [
  ['serif-latin', `${SERIF}-latin-wght-normal.woff2`],
  ['serif-extended', `${SERIF}-latin-ext-wght-normal.woff2`, LATIN_EXTENDED],
  ['serif-greek', `${SERIF}-greek-wght-normal.woff2`],
  ['sans-latin', `${SANS}-latin-wght-normal.woff2`],
  ['sans-extended', `${SANS}-latin-ext-wght-normal.woff2`, LATIN_EXTENDED],
];

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
await build({
  configFile: false,
  root,
  logLevel: 'error',
  publicDir: false,
  build: {
    outDir: out,
    emptyOutDir: false,
    target: 'es2022',
    cssTarget: ['chrome123', 'firefox128', 'safari17.5'], // light-dark() stays as it is
    modulePreload: false,
    rolldownOptions: {
      input: { site: join(root, 'islands', 'site.ts'), style: join(root, 'styles', 'style.css') },
      external: [/^\/static\//],
      output: { entryFileNames: '[name].js', assetFileNames: '[name][extname]' },
    },
  },
});
for (const [name, file, ranges] of FONTS) {
  const font = readFileSync(require.resolve(file));
  const kept = ranges === undefined ? font : await subsetFont(font, textOf(ranges), { targetFormat: 'woff2' });
  writeFileSync(join(out, `${name}.woff2`), kept);
}

function textOf(ranges) {
  return ranges
    .flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, i) => String.fromCodePoint(first + i)))
    .join('');
}

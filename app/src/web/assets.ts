// The static files of the site, read once at start and addressed by content, so that browsers may keep them forever. The
// build (app/scripts/assets.mjs) makes them.

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { EngineError } from '@quire/engine/core';
import type { AssetPaths } from './site.ts';

export interface Asset {
  /** Path with the content's hash: `/static/style.1a2b3c4d.css`. */
  readonly path: string;
  readonly type: string;
  readonly body: Uint8Array<ArrayBuffer>;
  /** Entity tag of the content. */
  readonly tag: string;
  /** Compressed bodies by coding; none for what is compressed already. */
  readonly encoded: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
}

export interface Assets {
  readonly all: readonly Asset[];
  readonly paths: AssetPaths;
}

const TYPES: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  woff2: 'font/woff2',
};
/** Fonts that the first screen of every page needs. */
const PRELOADED = /^(?:serif|sans)-latin\.woff2$/;

/** Read and compressed once in a process: the files of a build do not change. */
let loaded: Assets | undefined;

export function loadAssets(): Assets {
  loaded ??= readAssets();
  return loaded;
}

/** Reads app/dist/assets; the path is the same from src/web and from dist/web. */
function readAssets(): Assets {
  const folder = new URL('../../dist/assets/', import.meta.url);
  const names = namesIn(folder);
  const fonts = names
    .filter((name) => name.endsWith('.woff2'))
    .map((name) => [name, assetOf(name, readFileSync(new URL(name, folder)))] as const);
  const others = names
    .filter((name) => !name.endsWith('.woff2'))
    .map((name) => {
      let text = readFileSync(new URL(name, folder), 'utf8');
      for (const [font, { path }] of fonts) text = text.replaceAll(`/static/${font}`, path);
      return [name, assetOf(name, Buffer.from(text))] as const;
    });
  const pathOf = (name: string) => others.find(([other]) => other === name)?.[1].path ?? '';
  return {
    all: [...fonts, ...others].map(([, asset]) => asset),
    paths: {
      style: pathOf('style.css'),
      script: pathOf('site.js'),
      fonts: fonts.filter(([name]) => PRELOADED.test(name)).map(([, { path }]) => path),
    },
  };
}

function namesIn(folder: URL): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => /\.(?:css|js|woff2)$/.test(name));
  } catch (error) {
    throw new EngineError('NOT_FOUND', 'The style sheet and the script of the site are not built', {
      hint: 'Run "npm run build".',
      cause: error,
    });
  }
}

function assetOf(name: string, content: Buffer): Asset {
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 8);
  const [, stem = '', ending = ''] = /^(.*)\.([a-z0-9]+)$/.exec(name) ?? [];
  const encoded = new Map<string, Uint8Array<ArrayBuffer>>();
  if (ending !== 'woff2') {
    encoded.set('br', new Uint8Array(brotliCompressSync(content)));
    encoded.set('gzip', new Uint8Array(gzipSync(content, { level: 9 })));
  }
  return {
    path: `/static/${stem}.${hash}.${ending}`,
    type: TYPES[ending] ?? 'application/octet-stream',
    body: new Uint8Array(content),
    tag: `"${hash}"`,
    encoded,
  };
}

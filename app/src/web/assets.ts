// The static files of the site, read once at start and addressed by content, so that browsers may keep them forever.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

export interface Asset {
  /** Path with the content's hash: `/static/style.1a2b3c4d.css`. */
  readonly path: string;
  readonly type: string;
  readonly body: string;
  /** Entity tag of the content. */
  readonly tag: string;
}

/** Reads app/static; the path is the same from src/web and from dist/web. */
export function loadStyle(): Asset {
  const body = readFileSync(new URL('../../static/style.css', import.meta.url), 'utf8');
  const hash = createHash('sha256').update(body).digest('hex').slice(0, 8);
  return { path: `/static/style.${hash}.css`, type: 'text/css; charset=utf-8', body, tag: `"${hash}"` };
}

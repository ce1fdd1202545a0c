// The offset of a list in an address.

import type { Context } from 'hono';
import { REQUEST } from '../output/bounds.ts';
import { messagePage } from './message-page.tsx';
import type { Site } from './site.ts';

/** undefined for a text that is not an offset of a list. */
export function offsetOf(text = '0'): number | undefined {
  const offset = Number(text);
  return /^\d{1,15}$/.test(text) && offset <= REQUEST.offset ? offset : undefined;
}

/** The page for an offset that no page links to. */
export function tooDeep(c: Context, site: Site): Response | Promise<Response> {
  const message = `offset is not a whole number from 0 to ${REQUEST.offset}.`;
  return c.html(
    messagePage(site, 'Not understood', message, { hint: 'A narrower query shows what comes later.' }),
    400,
  );
}

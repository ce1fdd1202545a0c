// The button that takes the sample library out: a form of a page, for the person at this machine.

import type { Context, Hono } from 'hono';
import type { Services } from '../services/index.ts';
import { problem } from './problem.ts';

export interface SampleOptions {
  /** Address of the other side; undefined where there is no socket (tests). */
  readonly remoteAddress?: (context: Context) => string | undefined;
}

export function addSample(app: Hono, services: Services, options: SampleOptions): void {
  app.post('/sample/remove', async (c) => {
    const refused = refusal(c, options);
    if (refused !== undefined) return refused;
    await services.removeSample();
    return c.redirect('/papers', 303);
  });
}

/** A page of another site may not press the button, and neither may another machine. */
function refusal(c: Context, { remoteAddress }: SampleOptions): Response | undefined {
  const address = remoteAddress?.(c);
  const isLocal = address === undefined || /^(?:127\.|::1$|::ffff:127\.)/.test(address);
  if (!isLocal)
    return problem(
      c,
      403,
      'READ_ONLY',
      'Only a person at this machine may remove the sample library',
      'Run "quire sample remove" there.',
    );
  if (isFromHere(c)) return undefined;
  return problem(
    c,
    403,
    'READ_ONLY',
    'This request comes from a page of another site',
    'Press the button on the page of this site.',
  );
}

/** Browsers say where a form comes from in Sec-Fetch-Site, older ones in Origin; a program sends neither. */
function isFromHere(c: Context): boolean {
  const [site, origin] = [c.req.header('sec-fetch-site'), c.req.header('origin')];
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  return origin === undefined || (URL.canParse(origin) && new URL(origin).host === c.req.header('host'));
}

// What a reader chose for the display: theme, density, keys. It is kept in a cookie of the browser, so that pages are
// right at their first paint and without a script. The cookie names nothing about the reader.

import type { Context } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';

export const THEMES = ['auto', 'light', 'dark'] as const;
export const DENSITIES = ['comfortable', 'compact'] as const;
export const KEYS = ['on', 'off'] as const;

export interface Display {
  readonly theme: (typeof THEMES)[number];
  readonly density: (typeof DENSITIES)[number];
  /** Shortcuts of one letter. */
  readonly keys: (typeof KEYS)[number];
}

const DEFAULT_DISPLAY: Display = { theme: 'auto', density: 'comfortable', keys: 'on' };

const COOKIE = 'quire-display';
/** The longest age that browsers accept. */
const AGE_S = 400 * 24 * 3600;

/** The reader's choice; a value that does not exist counts as not chosen. */
export function displayOf(c: Context): Display {
  const [theme, density, keys] = (getCookie(c, COOKIE) ?? '').split('.');
  return choose({ theme, density, keys });
}

/** `over` where it names values that exist, else `under`. */
export function choose(
  over: { readonly [K in keyof Display]?: string | undefined },
  under: Display = DEFAULT_DISPLAY,
): Display {
  return {
    theme: THEMES.find((each) => each === over.theme) ?? under.theme,
    density: DENSITIES.find((each) => each === over.density) ?? under.density,
    keys: KEYS.find((each) => each === over.keys) ?? under.keys,
  };
}

export function keepDisplay(c: Context, { theme, density, keys }: Display): void {
  const secure = new URL(c.req.url).protocol === 'https:';
  const options = { path: '/', httpOnly: true, sameSite: 'Lax', maxAge: AGE_S, secure } as const;
  setCookie(c, COOKIE, [theme, density, keys].join('.'), options);
}

// The settings of this site that every page shows, and what one reader chose for the display.

import type { Context } from 'hono';
import type { Display } from './display.ts';

export interface Site {
  /** Name in the masthead. Default "Daily Papers". */
  readonly title: string;
  /** Line under the name. */
  readonly curator: string;
  readonly assets: AssetPaths;
  readonly display: Display;
}

/** What every route gets: the site as the reader of a request sees it. */
export type SiteFor = (c: Context) => Site;

/** Addresses of what every page loads. */
export interface AssetPaths {
  readonly style: string;
  readonly script: string;
  /** Fonts of the first screen, loaded with the document. */
  readonly fonts: readonly string[];
}

export const DEFAULT_TITLE = 'Daily Papers';
export const DEFAULT_CURATOR = 'kept with Quire';

// The settings of this site that every page shows.

export interface Site {
  /** Name in the masthead. Default "Daily Papers". */
  readonly title: string;
  /** Line under the name. */
  readonly curator: string;
  /** Address of the style sheet. */
  readonly stylePath: string;
}

export const DEFAULT_TITLE = 'Daily Papers';
export const DEFAULT_CURATOR = 'kept with Quire';

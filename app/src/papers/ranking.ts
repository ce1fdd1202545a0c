// How lists are ranked: what interest in a paper is worth, how it ages in "trending", and the order inside a period.
// The page /about/ranking states these formulas with these numbers.

/** What is known of the interest in one paper. */
export interface Signals {
  /** Votes of readers of this instance. */
  readonly votes: number;
  /** Different readers who commented here. */
  readonly commenters: number;
  /** Readers who saved it here. */
  readonly saves: number;
  /** Votes that a source counted elsewhere. They enter only through the prior of a quiet instance. */
  readonly imported: number;
}

export const NO_SIGNALS: Signals = { votes: 0, commenters: 0, saves: 0, imported: 0 };

export const RANKING = {
  /** Weight of a commenter and of a save beside a vote, and how many of them count. */
  commenter: 0.5,
  mostCommenters: 10,
  save: 0.25,
  mostSaves: 40,
  /** Announcement days that one doubling of interest is worth. */
  daysPerDoubling: 2,
  /** Weight of an imported vote on a quiet instance. */
  prior: 1 / 3,
  /** An instance with fewer voters than this is quiet. */
  fewVoters: 5,
  /** Announcement days after which a paper leaves "trending": it would need 1,000 times the interest of a new one. */
  longest: 20,
} as const;

/** s = votes + 0.5·min(commenters, 10) + 0.25·min(saves, 40), and a third of the imported votes where they count. */
export function interest(
  { votes, commenters, saves, imported }: Signals,
  { withPrior = false }: { readonly withPrior?: boolean } = {},
): number {
  const own =
    votes +
    RANKING.commenter * Math.min(commenters, RANKING.mostCommenters) +
    RANKING.save * Math.min(saves, RANKING.mostSaves);
  return own + (withPrior ? RANKING.prior * imported : 0);
}

/** hot = log2(1 + s) − age / 2, age in announcement days since the paper was listed. */
export function hot(s: number, age: number): number {
  return Math.log2(1 + s) - age / RANKING.daysPerDoubling;
}

/** Whether votes of this instance are too few to rank by. */
export function isQuiet(voters: number): boolean {
  return voters < RANKING.fewVoters;
}

/** What both orders compare. */
export interface Ranked {
  readonly key: string;
  readonly comments: number;
  /** The list day, `YYYY-MM-DD`. */
  readonly day: string;
}

/** Trending: hot, then comments, then the later list day, then the key. */
export function compareTrending(a: Ranked & { readonly hot: number }, b: Ranked & { readonly hot: number }): number {
  return b.hot - a.hot || b.comments - a.comments || descending(a.day, b.day) || (a.key < b.key ? -1 : 1);
}

/** Day, week and month: interest inside the period, then comments, then the later day, then the key. Nothing ages. */
export function comparePeriod(
  a: Ranked & { readonly interest: number },
  b: Ranked & { readonly interest: number },
): number {
  return b.interest - a.interest || b.comments - a.comments || descending(a.day, b.day) || (a.key < b.key ? -1 : 1);
}

function descending(a: string, b: string): number {
  return a < b ? 1 : a > b ? -1 : 0;
}

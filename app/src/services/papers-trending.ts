// What trends: papers by interest that ages (papers/ranking.ts), and the numbers behind one paper's place.

import {
  ageInAnnouncementDays,
  compareTrending,
  dayOf,
  hot,
  interest,
  isQuiet,
  NO_SIGNALS,
  RANKING,
  type Signals,
  type Work,
} from '../papers/index.ts';
import type { Store, Voted } from '../store/index.ts';
import type { FromStore, Part } from './answers.ts';
import type { Context } from './context.ts';
import { damagedField } from './damage-view.ts';
import { bounds } from './page-bounds.ts';
import { viewPaper } from './paper-view.ts';

/** The inputs of the formula for one paper, and what it gives. */
export interface PaperRanking extends Signals {
  readonly key: string;
  /** The list day; absent for a paper on no day's page. */
  readonly day?: string;
  /** The day that ages are counted to: the newest list day of this instance. */
  readonly asOf?: string;
  /** Announcement days. */
  readonly age: number;
  /** Whether imported votes count, at one third. */
  readonly withPrior: boolean;
  readonly interest: number;
  readonly hot: number;
}

export interface TrendingHit {
  readonly work: Work;
  readonly ranking: PaperRanking;
}

export interface TrendingPage extends FromStore {
  readonly hits: readonly TrendingHit[];
  readonly total: number;
  readonly offset: number;
  readonly limit: number;
  /** Calendar days that were looked at. */
  readonly days: number;
  readonly asOf?: string;
  readonly withPrior: boolean;
}

/** Papers of a day that can trend: by far more than any page shows. */
const OF_A_DAY = 200;
/** Calendar days that hold RANKING.longest announcement days. */
const LONGEST = 28;

/** Papers with interest, hottest first. `days`: listed within so many calendar days of the newest one. Default 28. */
export async function trendingPapers(
  context: Context,
  asked: Part & { readonly days?: number } = {},
): Promise<TrendingPage> {
  const { store } = context;
  const { offset, limit } = bounds(asked);
  const days = asked.days ?? LONGEST;
  const newest = await store.newestDay();
  const withPrior = isQuiet(votersOf(context));
  if (newest === undefined) return { hits: [], total: 0, offset, limit, days, withPrior };
  const first = dayOf(newest - days + 1);
  const ranked = (await rankingsOf(store, newest, withPrior)).filter(({ day = '' }) => day >= first);
  const shown = ranked.slice(offset, offset + limit);
  const { works, damaged } = await store.read(shown.map(({ key }) => key));
  const byKey = new Map(shown.map((ranking) => [ranking.key, ranking]));
  return {
    hits: works.flatMap((work) => {
      const ranking = byKey.get(work.key);
      return ranking === undefined ? [] : [{ work, ranking }];
    }),
    total: ranked.length,
    offset,
    limit,
    days,
    asOf: dayOf(newest),
    withPrior,
    ...damagedField(store.health, damaged),
  };
}

/** The numbers of one paper, by any of its names; undefined when there is no such paper. */
export async function paperRanking(context: Context, id: string): Promise<PaperRanking | undefined> {
  const work = (await viewPaper(context, id))?.work;
  if (work === undefined) return undefined;
  const newest = await context.store.newestDay();
  return rankingOf(work, work.day, newest === undefined ? undefined : dayOf(newest), isQuiet(votersOf(context)));
}

/** Readers who voted here. */
function votersOf(_: Context): number {
  return 0;
}

interface Kept {
  readonly change: number;
  readonly newest: number;
  readonly withPrior: boolean;
  readonly ranked: readonly PaperRanking[];
}

/** The last ranking of each store: it holds until something changes. */
const kept = new WeakMap<Store, Kept>();

/** All papers with interest of the last days, hottest first. */
async function rankingsOf(store: Store, newest: number, withPrior: boolean): Promise<readonly PaperRanking[]> {
  const change = await store.lastChange();
  const last = kept.get(store);
  if (last?.change === change && last.newest === newest && last.withPrior === withPrior) return last.ranked;
  const asOf = dayOf(newest);
  const days = await store.daysBetween(newest - LONGEST + 1, newest);
  const voted = await Promise.all(
    days.map(async ({ day }) =>
      (await store.mostVotedOfDay(day, OF_A_DAY)).map((each) => ({ ...each, day: dayOf(day) })),
    ),
  );
  const ranked = voted
    .flat()
    .map(({ day, comments, ...each }) => ({ ...rankingOf(each, day, asOf, withPrior), day, comments }))
    .filter(({ interest: s, age }) => s > 0 && age <= RANKING.longest)
    .sort(compareTrending)
    .map(({ comments: _, ...ranking }) => ranking);
  kept.set(store, { change, newest, withPrior, ranked });
  return ranked;
}

function rankingOf(
  { key, upvotes }: Pick<Voted, 'key' | 'upvotes'>,
  day: string | undefined,
  asOf: string | undefined,
  withPrior: boolean,
): PaperRanking {
  const signals: Signals = { ...NO_SIGNALS, imported: upvotes };
  const s = interest(signals, { withPrior });
  const age = day === undefined || asOf === undefined ? 0 : ageInAnnouncementDays(day, asOf);
  return {
    key,
    ...(day !== undefined && { day }),
    ...(asOf !== undefined && { asOf }),
    ...signals,
    age,
    withPrior,
    interest: s,
    hot: hot(s, age),
  };
}

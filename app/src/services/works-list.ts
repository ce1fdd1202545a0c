// Any list of papers, whole and one by one, for formats and exports: which list, how many it has, and its works with all
// their authors. Pages read 20 at a time and shorten; this reads on for as long as the caller does.

import { REQUEST } from '../output/bounds.ts';
import { daysOfMonth, daysOfWeek, type Period, paperPath, type Work } from '../papers/index.ts';
import type { Context } from './context.ts';
import { newestDay, papersOfDay } from './day-papers.ts';
import { listPapers } from './paper-list.ts';
import { searchPapers } from './paper-search.ts';
import { similarPapers } from './paper-similar.ts';
import { viewPaper } from './paper-view.ts';
import { trendingPapers } from './papers-trending.ts';
import { papersOfPeriod } from './period-papers.ts';

/** Which list. */
export type PaperList =
  /** `day` "newest" is the newest day that has papers. */
  | { readonly kind: 'day'; readonly day: string }
  /** A week ("2026-W17") or a month ("2026-04"). */
  | { readonly kind: 'week'; readonly week: string }
  | { readonly kind: 'month'; readonly month: string }
  | { readonly kind: 'trending' }
  /** Every paper, newest first. */
  | { readonly kind: 'all' }
  | { readonly kind: 'search'; readonly query: string }
  | { readonly kind: 'similar'; readonly id: string }
  | { readonly kind: 'paper'; readonly id: string };

/** Which part of it. */
export interface ListPart {
  /** From 0. Default 0. */
  readonly offset?: number;
  /** Default: to the end of the list, at most to entry 10,000. */
  readonly limit?: number;
  readonly signal?: AbortSignal;
}

export interface OpenedList {
  /** "Papers of 2026-04-24". */
  readonly title: string;
  /** Path and query of its page. */
  readonly page: string;
  /** How many papers it has, where that is known. */
  readonly total?: number;
  /** The works, each whole, in the order of the page. */
  readonly works: AsyncGenerator<Work>;
}

interface Source {
  readonly title: string;
  readonly page: string;
  readonly total?: number;
  /** `total` is a lower bound. */
  readonly more?: boolean;
  readonly read: (offset: number, limit: number) => Promise<readonly Work[]>;
}

/** Entries read at a time. */
const STEP = REQUEST.limit;

/** undefined when there is no such list: an unknown paper, or a library without days. */
export async function openList(
  context: Context,
  list: PaperList,
  part: ListPart = {},
): Promise<OpenedList | undefined> {
  const source = await sourceOf(context, list, part.signal);
  if (source === undefined) return undefined;
  const { title, page, total } = source;
  return { title, page, ...(total !== undefined && { total }), works: worksOf(source, part) };
}

async function* worksOf(
  { read, total, more = total === undefined }: Source,
  { offset = 0, limit, signal }: ListPart,
): AsyncGenerator<Work> {
  const last = more ? Number.POSITIVE_INFINITY : (total ?? 0);
  const end = Math.min(offset + (limit ?? REQUEST.offset), REQUEST.offset + STEP, last);
  for (let at = offset; at < end; at += STEP) {
    signal?.throwIfAborted();
    const wanted = Math.min(STEP, end - at);
    const works = await read(at, wanted);
    yield* works;
    if (works.length === 0) return; // a step may be short: rows that are damaged are left out
  }
}

async function sourceOf(context: Context, list: PaperList, signal?: AbortSignal): Promise<Source | undefined> {
  switch (list.kind) {
    case 'day':
      return ofDay(context, list.day);
    case 'week':
      return ofPeriod(context, daysOfWeek(list.week), `week/${list.week}`);
    case 'month':
      return ofPeriod(context, daysOfMonth(list.month), `month/${list.month}`);
    case 'trending':
      return {
        title: 'Trending papers',
        page: '/papers/trending',
        total: (await trendingPapers(context, { limit: 1 })).total,
        read: async (offset, limit) => (await trendingPapers(context, { offset, limit })).hits.map(({ work }) => work),
      };
    case 'all':
      return {
        title: 'All papers, newest first',
        page: '/papers',
        total: await context.store.countWorks(),
        read: async (offset, limit) => (await listPapers(context, { offset, limit })).works,
      };
    case 'search':
      return ofSearch(context, list.query, signal);
    case 'similar':
      return ofSimilar(context, list.id);
    case 'paper': {
      const view = await viewPaper(context, list.id);
      return view && fixed(view.work.title, paperPath(view.work.key), [view.work]);
    }
    default:
      return list satisfies never;
  }
}

async function ofDay(context: Context, asked: string): Promise<Source | undefined> {
  const day = asked === 'newest' ? await newestDay(context) : asked;
  if (day === undefined) return undefined;
  const { total } = await papersOfDay(context, day, { limit: 1 });
  return {
    title: `Papers of ${day}`,
    page: `/papers/date/${day}`,
    total,
    read: async (offset, limit) => (await papersOfDay(context, day, { offset, limit })).works,
  };
}

/** undefined: the name is no week or month of the calendar. */
async function ofPeriod(context: Context, period: Period | undefined, name: string): Promise<Source | undefined> {
  if (period === undefined) return undefined;
  const { total } = await papersOfPeriod(context, period, { limit: 1 });
  return {
    title: `Papers of ${name.slice(name.indexOf('/') + 1)}`,
    page: `/papers/${name}`,
    total,
    read: async (offset, limit) => (await papersOfPeriod(context, period, { offset, limit })).works,
  };
}

async function ofSearch(context: Context, query: string, signal?: AbortSignal): Promise<Source> {
  const options = signal === undefined ? {} : { signal };
  const first = await searchPapers(context, query, { ...options, limit: STEP });
  return {
    title: `Search: ${query}`,
    page: `/search?${new URLSearchParams({ q: query })}`,
    total: first.total,
    more: first.more,
    read: async (offset, limit) => {
      const page = offset === 0 ? first : await searchPapers(context, query, { ...options, offset, limit });
      return page.hits.slice(0, limit).map(({ work }) => work);
    },
  };
}

async function ofSimilar(context: Context, id: string): Promise<Source | undefined> {
  const view = await viewPaper(context, id);
  const found = view && (await similarPapers(context, view.work.key, { limit: STEP }));
  if (found === undefined) return undefined;
  const page = `/paper/similar?id=${encodeURIComponent(view?.work.key ?? id)}`;
  return fixed(
    `Papers like “${view?.work.title ?? id}”`,
    page,
    found.hits.map(({ work }) => work),
  );
}

function fixed(title: string, page: string, works: readonly Work[]): Source {
  return { title, page, total: works.length, read: async (offset, limit) => works.slice(offset, offset + limit) };
}

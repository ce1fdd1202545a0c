// Everything that pages, the JSON API, programs and the command line may ask, one use case a file. Questions and answers
// are plain data, and every method is asynchronous. All are safe to call at any time, also while papers come in.

import { type Context, type ContextOptions, contextOf } from './context.ts';
import { newestDay, papersOfDay } from './day-papers.ts';
import { countLibrary } from './library-counts.ts';
import { libraryStatus } from './library-status.ts';
import { listPapers } from './paper-list.ts';
import { searchPapers } from './paper-search.ts';
import { similarPapers } from './paper-similar.ts';
import { viewPaper } from './paper-view.ts';
import { monthsWithPapers, papersOfMonth } from './papers-months.ts';
import { paperRanking, trendingPapers } from './papers-trending.ts';
import { categoriesOf, daysWithPapers, papersOfPeriod } from './period-papers.ts';
import { removeSample } from './sample-remove.ts';
import { openList } from './works-list.ts';

/** A use case without the context that it works with. */
type Bound<F> = F extends (context: Context, ...rest: infer A) => infer R ? (...rest: A) => R : never;

export interface Services {
  readonly newestDay: Bound<typeof newestDay>;
  readonly papersOfDay: Bound<typeof papersOfDay>;
  readonly daysWithPapers: Bound<typeof daysWithPapers>;
  readonly papersOfPeriod: Bound<typeof papersOfPeriod>;
  readonly categoriesOf: Bound<typeof categoriesOf>;
  readonly trendingPapers: Bound<typeof trendingPapers>;
  readonly paperRanking: Bound<typeof paperRanking>;
  readonly list: Bound<typeof listPapers>;
  readonly search: Bound<typeof searchPapers>;
  readonly paper: Bound<typeof viewPaper>;
  readonly similar: Bound<typeof similarPapers>;
  readonly monthsWithPapers: Bound<typeof monthsWithPapers>;
  readonly papersOfMonth: Bound<typeof papersOfMonth>;
  readonly openList: Bound<typeof openList>;
  readonly removeSample: Bound<typeof removeSample>;
  readonly counts: Bound<typeof countLibrary>;
  readonly status: Bound<typeof libraryStatus>;
}

/** The services over one library. */
export function createServices(options: ContextOptions): Services {
  const context = contextOf(options);
  return {
    newestDay: () => newestDay(context),
    papersOfDay: (day, part) => papersOfDay(context, day, part),
    daysWithPapers: (period) => daysWithPapers(context, period),
    papersOfPeriod: (period, choice) => papersOfPeriod(context, period, choice),
    categoriesOf: (period, asked) => categoriesOf(context, period, asked),
    trendingPapers: (asked) => trendingPapers(context, asked),
    paperRanking: (id) => paperRanking(context, id),
    list: (part) => listPapers(context, part),
    search: (query, asked) => searchPapers(context, query, asked),
    paper: (id) => viewPaper(context, id),
    similar: (id, asked) => similarPapers(context, id, asked),
    monthsWithPapers: () => monthsWithPapers(context),
    papersOfMonth: (month) => papersOfMonth(context, month),
    openList: (list, part) => openList(context, list, part),
    removeSample: () => removeSample(context),
    counts: () => countLibrary(context),
    status: () => libraryStatus(context),
  };
}

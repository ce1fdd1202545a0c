// The pages of lists: day, week, month, trending.

import type { Context, Hono } from 'hono';
import { REQUEST } from '../output/bounds.ts';
import { cutAt } from '../output/characters.ts';
import {
  daysOfMonth,
  daysOfWeek,
  isDay,
  monthOf,
  type Period,
  shiftDay,
  shiftMonth,
  shiftWeek,
  weekOf,
} from '../papers/index.ts';
import type { DayPage, ListPage, Services } from '../services/index.ts';
import { dayPage, emptyLibraryPage } from './day-page.tsx';
import { type Chosen, chosenIn } from './list-choices.tsx';
import { messagePage } from './message-page.tsx';
import { offsetOf, tooDeep } from './offsets.ts';
import type { RailProps } from './rail.tsx';
import type { SiteFor } from './site.ts';
import { spanPage } from './span-page.tsx';
import type { Step } from './strip.tsx';
import { PERIODS, trendingPage } from './trending-page.tsx';
import { dayInWords, monthInWords, weekInWords } from './wording.ts';

/** Papers of one page of a list. */
const LIMIT = 50;
/** Papers and topics beside a list. */
const [RAIL_PAPERS, RAIL_TOPICS] = [6, 10];
/** A newest day with fewer papers than this is followed by those before it. */
const FEW = 10;

/** Adds the routes. */
export function addLists(routes: Hono, services: Services, siteFor: SiteFor): void {
  const lists = new Lists(services, siteFor);
  routes.get('/papers', (c) => lists.newest(c));
  routes.get('/papers/date/:day', (c) => lists.day(c, c.req.param('day')));
  routes.get('/papers/week', (c) => lists.toNewest(c, '/papers/week', weekOf));
  routes.get('/papers/week/:week', (c) => lists.week(c, c.req.param('week')));
  routes.get('/papers/month', (c) => lists.toNewest(c, '/papers/month', monthOf));
  routes.get('/papers/month/:month', (c) => lists.month(c, c.req.param('month')));
  routes.get('/papers/since/:day', (c) => lists.since(c, c.req.param('day')));
  routes.get('/papers/trending', (c) => lists.trending(c));
}

class Lists {
  readonly #services: Services;
  readonly #siteFor: SiteFor;

  constructor(services: Services, siteFor: SiteFor) {
    this.#services = services;
    this.#siteFor = siteFor;
  }

  /** The newest day. A query redirects to the search: older links have it here. */
  async newest(c: Context): Promise<Response> {
    const query = c.req.query('q');
    if (query !== undefined) return c.redirect(`/search?${new URLSearchParams({ q: query })}`);
    const date = c.req.query('date');
    if (date !== undefined && isDay(date)) return c.redirect(`/papers/date/${date}`);
    const newest = await this.#services.newestDay();
    if (newest === undefined) return c.html(emptyLibraryPage(this.#siteFor(c), await this.#services.status()));
    return this.#day(c, newest, true);
  }

  async day(c: Context, text: string): Promise<Response> {
    return isDay(text) ? this.#day(c, text, false) : this.#noSuch(c, text, 'day', '2025-11-21');
  }

  async #day(c: Context, text: string, newest: boolean): Promise<Response> {
    const chosen = chosenIn((name) => c.req.query(name));
    const offset = offsetOf(c.req.query('offset'));
    if (offset === undefined) return tooDeep(c, this.#siteFor(c));
    const week = daysOfWeek(weekOf(text)) ?? { from: text, to: text };
    const span = { from: text, to: text };
    const [day, counts, rail, status] = await Promise.all([
      this.#papersOfDay(text, chosen, offset),
      this.#services.daysWithPapers(week),
      this.#rail(span, 'this day'),
      this.#services.status(),
    ]);
    const earlier = newest && offset === 0 ? await this.#earlierThan(day) : undefined;
    return c.html(
      dayPage({ site: this.#siteFor(c), day, week, counts: counts.days, rail, chosen, status, newest, earlier }),
    );
  }

  async #papersOfDay(day: string, chosen: Chosen, offset: number): Promise<DayPage> {
    const whole = await this.#services.papersOfDay(day, { offset, limit: LIMIT });
    if (chosen.category === undefined && chosen.sort === 'votes') return whole;
    const { works, total, damaged } = await this.#services.papersOfPeriod(
      { from: day, to: day },
      { ...chosen, offset, limit: LIMIT },
    );
    return { ...whole, works, total, ...(damaged !== undefined && { damaged }) };
  }

  async toNewest(c: Context, path: string, nameOf: (day: string) => string): Promise<Response> {
    const newest = await this.#services.newestDay();
    return c.redirect(newest === undefined ? '/papers' : `${path}/${nameOf(newest)}`);
  }

  async week(c: Context, week: string): Promise<Response> {
    const period = daysOfWeek(week);
    if (period === undefined) return this.#noSuch(c, week, 'week', '2025-W47');
    const step = (weeks: number): Step => {
      const other = shiftWeek(week, weeks);
      return { path: `/papers/week/${other}`, name: weekInWords(other) };
    };
    return this.#span(c, period, { kind: 'week', name: week, title: weekInWords(week), step });
  }

  async month(c: Context, month: string): Promise<Response> {
    const period = daysOfMonth(month);
    if (period === undefined) return this.#noSuch(c, month, 'month', '2025-11');
    const step = (months: number): Step => {
      const other = shiftMonth(month, months);
      return { path: `/papers/month/${other}`, name: monthInWords(other) };
    };
    return this.#span(c, period, { kind: 'month', name: month, title: monthInWords(month), step });
  }

  /** What was listed after a day: the answer to "what did I miss?". */
  async since(c: Context, day: string): Promise<Response> {
    if (!isDay(day)) return this.#noSuch(c, day, 'day', '2025-11-21');
    const from = shiftDay(day, 1);
    const newest = (await this.#services.newestDay()) ?? from;
    const to = newest < from ? from : newest;
    const title = `Since ${dayInWords(day)}`;
    return this.#span(c, { from, to }, { kind: 'time', name: day, title, step: () => undefined });
  }

  async #span(
    c: Context,
    period: Period,
    {
      kind,
      name,
      title,
      step,
    }: {
      readonly kind: 'week' | 'month' | 'time';
      readonly name: string;
      readonly title: string;
      readonly step: (by: number) => Step | undefined;
    },
  ): Promise<Response> {
    const site = this.#siteFor(c);
    const chosen = chosenIn((each) => c.req.query(each));
    const offset = offsetOf(c.req.query('offset'));
    if (offset === undefined) return tooDeep(c, site);
    const [found, { days, previous, next }, rail] = await Promise.all([
      this.#services.papersOfPeriod(period, { ...chosen, offset, limit: LIMIT }),
      this.#services.daysWithPapers(period),
      this.#rail(period, `this ${kind}`),
    ]);
    return c.html(
      spanPage({
        site,
        kind,
        title,
        path: `/papers/${kind === 'time' ? 'since' : kind}/${name}`,
        found,
        counts: days,
        previous: previous === undefined ? undefined : step(-1),
        next: next === undefined ? undefined : step(1),
        rail,
        chosen,
      }),
    );
  }

  async trending(c: Context): Promise<Response> {
    const site = this.#siteFor(c);
    const offset = offsetOf(c.req.query('offset'));
    if (offset === undefined) return tooDeep(c, site);
    const days = PERIODS.find((each) => String(each) === c.req.query('days')) ?? 28;
    return c.html(trendingPage(site, await this.#services.trendingPapers({ days, offset, limit: LIMIT })));
  }

  async #rail(period: Period, span: string): Promise<RailProps> {
    const [{ hits }, topics] = await Promise.all([
      this.#services.trendingPapers({ limit: RAIL_PAPERS }),
      this.#services.categoriesOf(period, { limit: RAIL_TOPICS }),
    ]);
    return { trending: hits, topics, span };
  }

  /** The newest papers of earlier days, as many as a short day leaves room for. */
  async #earlierThan(day: DayPage): Promise<ListPage | undefined> {
    if (day.total >= FEW) return undefined;
    const { works, ...rest } = await this.#services.list({ limit: FEW + day.total });
    return { ...rest, works: works.filter((work) => work.day !== day.day).slice(0, FEW) };
  }

  #noSuch(c: Context, text: string, kind: string, example: string) {
    const message = `“${cutAt(text, REQUEST.shownQuery)}” is not a ${kind}. Write it as ${example}.`;
    return c.html(messagePage(this.#siteFor(c), `No such ${kind}`, message), 404);
  }
}

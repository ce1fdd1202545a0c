// One day's papers, with the days around it.

import { counted } from '../output/numbers.ts';
import { isWeekend, type Period } from '../papers/index.ts';
import type { DayPage, LibraryStatus, ListPage } from '../services/index.ts';
import { Card } from './card.tsx';
import { DamageNote } from './damage-note.tsx';
import { page } from './layout.tsx';
import { Choices, type Chosen, choicePath } from './list-choices.tsx';
import { Pages } from './pages.tsx';
import { PaperList } from './paper-list.tsx';
import { Rail, type RailProps } from './rail.tsx';
import type { Site } from './site.ts';
import { type DayCount, Strip, toDay } from './strip.tsx';
import { dayInWords } from './wording.ts';

export interface DayProps {
  readonly site: Site;
  readonly day: DayPage;
  /** Monday to Sunday around the day, with their counts. */
  readonly week: Period;
  readonly counts: readonly DayCount[];
  readonly rail: RailProps;
  readonly chosen: Chosen;
  readonly status: LibraryStatus;
  /** Whether this is the newest day and the address has no date. */
  readonly newest: boolean;
  /** Newest papers of earlier days, shown below a day that has few. */
  readonly earlier?: ListPage | undefined;
}

export function dayPage({ site, day, week, counts, rail, chosen, status, newest, earlier }: DayProps) {
  const title = dayInWords(day.day);
  const path = `/papers/date/${day.day}`;
  return page({
    site,
    title: newest ? site.title : title,
    current: 'day',
    strip: <Strip week={week} counts={counts} day={day.day} previous={toDay(day.previous)} next={toDay(day.next)} />,
    rail: <Rail {...rail} path={path} chosen={chosen} />,
    children: (
      <>
        <header class="heading">
          <h1>{title}</h1>
          <p>
            {counted(day.total, 'paper')}
            {newest && (
              <>
                {' · '}
                <span data-newest={day.day}>newest day</span>
              </>
            )}
          </p>
          <Choices path={path} chosen={chosen} density={site.display.density} />
        </header>
        {newest && status.sample && <SampleNote works={status.works} />}
        <DamageNote damaged={[...new Set([...(day.damaged ?? []), ...(earlier?.damaged ?? [])])]} />
        {day.works.length === 0 && <EmptyDay day={day} chosen={chosen} />}
        <PaperList works={day.works} offset={day.offset} day={day.day} />
        <Pages
          offset={day.offset}
          limit={day.limit}
          total={day.total}
          at={(offset) => choicePath(path, { ...chosen, offset })}
        />
        {earlier !== undefined && earlier.works.length > 0 && (
          <section>
            <h2>Before that</h2>
            <ol class="papers cards">
              {earlier.works.map((work) => (
                <Card work={work} level={3} />
              ))}
            </ol>
          </section>
        )}
      </>
    ),
  });
}

/** The page of a library without any day: it names the next step. */
export function emptyLibraryPage(site: Site, status: LibraryStatus) {
  return page({
    site,
    title: site.title,
    current: 'day',
    children: (
      <>
        <header class="heading">
          <h1>No day yet</h1>
        </header>
        <p class="introduction">
          {status.works === 0
            ? 'This library has no papers.'
            : `This library has ${counted(status.works, 'paper')}, none of them with a day. Search finds them all.`}
        </p>
        <DamageNote damaged={status.store.damaged} />
        <div class="note">
          <p>
            Add papers with <kbd>quire import FILE…</kbd> (JSON lines, plain or gzip). They show here without a restart.
          </p>
        </div>
      </>
    ),
  });
}

function EmptyDay({ day, chosen }: { readonly day: DayPage; readonly chosen: Chosen }) {
  return (
    <div class="empty-list">
      <p>
        {chosen.category !== undefined
          ? 'No paper of this topic is listed on this day.'
          : isWeekend(day.day)
            ? 'No paper is listed on this day. It is a weekend: arXiv announces from Monday to Friday.'
            : 'No paper is listed on this day. Holidays are often empty.'}
      </p>
      <p>
        {day.previous !== undefined && (
          <>
            Before it: <a href={`/papers/date/${day.previous}`}>{dayInWords(day.previous)}</a>.{' '}
          </>
        )}
        {day.next !== undefined && (
          <>
            After it: <a href={`/papers/date/${day.next}`}>{dayInWords(day.next)}</a>.
          </>
        )}
      </p>
    </div>
  );
}

function SampleNote({ works }: { readonly works: number }) {
  return (
    <form class="introduction first" method="post" action="/sample/remove">
      Sample library: {works} real papers, summaries in our own words. Try a{' '}
      <a href="/search?q=how+can+an+index+fit+in+memory">question</a>, a{' '}
      <a href="/search?q=%22late+interaction%22">quoted phrase</a>, an <a href="/search?q=2511.16528">arXiv id</a>; add
      your own with <kbd>quire import FILE…</kbd>{' '}
      <button type="submit" class="plain">
        Remove the sample library
      </button>
    </form>
  );
}

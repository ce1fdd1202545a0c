// One day's papers, with the days before and after it.

import { counted } from '../output/numbers.ts';
import type { DayPage, LibraryStatus, ListPage } from '../services/index.ts';
import { Card } from './card.tsx';
import { DamageNote } from './damage-note.tsx';
import { page } from './layout.tsx';
import { Pages } from './pages.tsx';
import type { Site } from './site.ts';
import { dayInWords } from './wording.ts';

export interface DayProps {
  readonly site: Site;
  readonly day: DayPage;
  readonly status: LibraryStatus;
  /** Whether this is the newest day and the address has no date. */
  readonly newest: boolean;
  /** Newest papers of earlier days, shown below a day that has few. */
  readonly earlier?: ListPage | undefined;
}

export function dayPage({ site, day, status, newest, earlier }: DayProps) {
  const title = dayInWords(day.day);
  return page({
    site,
    title: newest ? site.title : title,
    current: 'day',
    children: (
      <>
        <h1>{title}</h1>
        <p class="lead">
          {counted(day.total, 'paper')}
          {newest ? ', the newest day in this library' : ''}
        </p>
        {newest && status.sample && <SampleNote works={status.works} />}
        <DamageNote damaged={[...new Set([...(day.damaged ?? []), ...(earlier?.damaged ?? [])])]} />
        {day.works.length === 0 && <EmptyDay day={day} />}
        <ol class="papers">
          {day.works.map((work) => (
            <Card work={work} />
          ))}
        </ol>
        <Pages
          offset={day.offset}
          limit={day.limit}
          total={day.total}
          at={(o) => `/papers/date/${day.day}?offset=${o}`}
        />
        {earlier !== undefined && earlier.works.length > 0 && (
          <section>
            <h2>Before that</h2>
            <ol class="papers">
              {earlier.works.map((work) => (
                <Card work={work} level={3} />
              ))}
            </ol>
          </section>
        )}
        <nav class="pager" aria-label="Days">
          {day.previous === undefined ? (
            <span />
          ) : (
            <a rel="prev" href={`/papers/date/${day.previous}`}>
              ← {dayInWords(day.previous)}
            </a>
          )}
          {day.next === undefined ? (
            <span />
          ) : (
            <a rel="next" href={`/papers/date/${day.next}`}>
              {dayInWords(day.next)} →
            </a>
          )}
        </nav>
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
        <h1>No day yet</h1>
        <p class="lead">
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

function EmptyDay({ day }: { readonly day: DayPage }) {
  return (
    <div class="note">
      <p>No paper is listed on this day. Weekends and holidays are often empty.</p>
      {day.previous !== undefined && (
        <p>
          The nearest earlier day with papers is <a href={`/papers/date/${day.previous}`}>{dayInWords(day.previous)}</a>
          .
        </p>
      )}
    </div>
  );
}

function SampleNote({ works }: { readonly works: number }) {
  return (
    <div class="note">
      <p>
        This is the sample library: {works} real papers, each with a summary in our own words in place of its abstract.
        Try a <a href="/search?q=how+can+an+index+fit+in+memory">question</a>, a{' '}
        <a href="/search?q=%22late+interaction%22">quoted phrase</a> or an <a href="/search?q=2511.16528">arXiv id</a>.
      </p>
      <p>
        Your own papers: <kbd>quire import FILE…</kbd>
      </p>
      <form method="post" action="/sample/remove">
        <button type="submit">Remove the sample library</button>
      </form>
    </div>
  );
}

// The papers of a week or a month, most votes first, with a way to each of its days.

import type { Child } from 'hono/jsx';
import { counted } from '../output/numbers.ts';
import type { PeriodPage } from '../services/index.ts';
import { Calendar } from './calendar.tsx';
import { DamageNote } from './damage-note.tsx';
import { page } from './layout.tsx';
import { Choices, type Chosen, choicePath } from './list-choices.tsx';
import { Pages } from './pages.tsx';
import { PaperList } from './paper-list.tsx';
import { Rail, type RailProps } from './rail.tsx';
import type { Site } from './site.ts';
import { type DayCount, type Step, Strip } from './strip.tsx';
import { shortDay, spanInWords } from './wording.ts';

export interface SpanProps {
  readonly site: Site;
  readonly kind: 'week' | 'month' | 'time';
  /** "Week 47 of 2025" */
  readonly title: string;
  readonly path: string;
  readonly found: PeriodPage;
  readonly counts: readonly DayCount[];
  readonly previous: Step | undefined;
  readonly next: Step | undefined;
  readonly rail: RailProps;
  readonly chosen: Chosen;
}

export function spanPage({ site, kind, title, path, found, counts, previous, next, rail, chosen }: SpanProps) {
  const days = counts.filter(({ count }) => count > 0).length;
  return page({
    site,
    title,
    ...(kind !== 'time' && { current: kind }),
    strip: kind === 'week' && <Strip week={found} counts={counts} previous={previous} next={next} />,
    rail: <Rail {...rail} path={path} chosen={chosen} />,
    children: (
      <>
        <header class="heading">
          <h1>{title}</h1>
          <p>
            {kind === 'week' && `${spanInWords(found.from, found.to)} · `}
            {counted(found.total, 'paper')}
            {days > 0 && ` on ${counted(days, 'day')}`}
          </p>
          <Choices path={path} chosen={chosen} density={site.display.density} />
        </header>
        {kind === 'month' && (
          <>
            <Calendar period={found} counts={counts} />
            <Steps previous={previous} next={next} />
          </>
        )}
        <DamageNote damaged={found.damaged} />
        {found.works.length === 0 && <Empty kind={kind} chosen={chosen} previous={previous} />}
        <PaperList
          works={found.works}
          offset={found.offset}
          note={({ day, published }) =>
            day === undefined || day === published?.date ? undefined : `listed ${shortDay(day)}`
          }
        />
        <Pages
          offset={found.offset}
          limit={found.limit}
          total={found.total}
          at={(offset) => choicePath(path, { ...chosen, offset })}
        />
      </>
    ),
  });
}

function Steps({ previous, next }: Pick<SpanProps, 'previous' | 'next'>): Child {
  return (
    <nav class="pager" aria-label="Months">
      {previous === undefined ? <span /> : <a rel="prev" href={previous.path}>{`← ${previous.name}`}</a>}
      {next === undefined ? <span /> : <a rel="next" href={next.path}>{`${next.name} →`}</a>}
    </nav>
  );
}

function Empty({ kind, chosen, previous }: Pick<SpanProps, 'kind' | 'chosen' | 'previous'>) {
  return (
    <div class="empty-list">
      <p>
        {chosen.category === undefined
          ? `No paper is listed in this ${kind}.`
          : `No paper of this topic is listed in this ${kind}.`}
      </p>
      {previous !== undefined && (
        <p>
          Before it: <a href={previous.path}>{previous.name}</a>.
        </p>
      )}
    </div>
  );
}

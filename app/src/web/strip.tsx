// The date strip: the days before and after, and the seven days of a week as bars of their counts. It stays at the top
// while the page scrolls.

import { counted, grouped } from '../output/numbers.ts';
import { daysOf, monthOf, type Period } from '../papers/index.ts';
import { dayInWords, shortDay, weekdayOf } from './wording.ts';

export interface DayCount {
  readonly day: string;
  readonly count: number;
}

export interface StripProps {
  /** Monday to Sunday. */
  readonly week: Period;
  readonly counts: readonly DayCount[];
  /** The day that the page shows. */
  readonly day?: string;
  readonly previous?: Step | undefined;
  readonly next?: Step | undefined;
}

/** A way to the page before or after. */
export interface Step {
  readonly path: string;
  readonly name: string;
}

/** Height of the tallest bar and width of a bar, in units of the drawing. */
const [TALL, WIDE] = [14, 24];

export function Strip({ week, counts, day, previous, next }: StripProps) {
  const byDay = new Map(counts.map((each) => [each.day, each.count]));
  const most = Math.max(1, ...byDay.values());
  return (
    <nav class="strip" aria-label="Days">
      <div class="frame">
        <Arrow step={previous} rel="prev" sign="‹" />
        <ol>
          {daysOf(week).map((each) => {
            const count = byDay.get(each) ?? 0;
            return (
              <li>
                <a
                  href={`/papers/date/${each}`}
                  aria-current={each === day ? 'date' : undefined}
                  title={`${dayInWords(each)}: ${count === 0 ? 'no papers' : counted(count, 'paper')}`}
                  class={count === 0 ? 'empty' : undefined}
                >
                  {count > 0 && <Bar share={count / most} />}
                  <span>
                    {weekdayOf(each)} {Number(each.slice(8))}
                  </span>
                  {count > 0 && <small>{grouped(count)}</small>}
                </a>
              </li>
            );
          })}
        </ol>
        <Arrow step={next} rel="next" sign="›" />
        <a class="calendar" href={`/papers/month/${monthOf(day ?? week.from)}`}>
          Calendar
        </a>
      </div>
    </nav>
  );
}

function Bar({ share }: { readonly share: number }) {
  const height = Math.max(2, Math.round(share * TALL));
  return (
    <svg viewBox={`0 0 ${WIDE} ${TALL}`} aria-hidden="true">
      <rect x="0" y={TALL - height} width={WIDE} height={height} />
    </svg>
  );
}

function Arrow({ step, rel, sign }: { readonly step: Step | undefined; readonly rel: string; readonly sign: string }) {
  if (step === undefined) return <span class="arrow" />;
  return (
    <a class="arrow" rel={rel} href={step.path} aria-label={step.name} title={step.name}>
      {sign}
    </a>
  );
}

/** A step to a day. */
export function toDay(day: string | undefined): Step | undefined {
  return day === undefined ? undefined : { path: `/papers/date/${day}`, name: `${weekdayOf(day)} ${shortDay(day)}` };
}

// A month as a calendar: each day with the number of its papers and a way to its page.

import { grouped } from '../output/numbers.ts';
import { daysOf, daysOfWeek, monthOf, type Period, shiftDay, weekOf } from '../papers/index.ts';
import type { DayCount } from './strip.tsx';
import { dayInWords } from './wording.ts';

/** Shades of a day, by its share of the fullest day of the month. */
const SHADES = 4;

export function Calendar({ period, counts }: { readonly period: Period; readonly counts: readonly DayCount[] }) {
  const byDay = new Map(counts.map(({ day, count }) => [day, count]));
  const most = Math.max(1, ...byDay.values());
  return (
    <table class="month">
      <caption class="hidden">Papers of each day</caption>
      <thead>
        <tr>
          <th scope="col">Week</th>
          {['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'].map((name) => (
            <th scope="col">{name}</th>
          ))}
        </tr>
      </thead>
      <tbody>
        {weeksOf(period).map((week) => (
          <tr>
            <th scope="row">
              <a href={`/papers/week/${week}`}>{Number(week.slice(6))}</a>
            </th>
            {daysOf(daysOfWeek(week) ?? period).map((day) => (
              <Day day={day} isInside={monthOf(day) === monthOf(period.from)} count={byDay.get(day) ?? 0} most={most} />
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Day({
  day,
  isInside,
  count,
  most,
}: {
  readonly day: string;
  readonly isInside: boolean;
  readonly count: number;
  readonly most: number;
}) {
  if (!isInside) return <td />;
  const number = Number(day.slice(8));
  if (count === 0) return <td class="empty">{number}</td>;
  return (
    <td class={`shade-${Math.ceil((count / most) * SHADES)}`}>
      <a href={`/papers/date/${day}`} title={`${dayInWords(day)}: ${grouped(count)}`}>
        {number} <small>{grouped(count)}</small>
      </a>
    </td>
  );
}

/** The ISO weeks that have a day in the period. */
function weeksOf({ from, to }: Period): readonly string[] {
  const weeks: string[] = [];
  for (let day = from; weekOf(day) <= weekOf(to); day = shiftDay(day, 7)) weeks.push(weekOf(day));
  return weeks;
}

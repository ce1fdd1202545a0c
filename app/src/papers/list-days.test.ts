import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dayOf } from './dates.ts';
import { DAYS_WITHOUT_ANNOUNCEMENT } from './holidays.ts';
import {
  ageInAnnouncementDays,
  daysOf,
  daysOfMonth,
  daysOfWeek,
  isAnnouncementDay,
  isDay,
  isWeekend,
  shiftDay,
  shiftMonth,
  shiftWeek,
  weekOf,
} from './list-days.ts';

const someDay = fc.integer({ min: 0, max: 25_000 }).map(dayOf);

describe('announcement days', () => {
  it('are Monday to Friday, less the holidays', () => {
    expect(isAnnouncementDay('2026-04-06')).toBe(true);
    expect(isAnnouncementDay('2026-04-05')).toBe(false);
    expect(isAnnouncementDay('2025-06-20')).toBe(false);
    expect(DAYS_WITHOUT_ANNOUNCEMENT.filter((day) => !isDay(day) || isWeekend(day))).toEqual([]);
  });

  it('count the age of a paper: a weekend adds nothing, a holiday neither', () => {
    expect(ageInAnnouncementDays('2026-04-10', '2026-04-10')).toBe(0);
    expect(ageInAnnouncementDays('2026-04-10', '2026-04-12')).toBe(0); // Friday to Sunday
    expect(ageInAnnouncementDays('2026-04-10', '2026-04-13')).toBe(1); // Friday to Monday
    expect(ageInAnnouncementDays('2025-06-19', '2025-06-23')).toBe(1); // over a holiday and a weekend
    expect(ageInAnnouncementDays('2026-04-13', '2026-04-10')).toBe(0); // listed later
  });

  it('agree with counting day by day', () => {
    fc.assert(
      fc.property(fc.integer({ min: 18_000, max: 22_000 }), fc.nat(60), (from, length) => {
        const days = daysOf({ from: dayOf(from), to: dayOf(from + length) }).slice(1);
        expect(ageInAnnouncementDays(dayOf(from), dayOf(from + length))).toBe(days.filter(isAnnouncementDay).length);
      }),
    );
  });
});

describe('weeks and months', () => {
  it.each([
    ['2026-01-01', '2026-W01'],
    ['2025-12-29', '2026-W01'],
    ['2027-01-03', '2026-W53'],
    ['2025-11-20', '2025-W47'],
  ])('%s is in week %s', (day, week) => {
    expect(weekOf(day)).toBe(week);
  });

  it('a week holds the days that name it, and its neighbours follow', () => {
    fc.assert(
      fc.property(someDay, (day) => {
        const week = weekOf(day);
        const period = daysOfWeek(week);
        expect(period && daysOf(period)).toHaveLength(7);
        expect(period && daysOf(period)).toContain(day);
        expect(shiftWeek(week, 1)).toBe(weekOf(shiftDay(day, 7)));
      }),
    );
  });

  it('a month holds its days', () => {
    expect(daysOfMonth('2024-02')).toEqual({ from: '2024-02-01', to: '2024-02-29' });
    expect(daysOfMonth('2025-12')).toEqual({ from: '2025-12-01', to: '2025-12-31' });
    expect([shiftMonth('2025-12', 1), shiftMonth('2025-01', -1), shiftMonth('2025-03', -15)]).toEqual([
      '2026-01',
      '2024-12',
      '2023-12',
    ]);
  });

  it('refuse what is none', () => {
    for (const text of ['2026-W54', '2025-W53', '2025-W00', '2025-w01', 'W01', '', '0999-W01'])
      expect(daysOfWeek(text), text).toBeUndefined();
    for (const text of ['2025-13', '2025-00', '2025', '2025-01-01', ''])
      expect(daysOfMonth(text), text).toBeUndefined();
    for (const text of ['2025-02-30', '2025-2-3', '2025-02', 'today']) expect(isDay(text), text).toBe(false);
  });
});

// List days: the days on whose pages papers stand, the weeks and months that hold them, and announcement days, in which
// the age of a paper is counted. Every day is a `YYYY-MM-DD` without a time zone.

import { dayNumber, dayOf, parseDate } from './dates.ts';
import { DAYS_WITHOUT_ANNOUNCEMENT } from './holidays.ts';

/** A range of days, both ends included. */
export interface Period {
  readonly from: string;
  readonly to: string;
}

const WEEK = /^(\d{4})-W(\d{2})$/;
const MONTH = /^(\d{4})-(\d{2})$/;
/** Day 4 since 1970-01-01 was a Monday. */
const FIRST_MONDAY = 4;

const withoutAnnouncement = DAYS_WITHOUT_ANNOUNCEMENT.map(dayNumber).sort((a, b) => a - b);

/** Whether `text` is a day as addresses write it. */
export function isDay(text: string): boolean {
  const date = parseDate(text);
  return date?.precision === 'day' && date.date === text;
}

/** Monday to Friday, less the committed holidays. */
export function isAnnouncementDay(day: string): boolean {
  const number = dayNumber(day);
  return weekday(number) < 5 && !withoutAnnouncement.includes(number);
}

/**
 * How many announcement days lie after `listed`, up to and including `asOf`: a paper that was listed on Friday is one
 * day old on Monday. 0 for a paper that is listed later.
 */
export function ageInAnnouncementDays(listed: string, asOf: string): number {
  return Math.max(0, announcementsUntil(dayNumber(asOf)) - announcementsUntil(dayNumber(listed)));
}

/** Announcement days from the first Monday of 1970 up to and including `number`. */
function announcementsUntil(number: number): number {
  const days = number - FIRST_MONDAY + 1;
  const weeks = Math.floor(days / 7);
  const holidays = withoutAnnouncement.filter((each) => each <= number).length;
  return weeks * 5 + Math.min(5, days - weeks * 7) - holidays;
}

/** 0 for Monday … 6 for Sunday. */
function weekday(number: number): number {
  return (((number - FIRST_MONDAY) % 7) + 7) % 7;
}

/** True for Saturday and Sunday. */
export function isWeekend(day: string): boolean {
  return weekday(dayNumber(day)) >= 5;
}

/** The day `days` later; earlier for a negative number. */
export function shiftDay(day: string, days: number): string {
  return dayOf(dayNumber(day) + days);
}

/** Every day of a period, in order. */
export function daysOf({ from, to }: Period): readonly string[] {
  const first = dayNumber(from);
  return Array.from({ length: dayNumber(to) - first + 1 }, (_, i) => dayOf(first + i));
}

/** The ISO week of a day: `2026-W01` begins on the Monday of the week with the year's first Thursday. */
export function weekOf(day: string): string {
  const number = dayNumber(day);
  const thursday = dayOf(number - weekday(number) + 3);
  const year = thursday.slice(0, 4);
  const week = Math.floor((dayNumber(thursday) - dayNumber(`${year}-01-01`)) / 7) + 1;
  return `${year}-W${String(week).padStart(2, '0')}`;
}

/** Monday to Sunday of an ISO week; undefined for a text that names no week. */
export function daysOfWeek(week: string): Period | undefined {
  const [, year = '', number = ''] = WEEK.exec(week) ?? [];
  if (year < '1000' || year > '2999') return undefined;
  const fourth = dayNumber(`${year}-01-04`); // always in the first week
  const monday = fourth - weekday(fourth) + (Number(number) - 1) * 7;
  const period = { from: dayOf(monday), to: dayOf(monday + 6) };
  return weekOf(period.from) === week ? period : undefined;
}

export function shiftWeek(week: string, weeks: number): string {
  const from = daysOfWeek(week)?.from ?? '1970-01-05';
  return weekOf(shiftDay(from, weeks * 7));
}

export function monthOf(day: string): string {
  return day.slice(0, 7);
}

/** The first to the last day of `YYYY-MM`; undefined for a text that names no month. */
export function daysOfMonth(month: string): Period | undefined {
  if (!MONTH.test(month) || parseDate(month)?.precision !== 'month') return undefined;
  const last = dayNumber(`${shiftMonth(month, 1)}-01`) - 1;
  return { from: `${month}-01`, to: dayOf(last) };
}

export function shiftMonth(month: string, months: number): string {
  const [year = 1970, number = 1] = month.split('-').map(Number);
  const total = year * 12 + number - 1 + months;
  return `${String(Math.floor(total / 12)).padStart(4, '0')}-${String((total % 12) + 1).padStart(2, '0')}`;
}

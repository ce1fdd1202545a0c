// The wording of facts on pages: dates with their precision, people, counts.

import { counted } from '../output/numbers.ts';
import type { PaperDate, Work } from '../papers/index.ts';

/** "18 March 2025", "March 2025" or "2025", with the precision of the record. */
export function inWords(date: PaperDate): string {
  if (date.precision === 'year') return date.date;
  const [year, month, day] = date.date.split('-').map(Number) as [number, number, number?];
  return (day === undefined ? MONTH : DAY).format(Date.UTC(year, month - 1, day ?? 1));
}

// Created once: creating a formatter costs a thousand times as much as a call of it, and a page has dozens of dates.
const MONTH = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', year: 'numeric', month: 'long' });
const DAY = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', year: 'numeric', month: 'long', day: 'numeric' });

/** "Friday, 21 November 2025" of a YYYY-MM-DD. */
export function dayInWords(day: string): string {
  const words = { timeZone: 'UTC', weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' } as const;
  return new Intl.DateTimeFormat('en-GB', words).format(Date.parse(`${day}T00:00:00Z`));
}

/** The organisation if one is named, else the number of authors; undefined when neither is known. */
export function people(work: Work): string | undefined {
  if (work.organization !== undefined) return work.organization;
  return work.authorCount === undefined ? undefined : counted(work.authorCount, 'author');
}

/** The first sentence of an abstract, at most `limit` characters, never cut inside a word. */
export function opening(abstract: string, limit = 280): string {
  const end = abstract.search(/[.!?](?=\s+\p{Lu})/u);
  const sentence = end < 0 ? abstract : abstract.slice(0, end + 1);
  if (sentence.length <= limit) return sentence;
  return `${sentence.slice(0, sentence.lastIndexOf(' ', limit) || limit)} …`;
}

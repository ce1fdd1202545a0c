// The papers of one day, and the newest day that has any.

import { EngineError } from '@quire/engine/core';
import { dayNumber, dayOf, parseDate, type Work } from '../papers/index.ts';
import type { FromStore, Part } from './answers.ts';
import type { Context } from './context.ts';
import { damagedField } from './damage-view.ts';
import { bounds } from './page-bounds.ts';

export interface DayPage extends FromStore {
  /** YYYY-MM-DD. */
  readonly day: string;
  /** The nearest days that have papers. */
  readonly previous?: string;
  readonly next?: string;
  readonly works: readonly Work[];
  readonly total: number;
  readonly offset: number;
  readonly limit: number;
}

/** Fewer papers are no list of a day. */
const FEW = 3;
/** How many days with papers before the newest one are looked at. */
const LOOK_BACK = 5;

/**
 * The day that a reader opens first: the newest one. A day with one or two papers is passed over where one of the five
 * days with papers before it has more: a single publication date ahead of the lists would hide them. undefined in an
 * empty library or one without days.
 */
export async function newestDay({ store }: Context): Promise<string | undefined> {
  const newest = await store.newestDay();
  for (let day = newest, i = 0; day !== undefined && i <= LOOK_BACK; i++) {
    if ((await store.countOfDay(day)) >= FEW) return dayOf(day);
    day = (await store.daysAround(day)).previous;
  }
  return newest === undefined ? undefined : dayOf(newest);
}

/** By upvotes, then comments, then date, then key. Any real day is legal, also one without papers. */
export async function papersOfDay({ store }: Context, day: string, part: Part = {}): Promise<DayPage> {
  const date = parseDate(day);
  if (date?.precision !== 'day') {
    throw new EngineError('INVALID_ARGUMENT', `${JSON.stringify(day)} is not a day`, {
      hint: 'Write it as 2025-11-21.',
    });
  }
  const { offset, limit } = bounds(part);
  const number = dayNumber(date.date);
  const { previous, next } = await store.daysAround(number);
  const { works, damaged } = await store.ofDay(number, offset, limit);
  return {
    day: date.date,
    ...(previous !== undefined && { previous: dayOf(previous) }),
    ...(next !== undefined && { next: dayOf(next) }),
    works,
    total: await store.countOfDay(number),
    offset,
    limit,
    ...damagedField(store.health, damaged),
  };
}

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

/** undefined in an empty library or one without days. */
export async function newestDay({ store }: Context): Promise<string | undefined> {
  const day = await store.newestDay();
  return day === undefined ? undefined : dayOf(day);
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

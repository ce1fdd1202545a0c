// Which list of papers an address of the site shows. The pages and the formats of a list share the address; a format adds
// its extension to the path.

import { daysOfMonth, daysOfWeek, parseDate } from '../papers/index.ts';
import type { PaperList } from '../services/index.ts';

/** The list at a path without extension; undefined for an address that is no list and no paper. */
export function listAt(path: string, query: URLSearchParams): PaperList | undefined {
  const steps = stepsOf(path);
  if (steps === undefined) return undefined;
  const [first, second, third, ...more] = steps;
  if (first === 'search' && second === undefined) return searched(query.get('q'));
  if (first === 'paper') return named(query.get('id'), second, third);
  if (first !== 'papers') return undefined;
  if (second === undefined) return query.has('q') ? searched(query.get('q')) : { kind: 'day', day: 'newest' };
  if (second === 'all' && third === undefined) return { kind: 'all' };
  if (second === 'date') return third !== undefined && more.length === 0 ? dayNamed(third) : undefined;
  if (second === 'trending') return third === undefined ? { kind: 'trending' } : undefined;
  if (second === 'week' || second === 'month') {
    return third !== undefined && more.length === 0 ? periodNamed(second, third) : undefined;
  }
  if (second === 'since') return undefined; // a page alone: it depends on the reader
  const last = steps.at(-1);
  const isSimilar = last === 'similar' && steps.length > 2;
  const id = steps.slice(1, isSimilar ? -1 : undefined).join('/');
  return { kind: isSimilar ? 'similar' : 'paper', id };
}

function searched(query: string | null): PaperList | undefined {
  return query === null || query.trim() === '' ? undefined : { kind: 'search', query };
}

function named(id: string | null, second: string | undefined, third: string | undefined): PaperList | undefined {
  if (id === null || id === '' || third !== undefined) return undefined;
  if (second === undefined) return { kind: 'paper', id };
  return second === 'similar' ? { kind: 'similar', id } : undefined;
}

function dayNamed(text: string): PaperList | undefined {
  const date = parseDate(text);
  return date?.precision === 'day' && date.date === text ? { kind: 'day', day: text } : undefined;
}

function periodNamed(kind: 'week' | 'month', name: string): PaperList | undefined {
  if (kind === 'week') return daysOfWeek(name) && { kind, week: name };
  return daysOfMonth(name) && { kind, month: name };
}

/** `/a/b%20c` → a, "b c"; undefined for a path that does not decode. */
function stepsOf(path: string): readonly string[] | undefined {
  try {
    return path.split('/').slice(1).map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

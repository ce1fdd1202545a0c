// A work as a document of the engine: the words of each field, and the values for filters and sorting.

import type { Document, Schema } from '@quire/engine/core';
import { dayNumber, nameKey, possibleDays, type Work } from '../papers/index.ts';

/** The weight of a word in each field: a title counts more than an abstract, the rest (venue, keywords) least. */
export const FIELD_WEIGHTS = { title: 2, abstract: 1, authors: 1, other: 0.5 } as const;
export type Field = keyof typeof FIELD_WEIGHTS;
export const FIELDS = Object.keys(FIELD_WEIGHTS) as readonly Field[];

/**
 * The days that a paper's date can be, YYYYMMDD: a paper of "2024" has 20240101 and 20241231. Conditions on dates
 * compare both (retrieval/date-value.ts of the engine); the newest papers first means the largest earliest day first.
 */
export const DATE_COLUMNS = { earliest: 'earliest', latest: 'latest' } as const;

export const SCHEMA: Schema = {
  // The texts stay in the store; the index keeps only what is searched.
  fields: { title: {}, abstract: {}, authors: {}, other: {} },
  columns: {
    day: 'number',
    [DATE_COLUMNS.earliest]: 'number',
    [DATE_COLUMNS.latest]: 'number',
    year: 'number',
    venue: 'keyword',
    organization: 'keyword',
    categories: 'keywords',
    sources: 'keywords',
    has: 'keywords',
    upvotes: 'number',
  },
};

/** What `has:` can ask for, and when a work has it. */
export const HAS: Readonly<Record<string, (work: Work) => boolean>> = {
  code: ({ github }) => github !== undefined,
  page: ({ projectPage }) => projectPage !== undefined,
  abstract: ({ abstract }) => abstract !== '',
  award: ({ awards }) => awards.length > 0,
  comments: ({ comments }) => comments > 0,
};

/** Columns of a work; a value that is not known is absent. */
export function documentOf(work: Work): Document {
  const date = work.published?.date ?? work.day; // the store sorts by the same date
  return {
    id: work.key,
    fields: {},
    columns: {
      sources: [...new Set(work.sources.map(({ source }) => source))],
      categories: work.categories,
      upvotes: work.upvotes,
      has: Object.keys(HAS).filter((name) => HAS[name]?.(work)),
      ...(work.year !== undefined && { year: work.year }),
      ...(work.organization !== undefined && { organization: work.organization.trim() }),
      ...(work.day !== undefined && { day: dayNumber(work.day) }),
      ...(date !== undefined && possibleDays({ date })),
      ...(work.venue !== undefined && { venue: work.venue }),
    },
  };
}

/** The words of a work by field. */
export function wordsOf(work: Work): Readonly<Record<Field, string>> {
  const other = [work.venue, work.organization, ...work.keywords].filter((text) => text !== undefined);
  return {
    title: work.title,
    abstract: work.abstract,
    authors: work.authors.map(nameKey).join('\n'),
    other: other.join('\n'),
  };
}

/** The text of a work for the dense encoder. */
export function meaningOf(work: Work): Readonly<Record<string, string>> {
  return { title: work.title, abstract: work.abstract };
}

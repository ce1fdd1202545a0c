// Statements that list or count works: of a day, the newest, all.

import { type Builder, statement } from './statement.ts';

const dayOf = (db: Builder) => db.selectFrom('works').select(['key', 'day']).where('day', 'is not', null);

export const WORK_LISTS = {
  newestDay: statement((db) => dayOf(db).orderBy('day', 'desc').limit(1)),
  dayBefore: statement((db, p: { day: number }) => dayOf(db).where('day', '<', p.day).orderBy('day', 'desc').limit(1)),
  dayAfter: statement((db, p: { day: number }) => dayOf(db).where('day', '>', p.day).orderBy('day').limit(1)),
  ofDay: statement((db, p: { day: number; offset: number; limit: number }) =>
    db
      .selectFrom('works')
      .select('key')
      .where('day', '=', p.day)
      .orderBy('upvotes', 'desc')
      .orderBy('comments', 'desc')
      .orderBy('published', (order) => order.desc().nullsLast())
      .orderBy('key')
      .limit(p.limit)
      .offset(p.offset),
  ),
  ofDays: statement((db, p: { from: number; to: number; offset: number; limit: number }) =>
    db
      .selectFrom('works')
      .select('key')
      .where('day', '>=', p.from)
      .where('day', '<=', p.to)
      .orderBy('upvotes', 'desc')
      .orderBy('comments', 'desc')
      .orderBy('day', 'desc')
      .orderBy('key')
      .limit(p.limit)
      .offset(p.offset),
  ),
  daysBetween: statement((db, p: { from: number; to: number }) =>
    db
      .selectFrom('works')
      .select((e) => ['day', e.fn.countAll<number>().as('count')])
      .where('day', '>=', p.from)
      .where('day', '<=', p.to)
      .groupBy('day')
      .orderBy('day'),
  ),
  mostVotedOfDay: statement((db, p: { day: number; limit: number }) =>
    db
      .selectFrom('works')
      .select(['key', 'upvotes', 'comments'])
      .where('day', '=', p.day)
      .where((e) => e.or([e('upvotes', '>', 0), e('comments', '>', 0)]))
      .orderBy('upvotes', 'desc')
      .orderBy('comments', 'desc')
      .limit(p.limit),
  ),
  countOfDay: statement((db, p: { day: number }) =>
    db
      .selectFrom('works')
      .select((e) => e.fn.countAll<number>().as('count'))
      .where('day', '=', p.day),
  ),
  work: statement((db, p: { key: string }) => db.selectFrom('works').select('fold').where('key', '=', p.key)),
  countWorks: statement((db) => db.selectFrom('works').select((e) => e.fn.countAll<number>().as('count'))),
  keysAfter: statement((db, p: { key: string; limit: number }) =>
    db.selectFrom('works').select('key').where('key', '>', p.key).orderBy('key').limit(p.limit),
  ),
  newest: statement((db, p: { offset: number; limit: number }) =>
    db
      .selectFrom('works')
      .select('key')
      .orderBy('published', (order) => order.desc().nullsLast())
      .orderBy('key', 'desc')
      .limit(p.limit)
      .offset(p.offset),
  ),
};

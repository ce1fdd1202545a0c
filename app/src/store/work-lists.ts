// Statements that list or count works: of a day, the newest, all.

import { builder, type Sql } from './sql.ts';

export function workLists(sql: Sql) {
  return { ...byDay(sql), ...whole(sql) };
}

function byDay(sql: Sql) {
  const day = builder.selectFrom('works').select(['key', 'day']).where('day', 'is not', null);
  return {
    newestDay: sql.prepare(() => day.orderBy('day', 'desc').limit(1)),
    dayBefore: sql.prepare((p: { day: number }) => day.where('day', '<', p.day).orderBy('day', 'desc').limit(1)),
    dayAfter: sql.prepare((p: { day: number }) => day.where('day', '>', p.day).orderBy('day').limit(1)),
    ofDay: sql.prepare((p: { day: number; offset: number; limit: number }) =>
      builder
        .selectFrom('works')
        .select('key')
        .where('day', '=', p.day)
        .orderBy('upvotes', 'desc')
        .orderBy('comments', 'desc')
        .orderBy('published', 'desc')
        .orderBy('key')
        .limit(p.limit)
        .offset(p.offset),
    ),
    countOfDay: sql.prepare((p: { day: number }) =>
      builder
        .selectFrom('works')
        .select((e) => e.fn.countAll<number>().as('count'))
        .where('day', '=', p.day),
    ),
  };
}

function whole(sql: Sql) {
  return {
    work: sql.prepare((p: { key: string }) => builder.selectFrom('works').select('fold').where('key', '=', p.key)),
    countWorks: sql.prepare(() => builder.selectFrom('works').select((e) => e.fn.countAll<number>().as('count'))),
    keysAfter: sql.prepare((p: { key: string; limit: number }) =>
      builder.selectFrom('works').select('key').where('key', '>', p.key).orderBy('key').limit(p.limit),
    ),
    newest: sql.prepare((p: { offset: number; limit: number }) =>
      builder
        .selectFrom('works')
        .select('key')
        .orderBy('published', 'desc')
        .orderBy('key', 'desc')
        .limit(p.limit)
        .offset(p.offset),
    ),
  };
}

// Statements that list or count works: of a day, the newest, by any of their names.

import { builder, type Sql } from './sql.ts';

/** Most works that one id or title may name; 82 ids of one conference dump name up to a few dozen. */
const SAME_LIMIT = 200;

export function workLists(sql: Sql) {
  return { ...byName(sql), ...byDay(sql), ...whole(sql) };
}

function byName(sql: Sql) {
  const members = builder.selectFrom('members').innerJoin('records', 'records.seq', 'members.record');
  return {
    byIdentity: sql.prepare((p: { key: string }) =>
      builder
        .selectFrom('identities')
        .innerJoin('members', 'members.record', 'identities.record')
        .select('work')
        .distinct()
        .where('identities.key', '=', p.key)
        .orderBy('work')
        .limit(SAME_LIMIT),
    ),
    bySourceId: sql.prepare((p: { id: string }) =>
      members.select('work').distinct().where('records.id', '=', p.id).orderBy('work').limit(SAME_LIMIT),
    ),
    byTitle: sql.prepare((p: { title_hash: string }) =>
      members
        .select('work')
        .distinct()
        .where('records.title_hash', '=', p.title_hash)
        .orderBy('work')
        .limit(SAME_LIMIT),
    ),
  };
}

function byDay(sql: Sql) {
  const day = builder.selectFrom('works').select('day').where('day', 'is not', null);
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
    lastChange: sql.prepare(() => builder.selectFrom('changes').select('number').orderBy('number', 'desc').limit(1)),
    changesAfter: sql.prepare((p: { number: number; limit: number }) =>
      builder.selectFrom('changes').selectAll().where('number', '>', p.number).orderBy('number').limit(p.limit),
    ),
  };
}

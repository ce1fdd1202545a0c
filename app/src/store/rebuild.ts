// Makes identities, members and works from the records, all of them at once. The result equals that of incremental
// refolding (refold.ts); a test compares them.

import { type Group, groupRecords, type Identity, identityOf } from '../papers/index.ts';
import { isSoundRecord } from './checksum.ts';
import { badRecord } from './damage.ts';
import type { Connection } from './database.ts';
import { statement, wholesIn } from './statement.ts';
import { type RecordRow, readStored, verified } from './stored.ts';
import { WorkWriter } from './work-writer.ts';

export interface Rebuilt {
  readonly records: number;
  readonly works: number;
  /** Works that are new, different or gone: they are in the log of changes. */
  readonly changed: number;
  /** Records that went into `quarantine`. */
  readonly quarantined: number;
}

const PAGE = 2_000;

/**
 * Run inside a transaction. `before`: digests of the works as an index may have them, by key. Memory: a few hundred
 * bytes a record.
 */
export async function rebuildWorks(on: Connection, before: ReadonlyMap<string, string>): Promise<Rebuilt> {
  for (const table of ['identities', 'members', 'works']) await on.exec(`DELETE FROM ${table}`);
  const writer = new WorkWriter(on);
  const { sound, quarantined } = await sift(on, writer);
  const groups = groupRecords(sound, (each) => each);
  const changed: string[] = [];
  const made = new Set<string>();
  for (const chunk of chunks(groups)) {
    const records = await loaded(on, chunk);
    const whole = chunk.map(({ members, byTitle }) => ({
      byTitle,
      members: members.flatMap(({ seq }) => records.get(seq) ?? []),
    }));
    for (const { key, fold } of await writer.putNewWorks(whole)) {
      made.add(key);
      if (before.get(key) !== fold) changed.push(key);
    }
  }
  const gone = [...before.keys()].filter((key) => !made.has(key));
  const log = [...changed, ...gone];
  for (let at = 0; at < log.length; at += PAGE) await writer.log(log.slice(at, at + PAGE));
  return { records: sound.length, works: made.size, changed: log.length, quarantined };
}

/** Digests of the folded works, by key. `column`: where they are. */
export async function foldsOf(on: Connection, column: 'digest' | 'fold'): Promise<Map<string, string>> {
  const rows = await on.rows<{ key: string; fold: string }>(`SELECT key, ${column} AS fold FROM works`);
  return new Map(rows.map(({ key, fold }) => [key, fold]));
}

export type Known = Identity & { readonly seq: number };

/** Moves records that cannot be used into quarantine; writes and returns the identities of the others. */
async function sift(
  on: Connection,
  writer: WorkWriter,
): Promise<{ readonly sound: readonly Known[]; readonly quarantined: number }> {
  const sound: Known[] = [];
  let quarantined = 0;
  for (let rows = await on.all(SQL.page, { seq: -1, limit: PAGE }); rows.length > 0; ) {
    const good: Known[] = [];
    for (const row of rows) {
      const read = identified(row);
      if (typeof read !== 'string') good.push(read);
      else {
        await on.run(QUARANTINE, { ...texts(row), reason: read, since: new Date().toISOString() });
        await on.run(SQL.remove, { seq: row.seq });
        quarantined++;
      }
    }
    await writer.putIdentities(good.map((identity) => ({ seq: identity.seq, identity })));
    sound.push(...good);
    rows = await on.all(SQL.page, { seq: rows.at(-1)?.seq ?? 0, limit: PAGE });
  }
  return { sound, quarantined };
}

/** The identity of a record, or the reason why it has none. */
export function identified(row: RecordRow): Known | string {
  if (!isSoundRecord(row)) return badRecord(row).message;
  try {
    return { seq: row.seq, ...identityOf(readStored(row)) };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Columns of a damaged row, which may be of any type, as texts. */
export function texts(row: RecordRow): Omit<RecordRow, 'seq'> {
  const { source, id, title_hash, raw, digest } = row;
  return {
    source: String(source),
    id: String(id),
    title_hash: String(title_hash),
    raw: String(raw),
    digest: String(digest),
  };
}

/** Puts a record into quarantine, by the text of its columns. */
export const QUARANTINE = statement(
  (
    db,
    p: {
      source: string;
      id: string;
      title_hash: string;
      raw: string;
      digest: string;
      reason: string;
      since: string;
    },
  ) =>
    db.insertInto('quarantine').values({
      source: p.source,
      id: p.id,
      title_hash: p.title_hash,
      raw: p.raw,
      digest: p.digest,
      reason: p.reason,
      since: p.since,
    }),
);

function* chunks(groups: readonly Group<Known>[]): Generator<readonly Group<Known>[]> {
  for (let at = 0; at < groups.length; at += PAGE) yield groups.slice(at, at + PAGE);
}

async function loaded(
  on: Connection,
  groups: readonly Group<Known>[],
): Promise<Map<number, ReturnType<typeof verified>>> {
  const seqs = groups.flatMap(({ members }) => members.map(({ seq }) => seq));
  const rows = await on.all(SQL.load, { seqs: JSON.stringify(seqs) });
  return new Map(rows.map((row) => [row.seq, verified(row)]));
}

const SQL = {
  page: statement((db, p: { seq: number; limit: number }) =>
    db.selectFrom('records').selectAll().where('seq', '>', p.seq).orderBy('seq').limit(p.limit),
  ),
  load: statement((db, p: { seqs: string }, d) =>
    db.selectFrom('records').selectAll().where('seq', 'in', wholesIn(d, p.seqs)),
  ),
  remove: statement((db, p: { seq: number }) => db.deleteFrom('records').where('seq', '=', p.seq)),
};

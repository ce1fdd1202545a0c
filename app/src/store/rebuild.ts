// Makes identities, members and works from the records, all of them at once. The result equals that of incremental
// refolding (refold.ts); a test compares them.

import { type Group, groupRecords, type Identity, identityOf } from '../papers/index.ts';
import { isSoundRecord } from './checksum.ts';
import { badRecord } from './damage.ts';
import { builder, listed, type Sql } from './sql.ts';
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
export function rebuildWorks(sql: Sql, before: ReadonlyMap<string, string>): Rebuilt {
  for (const table of ['identities', 'members', 'works']) sql.exec(`DELETE FROM ${table}`);
  const run = statements(sql);
  const writer = new WorkWriter(sql);
  const { sound, quarantined } = sift(run, writer);
  const groups = groupRecords(sound, (each) => each);
  const changed: string[] = [];
  const made = new Set<string>();
  for (const chunk of chunks(groups)) {
    const records = loaded(run, chunk);
    const whole = chunk.map(({ members, byTitle }) => ({
      byTitle,
      members: members.flatMap(({ seq }) => records.get(seq) ?? []),
    }));
    for (const { key, fold } of writer.putNewWorks(whole)) {
      made.add(key);
      if (before.get(key) !== fold) changed.push(key);
    }
  }
  const gone = [...before.keys()].filter((key) => !made.has(key));
  const log = [...changed, ...gone];
  for (let at = 0; at < log.length; at += PAGE) writer.log(log.slice(at, at + PAGE));
  return { records: sound.length, works: made.size, changed: log.length, quarantined };
}

export type Known = Identity & { readonly seq: number };

/** Moves records that cannot be used into quarantine; writes and returns the identities of the others. */
function sift(run: Statements, writer: WorkWriter): { readonly sound: readonly Known[]; readonly quarantined: number } {
  const sound: Known[] = [];
  let quarantined = 0;
  for (let rows = run.page.all({ seq: -1, limit: PAGE }); rows.length > 0; ) {
    const good: Known[] = [];
    for (const row of rows) {
      const read = identified(row);
      if (typeof read !== 'string') good.push(read);
      else {
        run.quarantine.run({ ...texts(row), reason: read, since: new Date().toISOString() });
        run.remove.run({ seq: row.seq });
        quarantined++;
      }
    }
    writer.putIdentities(good.map((identity) => ({ seq: identity.seq, identity })));
    sound.push(...good);
    rows = run.page.all({ seq: rows.at(-1)?.seq ?? 0, limit: PAGE });
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

/** The statement that puts a record into quarantine, by the text of its columns. */
export function quarantineInto(sql: Sql) {
  return sql.prepare(
    (p: {
      source: string;
      id: string;
      title_hash: string;
      raw: string;
      digest: string;
      reason: string;
      since: string;
    }) =>
      builder.insertInto('quarantine').values({
        source: p.source,
        id: p.id,
        title_hash: p.title_hash,
        raw: p.raw,
        digest: p.digest,
        reason: p.reason,
        since: p.since,
      }),
  );
}

function* chunks(groups: readonly Group<Known>[]): Generator<readonly Group<Known>[]> {
  for (let at = 0; at < groups.length; at += PAGE) yield groups.slice(at, at + PAGE);
}

function loaded(run: Statements, groups: readonly Group<Known>[]): Map<number, ReturnType<typeof verified>> {
  const seqs = groups.flatMap(({ members }) => members.map(({ seq }) => seq));
  return new Map(run.load.all({ seqs: JSON.stringify(seqs) }).map((row) => [row.seq, verified(row)]));
}

type Statements = ReturnType<typeof statements>;

function statements(sql: Sql) {
  return {
    page: sql.prepare((p: { seq: number; limit: number }) =>
      builder.selectFrom('records').selectAll().where('seq', '>', p.seq).orderBy('seq').limit(p.limit),
    ),
    load: sql.prepare((p: { seqs: string }) =>
      builder.selectFrom('records').selectAll().where('seq', 'in', listed<number>(p.seqs)),
    ),
    remove: sql.prepare((p: { seq: number }) => builder.deleteFrom('records').where('seq', '=', p.seq)),
    quarantine: quarantineInto(sql),
  };
}

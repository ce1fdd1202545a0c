// Works from files, without store or index: the input of trainers and measurements. Two passes: the first holds only
// identities (hashes), the second returns each work as soon as its last record has been read.

import {
  type Group,
  groupRecords,
  type Identity,
  identityOf,
  makeWork,
  type SourceRecord,
  type Work,
} from '../papers/index.ts';
import { type Row, readRows } from '../sources/index.ts';

/** Keys of one row and its position; a few hundred bytes. */
interface Seen extends Identity {
  readonly number: number; // over all files
}

/**
 * Streams the works of JSON-lines files (plain or gzip). The set of works and every work depend only on the rows, not
 * on the order of files or lines; the order of the stream does. Rows that cannot be read are skipped.
 */
export async function* foldFiles(paths: readonly string[], signal?: AbortSignal): AsyncGenerator<Work> {
  const seen: Seen[] = [];
  for await (const row of rowsOf(paths, signal)) seen.push({ ...identityOf(row.record), number: seen.length });
  const groupOf = new Map<number, Group<Seen>>();
  for (const group of groupRecords(seen, (record) => record)) {
    if (group.members.length > 1 || group.byTitle) for (const { number } of group.members) groupOf.set(number, group);
  }
  const waiting = new Map<Group<Seen>, SourceRecord[]>();
  let number = 0;
  for await (const { record } of rowsOf(paths, signal)) {
    const group = groupOf.get(number++);
    if (group === undefined) {
      yield makeWork([record]);
      continue;
    }
    const members = waiting.get(group) ?? [];
    members.push(record);
    if (members.length < group.members.length) waiting.set(group, members);
    else {
      waiting.delete(group);
      yield makeWork(members, group);
    }
  }
}

async function* rowsOf(paths: readonly string[], signal: AbortSignal | undefined): AsyncGenerator<Row> {
  for (const path of paths) {
    for await (const { rows } of readRows(path, { ...(signal && { signal }) })) {
      for (const row of rows) if ('record' in row) yield row;
    }
  }
}

// Folds records into works. Records that share an identity key are one work. The fold is a pure function of the set of
// records: order, batches and repeats make no difference, and removing records removes their effects.
//
// One thing overrides every key: records with the same id in the same source but different titles are different papers
// (some sources reuse ids). A component that contains such a pair is contested: in it a key counts only together with
// the title, so that each of its works has exactly one title.

import { recordTitleKey, type SourceRecord } from './record.ts';
import { identityKeys, makeWork, type Work } from './work.ts';

/** A set of records that are one work. */
export interface Group<R> {
  readonly members: readonly R[];
  /** It is from a contested component: its key is made from title and author. */
  readonly byTitle: boolean;
}

/** The fields of a record that the fold needs; small, so that hundreds of thousands fit in memory. */
export interface Identity {
  readonly keys: readonly string[];
  /** Source and id as one string; '' when the source gives no id. */
  readonly slot: string;
  /** Equal exactly for equal normalised titles. */
  readonly title: string;
}

/** Folds records; works are returned in order of their key. */
export function foldRecords(records: Iterable<SourceRecord>): readonly Work[] {
  const works: Work[] = [];
  for (const group of groupRecords([...records], identityOf)) works.push(makeWork(group.members, group));
  return works.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}

export function identityOf(record: SourceRecord): Identity {
  return {
    keys: identityKeys(record),
    slot: record.id === '' ? '' : `${record.source}\n${record.id}`,
    title: recordTitleKey(record),
  };
}

/** The grouping alone, for any values with an identity. */
export function groupRecords<R>(records: readonly R[], identity: (record: R) => Identity): readonly Group<R>[] {
  const groups: Group<R>[] = [];
  for (const component of components(records, (record) => identity(record).keys)) {
    if (!isContested(component, identity)) {
      groups.push({ members: component, byTitle: false });
      continue;
    }
    const withTitle = (record: R) => identity(record).keys.map((key) => `${key}\n${identity(record).title}`);
    for (const members of components(component, withTitle)) groups.push({ members, byTitle: true });
  }
  return groups;
}

/** Whether one source id has two titles. */
function isContested<R>(component: readonly R[], identity: (record: R) => Identity): boolean {
  if (component.length < 2) return false;
  const titles = new Map<string, string>();
  for (const record of component) {
    const { slot, title } = identity(record);
    if (slot === '') continue;
    const known = titles.get(slot);
    if (known !== undefined && known !== title) return true;
    titles.set(slot, title);
  }
  return false;
}

/** Connected components of "shares a key", by union-find with path halving; in order of their first record. */
function components<R>(records: readonly R[], keysOf: (record: R) => readonly string[]): readonly (readonly R[])[] {
  const parent = new Uint32Array(records.length).map((_, i) => i);
  const find = (start: number): number => {
    let i = start;
    while (parent[i] !== i) {
      parent[i] = parent[parent[i] ?? 0] ?? 0;
      i = parent[i] ?? 0;
    }
    return i;
  };
  const owner = new Map<string, number>();
  records.forEach((record, i) => {
    for (const key of keysOf(record)) {
      const other = owner.get(key);
      if (other === undefined) owner.set(key, i);
      else {
        const [a, b] = [find(other), find(i)];
        parent[Math.max(a, b)] = Math.min(a, b);
      }
    }
  });
  const byRoot = new Map<number, R[]>();
  records.forEach((record, i) => {
    const root = find(i);
    const members = byRoot.get(root);
    if (members === undefined) byRoot.set(root, [record]);
    else members.push(record);
  });
  return [...byRoot.values()];
}

// The values that a condition means: `org:nvidia` and `venue:acl` name values of a column as people write them, in any
// case and with a word of the name alone. Each is replaced by the values that papers have.

import type { ColumnValue, Filter } from '@quire/engine/core';
import { nameKey } from '../papers/index.ts';
import type { PaperSnapshot } from './paper-index.ts';

const COLUMNS = {
  organization: 'organisation',
  venue: 'venue',
  categories: 'category',
  sources: 'source',
} as const;
type NamedColumn = keyof typeof COLUMNS;

/** Names that a note lists. */
const LISTED = 4;

export interface Named {
  readonly filter: Filter | undefined;
  /** What a name was taken for where it is not the whole name of one value, and names that no paper has. */
  readonly notes: readonly string[];
}

/** `filter` with the names in it replaced by values of `snapshot`. */
export async function resolveNames(filter: Filter | undefined, snapshot: PaperSnapshot): Promise<Named> {
  const notes: string[] = [];
  const visit = async (part: Filter): Promise<Filter> => {
    switch (part.op) {
      case 'and':
      case 'or':
        return { ...part, filters: await Promise.all(part.filters.map(visit)) };
      case 'not':
        return { ...part, filter: await visit(part.filter) };
      case 'is':
      case 'in':
        return isNamed(part.column) ? oneOf(part.column, typedIn(part), snapshot, notes) : part;
      case 'prefix':
        return isNamed(part.column) ? beginningWith(part.column, part.prefix, snapshot) : part;
      default:
        return part;
    }
  };
  return { filter: filter && (await visit(filter)), notes };
}

function isNamed(column: string): column is NamedColumn {
  return Object.hasOwn(COLUMNS, column);
}

function typedIn(part: Filter & { readonly op: 'is' | 'in' }): readonly string[] {
  return (part.op === 'is' ? [part.value] : part.values).map(String);
}

async function oneOf(
  column: NamedColumn,
  typed: readonly string[],
  snapshot: PaperSnapshot,
  notes: string[],
): Promise<Filter> {
  const known = await valuesOf(column, snapshot);
  // The syntax reads a comma as "or". A name may contain one.
  const whole = typed.length > 1 ? known.named(typed.join(',')) : undefined;
  const values = whole?.isWhole === true ? whole.values : typed.flatMap((name) => found(column, name, known, notes));
  return { op: 'in', column, values: [...new Set(values)] };
}

function found(column: NamedColumn, name: string, known: Values, notes: string[]): readonly string[] {
  const { values, isWhole } = known.named(name);
  if (values.length === 0) notes.push(`No paper here has the ${COLUMNS[column]} “${name}”.`);
  else if (!isWhole) {
    const more = values.length > LISTED ? ` and ${values.length - LISTED} more` : '';
    notes.push(`“${name}” stands for ${values.slice(0, LISTED).join(', ')}${more}.`);
  }
  return values;
}

async function beginningWith(column: NamedColumn, prefix: string, snapshot: PaperSnapshot): Promise<Filter> {
  const start = prefix.toLowerCase();
  const all = (await valuesOf(column, snapshot)).all;
  return { op: 'in', column, values: all.filter((value) => value.toLowerCase().startsWith(start)) };
}

/** The values of a column, found by name. */
interface Values {
  readonly all: readonly string[];
  /** `isWhole`: each is the name itself, case, accents and punctuation aside; else they contain its words. */
  named(name: string): { readonly values: readonly string[]; readonly isWhole: boolean };
}

const known = new WeakMap<
  object,
  { readonly generation: number; readonly columns: Map<NamedColumn, Promise<Values>> }
>();

/** Read once for each commit: the values of a column are few. */
function valuesOf(column: NamedColumn, snapshot: PaperSnapshot): Promise<Values> {
  const { library, generation } = snapshot;
  let of = known.get(library);
  if (of?.generation !== generation) {
    of = { generation, columns: new Map() };
    known.set(library, of);
  }
  const made = of.columns.get(column) ?? snapshot.facet(column).then(byName);
  of.columns.set(column, made);
  made.catch(() => of.columns.delete(column));
  return made;
}

function byName(counts: readonly { readonly value: ColumnValue }[]): Values {
  const all = counts.map(({ value }) => String(value));
  const keys = all.map((value) => ` ${nameKey(value)} `);
  const whole = new Map<string, string[]>();
  for (const [i, key] of keys.entries()) {
    // "ACL" is the conference of every year, "ACL 2022" that of one.
    for (const name of new Set([key, key.replace(/ (?:19|20)\d\d $/, ' ')])) {
      whole.set(name, [...(whole.get(name) ?? []), all[i] ?? '']);
    }
  }
  return {
    all,
    named: (name) => {
      const key = ` ${nameKey(name)} `;
      if (key.trim() === '') return { values: all.filter((value) => value === name), isWhole: true };
      const same = whole.get(key);
      if (same !== undefined) return { values: same, isWhole: true };
      return { values: all.filter((_, i) => keys[i]?.includes(key)), isWhole: false };
    },
  };
}

// Several systems against the first one, set by set and over the queries of all sets, with intervals and paired tests.

import { type Comparison, compare, holm, perQueryValues } from '@quire/engine/evaluation';
import type { Printable } from '../output/printable.ts';
import type { Measured } from './eval-result.ts';
import { table } from './io.ts';

export interface Compared extends Comparison {
  /** Name and split, or "all" for the queries of all sets together. */
  readonly set: string;
  readonly system: string;
  readonly baselineSystem: string;
  readonly measure: string;
  /** After Holm's correction over all comparisons of this call. */
  readonly adjustedP: number;
}

/** "hybrid static-v1 .1" */
function systemOf({ pipeline, found }: Measured): string {
  const { encoder } = found;
  if (encoder === undefined) return pipeline.name;
  return pipeline.name === 'hybrid'
    ? `hybrid ${encoder.model.name} ${encoder.fusion.weight}`
    : `${pipeline.name} ${encoder.model.name}`;
}

const setOf = ({ dataset }: Measured) => `${dataset.name} ${dataset.split}`;

/** Every system against the first one of its set; with several sets also over all of their queries. */
export function compared(measured: readonly Measured[]): readonly Compared[] {
  const sets = grouped(measured, setOf);
  const values = (each: Measured) => perQueryValues(each.found.evaluation, measureOf(each));
  const made: Omit<Compared, 'adjustedP'>[] = [];
  const add = (
    set: string,
    system: Measured,
    baseline: Measured,
    a: ReadonlyMap<string, number>,
    b: ReadonlyMap<string, number>,
  ) =>
    made.push({
      ...{ set, system: systemOf(system), baselineSystem: systemOf(baseline), measure: measureOf(system) },
      ...compare(a, b),
    });
  for (const [set, [first, ...others]] of sets) {
    if (first !== undefined) for (const each of others) add(set, each, first, values(each), values(first));
  }
  const pooled = new Map(
    [...grouped(measured, systemOf)].filter(([, list]) => sets.size > 1 && list.length === sets.size),
  );
  const [first, ...others] = pooled.values();
  for (const each of others) {
    const [a, b] = [each, first ?? []].map((list) => joinedValues(list.map((one) => [setOf(one), values(one)])));
    if (first?.[0] !== undefined && each[0] !== undefined && a !== undefined && b !== undefined)
      add('all', each[0], first[0], a, b);
  }
  const adjusted = holm(made.map(({ p }) => p));
  return made.map((one, i) => ({ ...one, adjustedP: adjusted[i]! })); // one p a comparison
}

function joinedValues(
  sets: readonly (readonly [set: string, values: ReadonlyMap<string, number>])[],
): ReadonlyMap<string, number> {
  return new Map(
    sets.flatMap(([set, values]) => [...values].map(([query, value]) => [`${set}\t${query}`, value] as const)),
  );
}

function grouped(
  measured: readonly Measured[],
  by: (each: Measured) => string,
): ReadonlyMap<string, readonly Measured[]> {
  const groups = new Map<string, Measured[]>();
  for (const each of measured) groups.set(by(each), [...(groups.get(by(each)) ?? []), each]);
  return groups;
}

/** The measure that is compared: the first of the list, as the evaluation names it. */
function measureOf({ found }: Measured): string {
  return Object.keys(found.evaluation.mean)[0] ?? '';
}

export function comparisonTable(
  measured: readonly Measured[],
  comparisons: readonly Compared[],
  columns: number | undefined,
): Printable {
  const names = Object.keys(measured[0]?.found.evaluation.mean ?? {});
  const head = ['set', 'system', 'queries', ...names, 'difference', '95 %', 'p'];
  const rows = measured.map((each) => {
    const { mean, queries } = each.found.evaluation;
    const set = setOf(each);
    const one = comparisons.find((other) => other.set === set && other.system === systemOf(each));
    return [set, systemOf(each), String(queries), ...names.map((name) => (mean[name] ?? 0).toFixed(4)), ...cells(one)];
  });
  const pooled = comparisons
    .filter(({ set }) => set === 'all')
    .map((one) => [
      'all',
      one.system,
      String(one.n),
      one.mean.toFixed(4),
      ...names.slice(1).map(() => ''),
      ...cells(one),
    ]);
  return table([head, ...rows, ...pooled], { columns, stretch: 1 });
}

function cells(one: Compared | undefined): readonly string[] {
  if (one === undefined) return ['', '', ''];
  const [low, high] = one.differenceInterval;
  return [signed(one.difference), `${signed(low)} … ${signed(high)}`, one.adjustedP.toFixed(4)];
}

function signed(value: number): string {
  return `${value < 0 ? '' : '+'}${value.toFixed(4)}`;
}

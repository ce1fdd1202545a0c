// The report of encoders beside BM25, as Markdown.

import { type Comparison, compare, holm } from '@quire/engine/evaluation';

type Values = ReadonlyMap<string, number>;

export interface EncoderScores {
  readonly name: string;
  /** Another form of the model before it: fewer columns, sign codes. */
  readonly variant?: boolean;
  readonly alone: Values;
  readonly fused: Values;
  readonly documentMs?: number;
  readonly queryMs?: number;
}

export interface TaskScores {
  readonly name: string;
  readonly measure: string;
  readonly documents: number;
  readonly queries: number;
  readonly bm25: Values;
  readonly encoders: readonly EncoderScores[];
}

export interface WeightCurve {
  readonly name: string;
  /** The weight that was chosen, or given. */
  readonly weight: number;
  readonly given: boolean;
  readonly tasks: readonly string[];
  /** fused / BM25 on each tuning task. */
  readonly rows: readonly { readonly weight: number; readonly ratios: readonly number[] }[];
}

export interface Report {
  readonly command: string;
  readonly depth: number;
  readonly seed: number;
  readonly spaces: readonly (readonly [name: string, space: string])[];
  readonly curves: readonly WeightCurve[];
  readonly tasks: readonly TaskScores[];
  readonly pooled: Comparison | undefined;
}

export function reportOf(report: Report): string {
  const { command, depth, seed, spaces, curves } = report;
  return `# Encoders beside BM25

    ${command}

${spaces.map(([name, space]) => `- \`${name}\`: \`${space}\``).join('\n')}

BM25: k1 .9, b .4, title and text as one field. Fused: min-max over the first ${depth} of each list, with the weight of the encoder below.
Intervals: bootstrap over queries, 10,000 resamples, seed ${seed}; p: paired randomisation of the fused runs, 10,000 draws, Holm over the rows.

${scoresTable(report)}

${comparisonTable(report)}

## Rates

Measured while the tasks above were encoded: one thread, documents in batches of 64, queries one at a time.

${ratesTable(report)}

## Fusion weights

The weight with the highest mean of fused / BM25 over the training queries that share no relevant document with a reported query.

${curves.map(curveTable).join('\n\n')}
`;
}

function scoresTable({ tasks }: Report): string {
  const names = tasks[0]?.encoders.map(({ name }) => name) ?? [];
  return table(
    ['task', 'documents', 'queries', 'measure', 'BM25', ...names.map((name) => `${name}: alone → fused`)],
    tasks.map((task) => [
      task.name,
      task.documents.toLocaleString('en'),
      task.queries.toLocaleString('en'),
      task.measure,
      four(mean(task.bm25)),
      ...task.encoders.map(({ alone, fused }) => `${four(mean(alone))} → ${four(mean(fused))}`),
    ]),
  );
}

/** The last whole model against the first and against BM25, fused. */
function comparisonTable({ tasks, pooled, seed }: Report): string {
  const whole = (task: TaskScores) => task.encoders.filter(({ variant }) => !variant);
  const [first, last] = [whole(tasks[0]!)[0]!.name, whole(tasks[0]!).at(-1)!.name];
  const byBm25 = tasks.map((task) => compare(whole(task).at(-1)!.fused, task.bm25, { seed }));
  const byFirst = tasks.map((task) => compare(whole(task).at(-1)!.fused, whole(task)[0]!.fused, { seed }));
  const [adjustedBm25, adjustedFirst] = [byBm25, byFirst].map((list) => holm(list.map(({ p }) => p)));
  const cells = (comparison: Comparison, p: number) => [
    `${signed(comparison.difference)} (${comparison.differenceInterval.map(signed).join(' … ')})`,
    p.toFixed(4),
  ];
  const rows = tasks.map((task, i) => [
    task.name,
    ...cells(byBm25[i]!, adjustedBm25![i]!),
    ...(first === last ? [] : cells(byFirst[i]!, adjustedFirst![i]!)),
  ]);
  if (pooled !== undefined) rows.push([`all ${pooled.n} queries`, '', '', ...cells(pooled, pooled.p)]);
  const against = (name: string) => [`${last} − ${name}, fused (95 %)`, 'p'];
  return table(['task', ...against('BM25'), ...(first === last ? [] : against(first))], rows);
}

function ratesTable({ tasks }: Report): string {
  const rows = tasks.flatMap((task) =>
    task.encoders.flatMap(({ name, documentMs, queryMs }) =>
      documentMs === undefined || queryMs === undefined
        ? []
        : [[task.name, name, (1000 / documentMs).toFixed(0), queryMs.toFixed(2)]],
    ),
  );
  return table(['task', 'encoder', 'documents a second', 'ms a query'], rows);
}

function curveTable({ name, weight, given, tasks, rows }: WeightCurve): string {
  const body = rows.map((row) => [
    row.weight === weight ? `**${row.weight.toFixed(2)}**` : row.weight.toFixed(2),
    ...row.ratios.map((ratio) => ratio.toFixed(4)),
  ]);
  return table([`${name}: weight${given ? ` (${weight} was given)` : ''}`, ...tasks], body);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function mean(values: Values): number {
  return [...values.values()].reduce((sum, value) => sum + value, 0) / values.size;
}

function four(value: number): string {
  return value.toFixed(4);
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(4)}`;
}

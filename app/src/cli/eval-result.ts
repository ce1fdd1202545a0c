// What `quire eval` says of one system: as a file that can be read later, as JSON, and as lines. docs/format/results.md
// describes the file.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type ResultFile, resultOf } from '@quire/engine/evaluation';
import type { Dataset } from '@quire/engine/node';
import { grouped } from '../output/numbers.ts';
import { joined, type Printable, printable } from '../output/printable.ts';
import type { EvaluationResult, Pipeline } from '../services/index.ts';
import { table } from './io.ts';

export interface Measured {
  readonly dataset: Dataset;
  readonly pipeline: Pipeline;
  readonly found: EvaluationResult;
  readonly measures: readonly string[];
  readonly wallMs: number;
}

/** `scifact.test.hybrid.static-v1.json` */
export function fileNameOf({ dataset, pipeline, found }: Measured): string {
  const { encoder } = found;
  const weight = encoder === undefined || pipeline.name !== 'hybrid' ? [] : [`w${encoder.fusion.weight}`];
  const parts = [
    dataset.name,
    dataset.split,
    pipeline.name,
    ...(encoder === undefined ? [] : [encoder.model.name]),
    ...weight,
  ];
  return `${parts.join('.')}.json`;
}

export function resultFile({ dataset, pipeline, found, measures, wallMs }: Measured): ResultFile {
  const { name, stages, rest } = pipeline;
  const { encoder } = found;
  const measured = {
    dataset: { name: dataset.name, split: dataset.split, fingerprints: dataset.fingerprints },
    configuration: {
      pipeline: name,
      stages: JSON.stringify(rest === undefined ? stages : [stages, rest]),
      retriever: found.retriever,
      encoder: encoder?.model.name ?? '',
      space: encoder?.space ?? '',
      fusion: encoder === undefined ? '' : JSON.stringify(encoder.fusion),
      measures: measures.join(),
    },
    versions: { quire: '0.1.0' },
  };
  return resultOf(measured, found.evaluation, {
    wallMs,
    date: new Date().toISOString(),
    commit: commit(),
    node: process.versions.node,
    peakRssBytes: process.resourceUsage().maxRSS * 1024,
  });
}

/** Of the working copy that this program was built in; "" outside one. */
function commit(): string {
  const root = new URL('../../../', import.meta.url); // from app/src/cli or app/dist/cli
  const read = (path: string) => {
    try {
      return readFileSync(fileURLToPath(new URL(path, root)), 'utf8').trim();
    } catch {
      return ''; // no such file: another layout, or no working copy
    }
  };
  const head = read('.git/HEAD');
  return head.startsWith('ref: ') ? read(`.git/${head.slice(5)}`) : head;
}

/** For `--json`. */
export function summaryOf({ dataset, pipeline, found, wallMs }: Measured) {
  const { encoder } = found;
  return {
    dataset: dataset.name,
    split: dataset.split,
    pipeline: pipeline.name,
    takes: pipeline.takes,
    retriever: found.retriever,
    ...(encoder !== undefined && { encoder: encoder.model.name, space: encoder.space, fusion: encoder.fusion }),
    documents: found.documents,
    queries: found.evaluation.queries,
    totalTerms: found.totalTerms,
    uniqueTerms: found.uniqueTerms,
    measures: found.evaluation.mean,
    wallMs,
  };
}

export function shown({ dataset, pipeline, found, wallMs }: Measured, columns: number | undefined): Printable {
  const head: string[][] = [
    ['dataset', `${dataset.name} (${dataset.split})`],
    ['pipeline', pipeline.name],
    ...(found.encoder === undefined ? [] : [['encoder', found.encoder.model.name]]),
    ['documents', grouped(found.documents)],
    ['queries', grouped(found.evaluation.queries)],
    ['total terms', grouped(found.totalTerms)],
    ['unique terms', grouped(found.uniqueTerms)],
  ];
  const values = Object.entries(found.evaluation.mean).map(([name, value]) => [name, value.toFixed(4)]);
  const foot = columns === undefined ? printable`` : printable`in ${(wallMs / 1000).toFixed(1)} s\n`;
  return joined([table([...head, ...values], { columns, stretch: 1 }), foot]);
}

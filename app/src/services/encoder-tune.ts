// The weight of a model in the fusion, chosen on judged queries that are there for tuning.

import type { Dataset } from '@quire/engine/node';
import { withFusion } from '../library/dense-encoder.ts';
import { PIPELINES } from '../library/pipelines.ts';
import { type Fusion, type Model, tuneModel } from '../models/index.ts';
import { encoderAt, type MeasureOptions, measureSystems } from './collection-measure.ts';

/** Shares of meaning that are tried. */
const WEIGHTS = Array.from({ length: 17 }, (_, i) => Math.round(i * 5) / 100); // 0 to .8
const MEASURE = 'ndcg_cut.10';

export interface Tuning {
  readonly fusion: Fusion;
  /** Mean nDCG@10 over the sets, by weight. */
  readonly curve: readonly { readonly weight: number; readonly mean: number }[];
  readonly sets: readonly string[];
}

/**
 * Tries weights on the sets and keeps the best one with the model: the highest mean of the sets' means, of equal ones the
 * smallest weight.
 */
export async function tuneEncoder(
  data: string,
  model: Model,
  datasets: AsyncIterable<Dataset>,
  options: Omit<MeasureOptions, 'measures'> & { readonly threads: number; readonly now: Date },
): Promise<Tuning> {
  const encoder = await encoderAt(data, model.name, { settings: {}, threads: options.threads, weight: undefined });
  const systems = WEIGHTS.map((weight) => ({ pipeline: PIPELINES.hybrid, dense: withFusion(encoder, { weight }) }));
  const sums = WEIGHTS.map(() => 0);
  const sets: string[] = [];
  try {
    for await (const dataset of datasets) {
      sets.push(`${dataset.name} ${dataset.split}`);
      let i = 0;
      for await (const { evaluation } of measureSystems(dataset, systems, { ...options, measures: [MEASURE] })) {
        sums[i++]! += Object.values(evaluation.mean)[0] ?? 0; // one sum a weight
      }
    }
  } finally {
    await encoder.close();
  }
  const curve = WEIGHTS.map((weight, i) => ({ weight, mean: sums[i]! / sets.length })); // one sum a weight
  const best = curve.reduce((a, b) => (b.mean > a.mean ? b : a));
  const fusion = { ...model.fusion, weight: best.weight };
  tuneModel(model, fusion, sets, options.now);
  return { fusion, curve, sets };
}

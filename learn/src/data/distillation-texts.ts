// The texts that a student learns a teacher's vectors of: each work as the site indexes it (title, line feed, abstract), its title alone, and
// some sentences of its abstract, because queries are short.

import { Rng } from '@quire/engine/internals';
import { sentences } from '@quire/engine/text';
import type { TrainingWork } from './works.ts';

/** Shorter sentences say too little. */
const MIN_SENTENCE_CHARACTERS = 30;

export interface DistillationOptions {
  readonly seed: number;
  /** Works that are taken, by a seeded choice. Default: all. */
  readonly works?: number | undefined;
  /** Sentences of each abstract. */
  readonly sentences: number;
}

export function distillationTexts(works: readonly TrainingWork[], options: DistillationOptions): string[] {
  const rng = new Rng(options.seed);
  const order = works.map((_, i) => i);
  if (options.works !== undefined && options.works < works.length) {
    rng.shuffle(order);
    order.length = options.works;
    order.sort((a, b) => a - b);
  }
  const texts: string[] = [];
  for (const i of order) {
    const { title, abstract } = works[i]!;
    texts.push(abstract === '' ? title : `${title}\n${abstract}`, title);
    const found = sentences(abstract)
      .map(({ start, end }) => abstract.slice(start, end).trim())
      .filter((sentence) => sentence.length >= MIN_SENTENCE_CHARACTERS);
    for (let n = 0; n < options.sentences && found.length > 0; n++) {
      texts.push(found.splice(rng.below(found.length), 1)[0]!);
    }
  }
  return texts;
}

// The texts that a student learns a teacher's vectors of. A work gives itself as the site indexes it (title, line feed, abstract), its title
// alone, and some sentences of its abstract, because queries are short; another text gives the same. The order is shuffled, so that any
// part of the list is a sample of it.

import { EngineError } from '@quire/engine/core';
import { Rng } from '@quire/engine/internals';
import { sentences } from '@quire/engine/text';
import type { PlainText } from './plain-texts.ts';
import type { TrainingWork } from './works.ts';

/** Shorter sentences say too little. */
const MIN_SENTENCE_CHARACTERS = 30;

/** What a work or a text gives. */
export interface TextShares {
  /** Share of them that are texts as a whole. */
  readonly wholes: number;
  /** Share of them whose title is a text. */
  readonly titles: number;
  /** Sentences of each that become texts of their own. */
  readonly sentences: number;
}

export interface DistillationTextOptions extends TextShares {
  readonly seed: number;
  /** Works that are taken, by a seeded choice. Default: all. */
  readonly works?: number | undefined;
  /** The most texts there are in the end. Default: all. */
  readonly texts?: number | undefined;
  /** How many texts of each source are taken, by a seeded choice, and what they give. */
  readonly sources?: readonly (TextShares & { readonly source: string; readonly count: number })[];
}

/** Throws NOT_FOUND for a source of which there is no text. */
export function distillationTexts(
  works: readonly TrainingWork[],
  plain: readonly PlainText[],
  options: DistillationTextOptions,
): string[] {
  const rng = new Rng(options.seed);
  const papers = works.map(({ title, abstract }) => ({ title, text: abstract }));
  const texts = chosen(papers, options.works, rng).flatMap((paper) => textsOf(paper, options, rng));
  for (const { source, count, ...shares } of options.sources ?? []) {
    const own = plain.filter((text) => text.source === source);
    if (own.length === 0) {
      throw new EngineError('NOT_FOUND', `The recipe takes texts of the source ${source}, and there are none`, {
        hint: 'Pass the file that holds them with --texts.',
      });
    }
    for (const text of chosen(own, count, rng)) texts.push(...textsOf(text, shares, rng));
  }
  return rng.shuffle(texts).slice(0, options.texts);
}

/** `count` items by a seeded choice, in their order. */
function chosen<T>(items: readonly T[], count: number | undefined, rng: Rng): readonly T[] {
  if (count === undefined || count >= items.length) return items;
  const order = rng.shuffle(items.map((_, i) => i)).slice(0, count);
  return [...order].sort((a, b) => a - b).map((i) => items[i]!);
}

function textsOf(item: { title: string; text: string }, shares: TextShares, rng: Rng): string[] {
  const { title, text } = item;
  const texts: string[] = [];
  if (rng.float() < shares.wholes) texts.push([title, text].filter((part) => part !== '').join('\n'));
  if (rng.float() < shares.titles && title !== '') texts.push(title);
  if (shares.sentences === 0) return texts;
  const found = sentences(text)
    .map(({ start, end }) => text.slice(start, end).trim())
    .filter((sentence) => sentence.length >= MIN_SENTENCE_CHARACTERS);
  for (let n = 0; n < shares.sentences && found.length > 0; n++) {
    texts.push(found.splice(rng.below(found.length), 1)[0]!);
  }
  return texts;
}

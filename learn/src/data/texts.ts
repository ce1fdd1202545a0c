// The training set as token ids: titles, abstracts, and the ends of the sentences of each abstract.

import type { Cancellable } from '@quire/engine/core';
import { throwIfAborted } from '@quire/engine/core';
import { type Ragged, RaggedBuilder } from '../linear/ragged.ts';

export interface TrainingTexts {
  readonly titles: Ragged;
  readonly abstracts: Ragged;
  /** Row i: ends of the sentences of abstract i, in tokens from its start, ascending; the last is its length. */
  readonly sentences: Ragged;
}

export interface TitleAndAbstract {
  readonly title: string;
  readonly abstract: string;
}

/** Shorter spans between full stops are joined to the next one: "e.g.", "Fig. 3", lone numbers. */
const MIN_SENTENCE_TOKENS = 6;

/** Tokenises works. `stops` are the ids of ".", "?" and "!". `tokenise` decides how many tokens of a text are read. */
export function tokeniseWorks(
  works: Iterable<TitleAndAbstract>,
  tokenise: (text: string) => ArrayLike<number>,
  options: Cancellable & { readonly stops: ReadonlySet<number> },
): TrainingTexts {
  const titles = new RaggedBuilder();
  const abstracts = new RaggedBuilder();
  const sentences = new RaggedBuilder();
  let done = 0;
  for (const work of works) {
    if (done++ % 10_000 === 0) {
      throwIfAborted(options.signal);
      options.trace?.({ name: 'train.tokenise', done });
    }
    titles.push(tokenise(work.title));
    const abstract = tokenise(work.abstract);
    abstracts.push(abstract);
    sentences.push(sentenceEnds(abstract, options.stops));
  }
  return { titles: titles.build(), abstracts: abstracts.build(), sentences: sentences.build() };
}

/** Ends of sentences, in tokens. A span shorter than MIN_SENTENCE_TOKENS is joined to the next one (at the end: to the previous one). */
export function sentenceEnds(tokens: ArrayLike<number>, stops: ReadonlySet<number>): number[] {
  const ends: number[] = [];
  let start = 0;
  for (let i = 0; i < tokens.length; i++) {
    if (stops.has(tokens[i]!) && i + 1 - start >= MIN_SENTENCE_TOKENS) {
      ends.push(i + 1);
      start = i + 1;
    }
  }
  if (start < tokens.length) {
    if (ends.length > 0 && tokens.length - start < MIN_SENTENCE_TOKENS) ends.pop();
    ends.push(tokens.length);
  }
  return ends;
}

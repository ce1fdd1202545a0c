// Token sequences as what a network reads: the tokens of the chosen texts one behind another, and where each text begins.

import { type Feeds, positionsOf } from '@quire/engine/network';
import { type Ragged, rowOf } from '../linear/ragged.ts';

export interface TokenFeedOptions {
  /** The name of the tokens in the graph. */
  readonly name: string;
  /** The model has a table of positions. */
  readonly positions: boolean;
}

export function tokenFeeds(texts: Ragged, which: ArrayLike<number>, { name, positions }: TokenFeedOptions): Feeds {
  const starts = new Uint32Array(which.length + 1);
  for (let i = 0; i < which.length; i++) starts[i + 1] = starts[i]! + rowOf(texts, which[i]!).length;
  const ids = new Uint32Array(starts.at(-1)!);
  for (let i = 0; i < which.length; i++) ids.set(rowOf(texts, which[i]!), starts[i]!);
  return {
    ids: { [name]: ids, ...(positions ? { [`${name}.positions`]: positionsOf(starts) } : {}) },
    sequences: { [name]: starts },
  };
}

/** Ranges of the chosen texts with at most `most` tokens each; a longer text is a range of its own. */
export function* tokenBatches(texts: Ragged, which: readonly number[], most: number): Generator<readonly number[]> {
  let from = 0;
  let tokens = 0;
  for (const [i, text] of which.entries()) {
    const { length } = rowOf(texts, text);
    if (i > from && tokens + length > most) {
      yield which.slice(from, i);
      from = i;
      tokens = 0;
    }
    tokens += length;
  }
  if (from < which.length) yield which.slice(from);
}

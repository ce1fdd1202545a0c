// Which texts a step reads: every epoch shuffles all texts, and a batch takes them in order until it has its tokens. A step's texts are a
// function of (seed, step) and the lengths.

import { Rng } from '@quire/engine/internals';
import { type Ragged, rowsOf } from '../linear/ragged.ts';

export class Batches {
  readonly #texts: Ragged;
  readonly #tokens: number;
  readonly #seed: number;
  #epoch = -1;
  /** First step of the epoch, and of the next one. */
  #from = 0;
  #to = 0;
  #order: readonly number[] = [];
  #starts: number[] = [];

  constructor(texts: Ragged, tokens: number, seed: number) {
    this.#texts = texts;
    this.#tokens = tokens;
    this.#seed = seed;
  }

  /** The texts of a step. A text longer than a batch is a batch of its own. */
  at(step: number): readonly number[] {
    if (step < this.#from) this.#restart();
    while (step >= this.#to) this.#next();
    const batch = step - this.#from;
    return this.#order.slice(this.#starts[batch]!, this.#starts[batch + 1]!);
  }

  /** The epoch of a step, from 0. */
  epochOf(step: number): number {
    this.at(step);
    return this.#epoch;
  }

  #restart(): void {
    this.#epoch = -1;
    this.#from = 0;
    this.#to = 0;
  }

  #next(): void {
    this.#epoch++;
    const rng = new Rng(this.#seed ^ Math.imul(this.#epoch + 1, 0x9e3779b1));
    this.#order = rng.shuffle(Array.from({ length: rowsOf(this.#texts) }, (_, i) => i));
    this.#starts = [0];
    let tokens = 0;
    for (const [i, text] of this.#order.entries()) {
      const length = this.#texts.offsets[text + 1]! - this.#texts.offsets[text]!;
      if (i > this.#starts.at(-1)! && tokens + length > this.#tokens) {
        this.#starts.push(i);
        tokens = 0;
      }
      tokens += length;
    }
    this.#starts.push(this.#order.length);
    this.#from = this.#to;
    this.#to += this.#starts.length - 1;
  }
}

import { Rng } from '@quire/engine/internals';
import { describe, expect, it } from 'vitest';
import { BagReader } from '../data/bags.ts';
import type { TrainingTexts } from '../data/texts.ts';
import { RaggedBuilder } from '../linear/ragged.ts';
import { infoNce } from '../losses/info-nce.ts';
import { encodeBag, RowGradients } from './bag-encoder.ts';
import { StaticTrainer, type StaticTrainingConfig, type StaticTrainingStart } from './static.ts';

const VOCABULARY = 60;
const DIM = 8;
const CONFIG: StaticTrainingConfig = {
  seed: 13,
  batch: 8,
  steps: 40,
  warmup: 4,
  learningRate: 0.02,
  temperature: 0.1,
  symmetric: true,
  sentenceShare: 0.4,
  groupSize: 1,
};

/** 40 works about 10 topics: a title draws from its topic's words, an abstract from the topic's other words and noise. */
function topics(seed: number): TrainingTexts {
  const rng = new Rng(seed);
  const [titles, abstracts, sentences] = [new RaggedBuilder(), new RaggedBuilder(), new RaggedBuilder()];
  for (let i = 0; i < 40; i++) {
    const topic = 5 * (i % 10);
    titles.push([topic, topic + 1, 50 + rng.below(10)]);
    abstracts.push([topic + 2, topic + 3, 50 + rng.below(10), topic + 4, topic + 2, 50 + rng.below(10)]);
    sentences.push([3, 6]);
  }
  return { titles: titles.build(), abstracts: abstracts.build(), sentences: sentences.build() };
}

function start(config: Partial<StaticTrainingConfig> = {}): StaticTrainingStart {
  return {
    texts: topics(1),
    weights: new Float32Array(VOCABULARY).fill(1),
    clusters: Uint32Array.from({ length: 40 }, (_, i) => i % 10),
    config: { ...CONFIG, ...config },
  };
}

function randomTable(seed: number): Float32Array {
  const rng = new Rng(seed);
  return Float32Array.from({ length: VOCABULARY * DIM }, () => rng.float() - 0.5);
}

describe('the static trainer', () => {
  it('learns: the loss falls far below that of a random table', () => {
    const trainer = new StaticTrainer(start({ steps: 200 }), randomTable(2));
    const first = trainer.train(5);
    trainer.train(190);
    const last = trainer.train();
    expect(first).toBeGreaterThan(1.5);
    expect(last).toBeLessThan(0.9);
  });

  it.each([1, 4])('gives the same bytes stopped and resumed as in one run, groups of %i', (groupSize) => {
    const whole = new StaticTrainer(start({ groupSize }), randomTable(2));
    whole.train();
    const part = new StaticTrainer(start({ groupSize }), randomTable(2));
    part.train(17);
    const { step, table, optimiser } = part.state();
    const copy = {
      first: optimiser.first.slice(),
      second: optimiser.second.slice(),
      updates: optimiser.updates.slice(),
    };
    const rest = new StaticTrainer(start({ groupSize }), { step, table: table.slice(), optimiser: copy });
    rest.train();
    expect(rest.step).toBe(40);
    expect(rest.table).toEqual(whole.table);
    expect(rest.state().optimiser).toEqual(whole.state().optimiser);
  });

  it('depends on the seed', () => {
    const [a, b, c] = [13, 13, 14].map((seed) => {
      const trainer = new StaticTrainer(start({ seed }), randomTable(2));
      trainer.train();
      return trainer.table;
    });
    expect(a).toEqual(b);
    expect(a).not.toEqual(c);
  });

  it('does not change the starting table, and moves only the rows of tokens in the texts', () => {
    const before = randomTable(2);
    const given = before.slice();
    const trainer = new StaticTrainer(start({ batch: 2, steps: 1 }), given);
    trainer.train();
    expect(given).toEqual(before);
    const moved = Array.from({ length: VOCABULARY }, (_, t) => t).filter(
      (t) => trainer.table[t * DIM] !== before[t * DIM],
    );
    expect(moved.length).toBeGreaterThan(4);
    expect(moved.length).toBeLessThanOrEqual(18);
  });

  it('stops between steps when the signal fires, and continues from there', () => {
    const trainer = new StaticTrainer(start(), randomTable(2));
    const controller = new AbortController();
    const steps: number[] = [];
    const trace = (event: { done?: number }) => {
      steps.push(event.done ?? -1);
      if (event.done === 3) controller.abort();
    };
    expect(() => trainer.train(40, { signal: controller.signal, trace })).toThrow('cancelled');
    expect(steps).toEqual([1, 2, 3]);
    trainer.train();
    const whole = new StaticTrainer(start(), randomTable(2));
    whole.train();
    expect(trainer.table).toEqual(whole.table);
  });

  it.each([
    { changes: { batch: 1 }, message: 'a batch of 1' },
    { changes: { batch: 41 }, message: 'a batch of 41 out of 40' },
  ])('refuses $message', ({ changes, message }) => {
    expect(() => new StaticTrainer(start(changes), randomTable(2))).toThrow(message);
  });

  it('refuses groups without clusters and a state of another shape', () => {
    const { clusters: _, ...without } = start({ groupSize: 4 });
    expect(() => new StaticTrainer(without, randomTable(2))).toThrow('groups of 4 without a cluster');
    const optimiser = { first: new Float32Array(8), second: new Float32Array(8), updates: new Uint32Array(1) };
    expect(() => new StaticTrainer(start(), { step: 1, table: randomTable(2), optimiser })).toThrow(
      "optimiser's state",
    );
  });
});

describe('the gradient of the table', () => {
  it('equals central differences of the whole batch loss', () => {
    const texts = topics(5);
    const weights = Float32Array.from({ length: VOCABULARY }, (_, t) => 0.5 + (t % 7) / 7);
    const table = randomTable(6);
    const batch = 4;
    const forward = () => {
      const bags = new BagReader(VOCABULARY);
      const queries = new Float64Array(batch * DIM);
      const documents = new Float64Array(batch * DIM);
      const encoded = Array.from({ length: batch }, (_, i) => {
        bags.read(texts.titles, i);
        const query = encodeBag(bags, table, weights, queries, i);
        bags.read(texts.abstracts, i);
        return { query, document: encodeBag(bags, table, weights, documents, i) };
      });
      return { encoded, queries, documents, result: infoNce(queries, documents, batch, { temperature: 0.2 }) };
    };
    const { encoded, queries, documents, result } = forward();
    const gradients = new RowGradients(VOCABULARY, DIM);
    encoded.forEach(({ query, document }, i) => {
      gradients.add(query, queries, result.queries, i * DIM);
      gradients.add(document, documents, result.documents, i * DIM);
    });
    let checked = 0;
    gradients.forEachRow((row, gradient, at) => {
      for (let d = 0; d < DIM; d++) {
        const place = row * DIM + d;
        const value = table[place]!;
        // The table is float32: use the step after rounding.
        table[place] = value + 1e-3;
        const above = table[place]!;
        const lossAbove = forward().result.loss;
        table[place] = value - 1e-3;
        const below = table[place]!;
        const numeric = (lossAbove - forward().result.loss) / (above - below);
        table[place] = value;
        expect(Math.abs(gradient[at + d]! - numeric)).toBeLessThan(1e-4 + 1e-3 * Math.abs(numeric));
        checked++;
      }
    });
    expect(checked).toBeGreaterThan(15 * DIM);
  });

  it('is zero for a text of unknown tokens', () => {
    const bags = new BagReader(VOCABULARY);
    const out = new Float64Array(DIM);
    const encoded = encodeBag(bags, randomTable(1), new Float32Array(VOCABULARY), out, 0);
    expect(encoded.length).toBe(0);
    const gradients = new RowGradients(VOCABULARY, DIM);
    gradients.add(encoded, out, new Float64Array(DIM).fill(1), 0);
    gradients.forEachRow(() => expect.unreachable());
  });
});

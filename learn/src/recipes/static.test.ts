import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { staticEncoder } from '@quire/engine/encoders';
import { wordPiece } from '@quire/engine/text';
import { afterAll, describe, expect, it } from 'vitest';
import { papers } from '../../test/papers.ts';
import { readBenchmarkTitles, selectWorks } from '../data/files.ts';
import type { TrainingWork } from '../data/works.ts';
import { sideOf } from '../split.ts';
import { readCheckpoint, writeCheckpoint } from '../trainers/checkpoint.ts';
import { StaticTrainer } from '../trainers/static.ts';
import {
  modelFiles,
  runFingerprint,
  STATIC_V1,
  startOf,
  tokenise,
  tokenWeights,
  trainingStart,
  trainTokenizer,
} from './static.ts';

const folder = mkdtempSync(join(tmpdir(), 'quire-learn-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SMALL = {
  ...STATIC_V1,
  name: 'small',
  vocabulary: 300,
  dim: 16,
  lsaTexts: 150,
  epochs: 4,
  training: { ...STATIC_V1.training, batch: 16, warmup: 4, groupSize: 4 },
};

function train(works: readonly TrainingWork[], recipe = SMALL) {
  const tokenizer = trainTokenizer(works, recipe);
  const texts = tokenise(works, tokenizer, recipe);
  const weights = tokenWeights(texts, wordPiece(tokenizer).size);
  const { table, clusters } = startOf(texts, weights, recipe);
  const start = trainingStart(texts, weights, clusters, recipe);
  const trainer = new StaticTrainer(start, table);
  return { tokenizer, texts, weights, start, trainer };
}

describe('the recipe', () => {
  it('makes a model that the engine loads and that finds a topic by words that never occur with it', () => {
    // With groups every negative would be a paper of the same topic, which is an equally right answer here.
    const recipe = { ...SMALL, training: { ...SMALL.training, groupSize: 1 } };
    const { tokenizer, weights, trainer } = train(papers(400), recipe);
    const before = rightTopics(tokenizer, weights, trainer.table);
    trainer.train();
    const after = rightTopics(tokenizer, weights, trainer.table);
    expect(after).toBeGreaterThan(0.9);
    expect(after).toBeGreaterThan(before);
  });

  it('makes the same bytes twice, and different bytes with another seed', () => {
    const files = [SMALL, SMALL, { ...SMALL, seed: 14 }].map((recipe) => {
      const { weights, trainer } = train(papers(120), recipe);
      trainer.train();
      return modelFiles(trainer.table, weights, recipe);
    });
    expect(files[1]).toEqual(files[0]);
    expect(files[2]!.weights).not.toEqual(files[0]!.weights);
  });

  it('resumes from a checkpoint file to the bytes of an uninterrupted run', () => {
    const works = papers(120);
    const whole = train(works);
    whole.trainer.train();
    const { start, trainer } = train(works);
    trainer.train(9);
    const path = join(folder, 'checkpoint.safetensors');
    expect(readCheckpoint(path)).toBeUndefined();
    writeCheckpoint(path, trainer.state());
    const resumed = new StaticTrainer(start, readCheckpoint(path)!);
    expect(resumed.step).toBe(9);
    resumed.train();
    expect(resumed.table).toEqual(whole.trainer.table);
  });

  it('names a run by recipe and texts', () => {
    const [a, b] = [train(papers(120)), train(papers(121))];
    const names = [
      runFingerprint(SMALL, a.tokenizer, a.texts),
      runFingerprint({ ...SMALL, seed: 14 }, a.tokenizer, a.texts),
      runFingerprint(SMALL, a.tokenizer, b.texts),
      runFingerprint(SMALL, b.tokenizer, a.texts),
    ];
    expect(new Set(names).size).toBe(4);
    expect(runFingerprint({ ...SMALL }, a.tokenizer, a.texts)).toBe(names[0]);
  });

  it('refuses fewer works than a batch', () => {
    const { texts, weights, start } = train(papers(120));
    const recipe = { ...SMALL, training: { ...SMALL.training, batch: 121 } };
    expect(() => trainingStart(texts, weights, start.clusters!, recipe)).toThrow('120 works are fewer than one batch');
  });
});

describe('the works that train', () => {
  it('are chosen from the file: no held-out work, no twin of one, no benchmark paper', async () => {
    const all = papers(200);
    const heldOut = all.find(({ key }) => sideOf(key) !== 'train')!;
    const [twin, tested, ...rest] = all.filter(({ key }) => sideOf(key) === 'train');
    const file = join(folder, 'works.jsonl');
    const changed = [
      ...all.filter(({ key }) => sideOf(key) !== 'train'),
      { ...twin!, title: heldOut.title.toUpperCase() },
      { ...tested!, title: 'Tested: a paper' },
      ...rest,
    ];
    writeFileSync(file, changed.map((work) => `${JSON.stringify(work)}\n`).join(''));
    writeBenchmark('one', 'Tested, a Paper.');
    const { works, verdicts } = await selectWorks(file, readBenchmarkTitles(folder, ['one']));
    expect(works).toEqual(rest);
    expect(verdicts).toMatchObject({ taken: rest.length, 'twin of a held-out work': 1, 'in a benchmark': 1 });
  });

  it('are not chosen while a benchmark is missing', () => {
    expect(() => readBenchmarkTitles(folder, ['absent'])).toThrow('No corpus of absent');
  });
});

function writeBenchmark(name: string, title: string): void {
  mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, name, 'corpus.jsonl'), `${JSON.stringify({ _id: '1', title, text: 'x' })}\n`);
}

/** Share of unseen papers whose title is nearest to an abstract of its own topic. */
function rightTopics(tokenizer: string, weights: Float32Array, table: Float32Array): number {
  const { config, weights: bytes } = modelFiles(table, weights, SMALL);
  const encoder = staticEncoder({ config, tokenizer, weights: bytes });
  const unseen = papers(60, 400);
  const abstracts = unseen.map(({ abstract }) => encoder.encodeSync(abstract).vec);
  let right = 0;
  unseen.forEach(({ title }, i) => {
    const query = encoder.encodeSync(title).vec;
    const scores = abstracts.map((vec) => vec.reduce((sum, x, d) => sum + x * query[d]!, 0));
    if (scores.indexOf(Math.max(...scores)) % 20 === i % 20) right++;
  });
  return right / unseen.length;
}

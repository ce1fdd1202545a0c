import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readTransformerModel, staticEncoder, transformerEncoder } from '@quire/engine/encoders';
import { Rng } from '@quire/engine/internals';
import { normal, WasmExecutor } from '@quire/engine/network';
import { afterAll, describe, expect, it } from 'vitest';
import type { TrainingWork } from '../data/works.ts';
import type { Teacher } from '../trainers/teacher.ts';
import { distil } from './distillation.ts';
import { parseTransformerRecipe } from './transformer-recipe.ts';

const WORDS = [
  'dense',
  'sparse',
  'retrieval',
  'graph',
  'neural',
  'index',
  'query',
  'topic',
  'model',
  'paper',
  'vote',
  'page',
];
const WIDE = 20;

/** The mean of one random vector a word: a teacher that a bag of words can learn. */
const rng = new Rng(11);
const rows = new Map(WORDS.map((word) => [word, Float32Array.from({ length: WIDE }, () => normal(rng))]));
let calls = 0;
const teacher: Teacher = {
  name: 'toy',
  fingerprint: 'toy-1',
  dim: WIDE,
  encode: async (texts) => {
    calls += texts.length;
    return texts.map((text) => {
      const out = new Float32Array(WIDE);
      for (const word of text.toLowerCase().split(/\W+/))
        for (const [i, value] of rows.get(word)?.entries() ?? []) out[i]! += value;
      const length = Math.hypot(...out) || 1;
      return out.map((value) => value / length);
    });
  },
};

const works: TrainingWork[] = Array.from({ length: 120 }, (_, i) => {
  const own = new Rng(i);
  const phrase = (n: number) => Array.from({ length: n }, () => own.pick(WORDS)).join(' ');
  return { key: `w${i}`, title: phrase(3), abstract: `${phrase(6)}. ${phrase(7)}.`, textSource: 'arxiv', year: 2020 };
});

const RECIPE = {
  kind: 'transformer-distillation',
  name: 'toy-student',
  seed: 5,
  dim: 12,
  tokenizer: { size: 200, minCharacterCount: 1 },
  model: { width: 16, layers: 1, heads: 2, length: 64, embeddingNorm: false, finalNorm: false },
  data: { sentences: 1, length: 32 },
  stages: [
    { name: 'table', trains: 'table', steps: 60, batchTokens: 400, tableRate: 0.03, rate: 0.01, prefixes: [6] },
    { name: 'all', steps: 30, batchTokens: 400, tableRate: 0.005, rate: 0.002, warmup: 3, average: 0.9 },
  ],
};

const folder = mkdtempSync(join(tmpdir(), 'quire-distillation-'));
const executor = await WasmExecutor.open();
afterAll(() => {
  executor.close();
  rmSync(folder, { recursive: true });
});
const input = (name: string, recipe: object = RECIPE) => ({
  recipe: parseTransformerRecipe(JSON.stringify(recipe)),
  works,
  teacher,
  executor,
  kernels: 'simd',
  scratch: (file: string) => join(folder, `${name}-${file}`),
});

describe('distillation', () => {
  it('gives a model that is near its teacher, from random weights, and the same bytes when it is stopped', async () => {
    const whole = await distil(input('whole'));
    const encoder = await transformerEncoder(
      await readTransformerModel(async (path) => whole.files.get(path), { name: 'x' }),
    );
    const texts = works.slice(0, 30).map(({ title, abstract }) => `${title}\n${abstract}`);
    const own = (await encoder.encodeQueries(texts)).map(({ vec }) => vec);
    const taught = await teacher.encode(texts);
    expect(own[0]).toHaveLength(12);
    expect(agreement(own, taught)).toBeGreaterThan(0.9);
    encoder.close();

    const controller = new AbortController();
    const interrupted = distil(input('parts'), {
      signal: controller.signal,
      onStep: ({ stage, step }) => stage === 'all' && step === 7 && controller.abort(),
    });
    await expect(interrupted).rejects.toMatchObject({ code: 'CANCELLED' });
    const before = calls;
    const steps: string[] = [];
    const resumed = await distil(input('parts'), { onStep: ({ stage, step }) => steps.push(`${stage} ${step}`) });
    expect(calls).toBe(before); // the teacher's vectors are kept
    expect(steps[0]).toBe('all 8');
    for (const [name, bytes] of whole.files)
      expect(Buffer.from(resumed.files.get(name)!).equals(Buffer.from(bytes)), name).toBe(true);
  });

  it('loses little as int8', async () => {
    const { files, weights, transformer, head, tokenizer } = await distil(input('whole'));
    const model = await readTransformerModel(async (path) => files.get(path), { name: 'x' });
    const full = await transformerEncoder({ ...model, weights, codes: {}, transformer, head, tokenizer });
    const small = await transformerEncoder(model);
    expect(Object.keys(model.codes)).toContain('token.weight');
    expect(small.space).toContain('int8');
    const texts = works.map(({ title }) => title);
    const [a, b] = [await full.encodeQueries(texts), await small.encodeQueries(texts)];
    for (const [i, { vec }] of a.entries()) {
      expect(vec.reduce((sum, value, d) => sum + value * b[i]!.vec[d]!, 0)).toBeGreaterThan(0.98);
    }
    full.close();
    small.close();
  });

  it('refuses the vectors of another teacher and a file that was cut', async () => {
    const other = { ...input('whole'), teacher: { ...teacher, fingerprint: 'toy-2' } };
    await expect(distil(other)).rejects.toThrow('another teacher');
    await expect(distil({ ...input('none'), works: [] })).rejects.toThrow('no works');
    expect(readFileSync(join(folder, 'whole-teacher.f32')).length).toBe(64 + (16 + 4 * WIDE) * 360);
  });
});

/** Mean correlation of the two matrices of dot products: free of any rotation. */
function agreement(a: readonly Float32Array[], b: readonly Float32Array[]): number {
  const dots = (rows: readonly Float32Array[]) =>
    rows.flatMap((x, i) => rows.slice(0, i).map((y) => x.reduce((sum, value, d) => sum + value * y[d]!, 0)));
  const [x, y] = [dots(a), dots(b)];
  const mean = (list: readonly number[]) => list.reduce((sum, value) => sum + value, 0) / list.length;
  const [mx, my] = [mean(x), mean(y)];
  const product = (p: readonly number[], mp: number, q: readonly number[], mq: number) =>
    p.reduce((sum, value, i) => sum + (value - mp) * (q[i]! - mq), 0);
  return product(x, mx, y, my) / Math.sqrt(product(x, mx, x, mx) * product(y, my, y, my));
}

describe('a model without layers', () => {
  const still = {
    ...RECIPE,
    name: 'toy-table',
    dim: 16,
    model: { ...RECIPE.model, layers: 0 },
    stages: [{ ...RECIPE.stages[0], steps: 120 }],
  };

  it('is a static model, and near its teacher', async () => {
    const { files } = await distil(input('table', still));
    const text = (name: string) => Buffer.from(files.get(name)!).toString();
    const weights = files.get('weights.safetensors')!;
    const encoder = staticEncoder({ config: text('config.json'), tokenizer: text('tokenizer.json'), weights });
    expect(encoder.config).toMatchObject({ name: 'toy-table', dim: 16, counts: 'linear' });
    const texts = works.slice(0, 30).map(({ title, abstract }) => `${title}\n${abstract}`);
    const own = (await encoder.encodeQueries(texts)).map(({ vec }) => vec);
    expect(agreement(own, await teacher.encode(texts))).toBeGreaterThan(0.9);
  });

  it('trains its table alone, without norms and projection', () => {
    const parsed = (recipe: object) => () => parseTransformerRecipe(JSON.stringify(recipe));
    expect(parsed({ ...still, dim: 12 })).toThrow('has no projection');
    expect(parsed({ ...still, model: { ...still.model, finalNorm: true } })).toThrow('only the table can be trained');
    expect(parsed({ ...still, stages: RECIPE.stages })).toThrow('only the table can be trained');
  });
});

describe('a stage that is measured on dev texts', () => {
  const measured = (last: object) => ({
    ...RECIPE,
    data: { ...RECIPE.data, dev: 40 },
    stages: [
      { ...RECIPE.stages[0], steps: 30 },
      { ...RECIPE.stages[1], evaluateEvery: 5, ...last },
    ],
  });

  it('reports the cosine to the teacher, gives its best weights, and the same bytes when it is stopped', async () => {
    const recipe = measured({ steps: 20 });
    const seen: number[] = [];
    const whole = await distil(input('dev', recipe), { onDev: ({ cosine }) => seen.push(cosine) });
    expect(seen).toHaveLength(4);
    expect(whole.dev).toEqual({ all: Math.max(...seen) });
    expect(Math.max(...seen)).toBeGreaterThan(0.8);
    const controller = new AbortController();
    const stopped = distil(input('dev-parts', recipe), {
      signal: controller.signal,
      onStep: ({ stage, step }) => stage === 'all' && step === 12 && controller.abort(),
    });
    await expect(stopped).rejects.toMatchObject({ code: 'CANCELLED' });
    const half = await distil(input('dev-parts', recipe), { asIs: true });
    expect(half.dev.all).toBe(Math.max(...seen.slice(0, 2)));
    const resumed = await distil(input('dev-parts', recipe));
    for (const [name, bytes] of whole.files)
      expect(Buffer.from(resumed.files.get(name)!).equals(Buffer.from(bytes)), name).toBe(true);
    expect(await distil(input('dev-parts', recipe), { asIs: true }).then(({ weights }) => weights)).toEqual(
      whole.weights,
    );
  });

  it('ends when it no longer gains', async () => {
    const recipe = measured({ steps: 200, rate: 0, tableRate: 0, average: 0, patience: 3 });
    const steps: number[] = [];
    const events: number[] = [];
    const model = await distil(input('early', recipe), {
      onStep: ({ stage, step }) => stage === 'all' && steps.push(step),
      onDev: ({ bestStep }) => events.push(bestStep),
    });
    expect(steps.at(-1)).toBe(20);
    expect(events).toEqual([5, 5, 5, 5]);
    const again = await distil(input('early', recipe), { onStep: ({ step }) => expect(step).toBeLessThan(0) });
    expect(again.weights).toEqual(model.weights);
  });

  it('trains on none of them: other stages can follow, and later ones can be changed', async () => {
    const recipe = measured({ steps: 5 });
    await distil(input('change', recipe));
    const longer = { ...recipe, stages: [recipe.stages[0], { ...recipe.stages[1], steps: 6, name: 'more' }] };
    await expect(distil(input('change', longer))).rejects.toThrow('belongs to another run');
    rmSync(join(folder, 'change-stage-1.safetensors'));
    const names = new Set<string>();
    await distil(input('change', longer), { onStep: ({ stage }) => names.add(stage) });
    expect([...names]).toEqual(['more']);
  });

  it('gives no model before there is a checkpoint', async () => {
    await expect(distil(input('nothing'), { asIs: true })).rejects.toThrow('There is no checkpoint');
  });
});

describe('the data of a recipe', () => {
  it('hold other texts by their source, in the vocabulary, too', async () => {
    const texts = Array.from({ length: 30 }, (_, i) => ({
      title: `folding ${WORDS[i % 12]}`,
      text: `a folding of ${WORDS[(i + 5) % 12]} and ${WORDS[(i + 3) % 12]}`,
      source: 'folds',
    }));
    const data = { ...RECIPE.data, works: 10, sources: [{ source: 'folds', count: 20, sentences: 0 }] };
    const recipe = { ...RECIPE, data, stages: [{ ...RECIPE.stages[0], steps: 2 }] };
    let taken = 0;
    const own = await WasmExecutor.open(); // its table has another size
    const model = await distil(
      { ...input('sources', recipe), texts, executor: own },
      { onData: (data) => (taken = data.texts) },
    );
    expect(taken).toBe(10 * 3 + 20 * 2);
    expect(model.tokenizer).toContain('"folding"');
    own.close();
    await expect(distil(input('sources-none', recipe))).rejects.toThrow('the source folds');
  });

  it('can be cut, and keep the vectors of the teacher', async () => {
    const some = (count: number) => ({
      ...RECIPE,
      data: { ...RECIPE.data, texts: count },
      stages: [{ ...RECIPE.stages[0], steps: 1 }],
    });
    const before = calls;
    await distil(input('cut-a', some(100)));
    expect(calls - before).toBe(100);
    rmSync(join(folder, 'cut-a-stage-0.safetensors'));
    await distil(input('cut-a', some(150)));
    expect(calls - before).toBe(150);
  });
});

describe('a recipe', () => {
  const bad: [string, object, string][] = [
    ['an unknown key', { ...RECIPE, epochs: 3 }, 'unknown key epochs'],
    ['an unknown key of a stage', { ...RECIPE, stages: [{ ...RECIPE.stages[0], lr: 1 }] }, 'unknown key stages[0].lr'],
    ['a text for a number', { ...RECIPE, dim: '12' }, 'dim is "12"; it must be a whole number'],
    ['a missing part', { ...RECIPE, model: undefined }, 'model is missing'],
    ['no stages', { ...RECIPE, stages: [] }, 'stages is []'],
    ['another kind', { ...RECIPE, kind: 'gan' }, 'kind is "gan"'],
    ['a prefix as long as the vector', { ...RECIPE, stages: [{ ...RECIPE.stages[0], prefixes: [12] }] }, 'prefixes'],
    [
      'dev measurements without dev texts',
      { ...RECIPE, stages: [{ ...RECIPE.stages[0], evaluateEvery: 5 }] },
      'data.dev is 0',
    ],
    [
      'patience without measurements',
      { ...RECIPE, stages: [{ ...RECIPE.stages[0], patience: 5 }] },
      'evaluateEvery is 0',
    ],
    [
      'an unknown key of a source',
      { ...RECIPE, data: { sources: [{ source: 'a', count: 1, n: 1 }] } },
      'unknown key data.sources[0].n',
    ],
    ['an unknown schedule', { ...RECIPE, stages: [{ ...RECIPE.stages[0], schedule: 'steps' }] }, 'schedule is "steps"'],
  ];
  it.each(bad)('with %s is refused before anything runs', (_name, recipe, message) => {
    expect(() => parseTransformerRecipe(JSON.stringify(recipe))).toThrow(message);
  });
  it('that is no JSON is refused', () => {
    expect(() => parseTransformerRecipe('{')).toThrow('not JSON');
  });
});

import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readTransformerModel, transformerEncoder } from '@quire/engine/encoders';
import { Rng } from '@quire/engine/internals';
import { WasmExecutor } from '@quire/engine/network';
import { afterAll, describe, expect, it } from 'vitest';
import { judgedTexts, parsePairs } from '../retrieval/pairs.ts';
import { trainRetriever } from './retrieval.ts';
import { parseRetrievalRecipe } from './retrieval-recipe.ts';

const folder = mkdtempSync(join(tmpdir(), 'quire-retrieval-'));
const executor = await WasmExecutor.open();
afterAll(() => {
  executor.close();
  rmSync(folder, { recursive: true });
});

/** Topics with words of their own: the words of a query are never those of its document, but they go together in all pairs. */
const WORDS = [
  'alpha beta gamma',
  'delta epsilon zeta',
  'eta theta iota',
  'kappa lambda mu',
  'nu xi omicron',
  'pi rho sigma',
];
const ANSWERS = [
  'one two three',
  'four five six',
  'seven eight nine',
  'ten eleven twelve',
  'red green blue',
  'cat dog bird',
];
function pairs(seed: number, count: number): string {
  const rng = new Rng(seed);
  const some = (text: string) => rng.shuffle(text.split(' ')).slice(0, 2).join(' ');
  return Array.from({ length: count }, (_, i) =>
    JSON.stringify({
      query: `${some(WORDS[i % 6]!)} ${i % 10}`,
      positive: `${some(ANSWERS[i % 6]!)} ${some(ANSWERS[i % 6]!)} ${i}`,
    }),
  ).join('\n');
}
const judged = judgedTexts(parsePairs(pairs(1, 60), 'toy'));

const RECIPE = {
  kind: 'retrieval',
  name: 'toy-retriever',
  seed: 3,
  tokenizer: { size: 400 },
  model: { width: 16, layers: 1, heads: 2, length: 64, embeddingNorm: false, finalNorm: false, projection: 8 },
  data: { queryLength: 16, documentLength: 24 },
  stages: [
    { name: 'warm-up', loss: 'info-nce', steps: 40, queries: 12, rate: 0.01, tableRate: 0.03 },
    {
      name: 'star',
      loss: 'star',
      steps: 9,
      queries: 8,
      rate: 0.003,
      optimiser: 'lamb',
      negatives: {
        perQuery: 2,
        skipTop: 0,
        margin: 0.99,
        sources: [
          { kind: 'mined', share: 2, depth: 10, refreshEvery: 4 },
          { kind: 'bm25', depth: 5 },
          { kind: 'random' },
        ],
      },
    },
    { name: 'adore', loss: 'adore', steps: 6, queries: 10, rate: 0.001, depth: 20, cut: 20 },
  ],
};
const input = (name: string, recipe: object = RECIPE) => ({
  recipe: parseRetrievalRecipe(JSON.stringify(recipe)),
  judged,
  dev: judged,
  executor,
  kernels: 'simd',
  scratch: (file: string) => join(folder, `${name}-${file}`),
});

/** The run that is not stopped, once for all tests. */
let made: Promise<Trained> | undefined;
type Trained = Awaited<ReturnType<typeof trainRetriever>>;
function wholeRun(): Promise<Trained> {
  made ??= trainRetriever(input('whole'));
  return made;
}

describe('a retriever', () => {
  it('learns pairs and freezes its documents in ADORE', async () => {
    const whole = await wholeRun();
    expect(whole.stages.map(({ stage }) => stage)).toEqual(['warm-up', 'star', 'adore']);
    for (const { dev } of whole.stages) expect(dev!.mean).toBeGreaterThan(0.25);
    const { before, after } = whole.stages[2]!.documents!;
    expect(after).toBe(before);
    expect(whole.queryFiles!.get('model.safetensors')).not.toEqual(whole.files.get('model.safetensors'));
  });

  it.each([
    ['star', 5],
    ['adore', 3],
  ] as const)('has the same bytes when it is stopped in %s', async (stage, step) => {
    const whole = await wholeRun();
    const controller = new AbortController();
    const interrupted = trainRetriever(input(`stop-${stage}`), {
      signal: controller.signal,
      onStep: (event) => event.stage === stage && event.step === step && controller.abort(),
    });
    await expect(interrupted).rejects.toMatchObject({ code: 'CANCELLED' });
    const resumed = await trainRetriever(input(`stop-${stage}`));
    const sides = [
      [whole.files, resumed.files],
      [whole.queryFiles!, resumed.queryFiles!],
    ] as const;
    for (const [wanted, got] of sides) {
      for (const [name, bytes] of wanted)
        expect(Buffer.from(got.get(name)!).equals(Buffer.from(bytes)), name).toBe(true);
    }
  });

  it('gives a folder that the encoder reads', async () => {
    const { files } = await wholeRun();
    const encoder = await transformerEncoder(
      await readTransformerModel(async (path) => files.get(path), { name: 'x' }),
    );
    const [query, near, far] = await encoder.encodeQueries(['alpha beta', 'one two three', 'cat dog bird']);
    const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
    expect(query!.vec).toHaveLength(8);
    expect(dot(query!.vec, near!.vec)).toBeGreaterThan(dot(query!.vec, far!.vec));
    encoder.close();
  });

  it('starts from a model, in chunks of a gradient cache, with byte-level BPE', async () => {
    const stages = [{ ...RECIPE.stages[0]!, steps: 4, chunk: 5 }];
    // The vocabulary has another size: an executor of its own.
    const own = await WasmExecutor.open();
    const recipe = { ...RECIPE, tokenizer: { kind: 'byte-level-bpe', size: 300 }, stages };
    const first = await trainRetriever({ ...input('bpe', recipe), executor: own });
    const { model: _, tokenizer: __, ...rest } = recipe;
    const next = await trainRetriever({ ...input('from', rest), executor: own, start: first.model });
    expect(next.model.tokenizer).toBe(first.model.tokenizer);
    expect(next.model.weights['token.weight']).not.toEqual(first.model.weights['token.weight']);
    await expect(trainRetriever(input('none', rest))).rejects.toThrow('names no model');
    own.close();
  });

  it('writes nothing for a run that was refused', async () => {
    await wholeRun();
    const other = { ...input('whole'), kernels: 'relaxed 1' };
    const before = readdirSync(folder);
    await expect(trainRetriever(other)).rejects.toThrow('belongs to another run');
    expect(readdirSync(folder)).toEqual(before);
  });
});

describe('the recipe of a retriever', () => {
  const stage = (change: object) => ({ ...RECIPE, stages: [{ ...RECIPE.stages[1], ...change }] });
  const bad: [string, object, string][] = [
    [
      'an unknown loss',
      stage({ loss: 'gan' }),
      'stages[0].loss is "gan"; it must be one of info-nce, star, hinge, adore',
    ],
    ['an unknown key', stage({ epochs: 2 }), 'unknown key stages[0].epochs'],
    ['an unknown source', stage({ negatives: { sources: [{ kind: 'live' }] } }), 'negatives.sources[0].kind is "live"'],
    ['no sources', stage({ negatives: { sources: [] } }), 'negatives.sources is []'],
    ['a margin above 1', stage({ negatives: { margin: 2, sources: [{ kind: 'random' }] } }), 'negatives.margin is 2'],
    [
      'negatives for ADORE',
      { ...RECIPE, stages: [{ ...RECIPE.stages[2], negatives: {} }] },
      'unknown key stages[0].negatives',
    ],
    ['a stage behind ADORE', { ...RECIPE, stages: [...RECIPE.stages].reverse() }, 'must be the last'],
    ['a model without tokenizer', { ...RECIPE, tokenizer: undefined }, 'tokenizer is missing'],
    ['a vocabulary below 300', { ...RECIPE, tokenizer: { size: 200 } }, 'tokenizer.size is 200'],
  ];
  it.each(bad)('with %s is refused before anything runs', (_name, recipe, message) => {
    expect(() => parseRetrievalRecipe(JSON.stringify(recipe))).toThrow(message);
  });
});

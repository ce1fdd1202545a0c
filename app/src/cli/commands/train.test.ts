// `quire train` on bad input: what is wrong is said before anything runs, and nothing is half written.

import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { run } from '../program.ts';

const folder = mkdtempSync(join(tmpdir(), 'quire-train-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);
const file = (name: string, content: string | object) => {
  writeFileSync(at(name), typeof content === 'string' ? content : JSON.stringify(content));
  return at(name);
};

async function train(...args: readonly string[]) {
  let [out, err] = ['', ''];
  const exit = await run(['train', ...args, '--out', at('out'), '--scratch', at('scratch')], {
    out: async (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    env: {},
    terminal: false,
    columns: undefined,
    signal: new AbortController().signal,
  });
  return { exit, out, err };
}

const STAGE = { name: 'pairs', loss: 'info-nce', steps: 3, queries: 2, rate: 0.01 };
const RECIPE = {
  kind: 'retrieval',
  name: 'toy',
  seed: 1,
  tokenizer: { size: 300 },
  model: { width: 8, layers: 1, heads: 2, length: 32 },
  stages: [STAGE],
};
const PAIRS = Array.from({ length: 6 }, (_, i) =>
  JSON.stringify({ query: `query ${i} alpha`, positive: `answer ${i} beta` }),
).join('\n');
const recipe = file('recipe.json', RECIPE);
const pairs = file('pairs.jsonl', PAIRS);

describe('quire train refuses', () => {
  it.each([
    ['a recipe that is not there', () => [at('none.json'), '--pairs', pairs], 'none.json cannot be read'],
    ['a recipe that is no JSON', () => [file('bad.json', '{'), '--pairs', pairs], 'The recipe is not JSON'],
    [
      'an unknown key',
      () => [file('key.json', { ...RECIPE, stages: [{ ...STAGE, epochs: 2 }] }), '--pairs', pairs],
      'unknown key stages[0].epochs',
    ],
    ['no pairs', () => [recipe], '--pairs is missing'],
    ['pairs that are not there', () => [recipe, '--pairs', at('none.jsonl')], 'none.jsonl'],
    ['an empty file of pairs', () => [recipe, '--pairs', file('empty.jsonl', '')], 'empty.jsonl holds no pairs'],
    ['a line that is no pair', () => [recipe, '--pairs', file('line.jsonl', '{"query": 1}')], 'Line 1 of line.jsonl'],
    ['a start that is no model', () => [recipe, '--pairs', pairs, '--from', folder], 'config.json'],
    ['a dev side of one file', () => [recipe, '--pairs', pairs, '--dev', 'dev'], '--dev dev needs a collection'],
    [
      'onnxruntime where it is not installed',
      () => [recipe, '--pairs', pairs, '--executor', 'onnx'],
      'npm run accelerate',
    ],
    ['distillation without a teacher', () => [file('distil.json', DISTIL), '--works', pairs], '--teacher is missing'],
  ] as const)('%s', async (_name, args, message) => {
    const { exit, err } = await train(...args());
    expect(err).toContain(message);
    expect(exit).not.toBe(0);
    expect(existsSync(at('out'))).toBe(false);
    expect(existsSync(at('scratch'))).toBe(false);
  });

  it('a collection whose documents have no text, and trains on one without titles', async () => {
    const collection = (name: string, text: string) => {
      mkdirSync(join(at(name), 'qrels'), { recursive: true });
      writeFileSync(join(at(name), 'corpus.jsonl'), JSON.stringify({ _id: 'd', title: '', text }));
      writeFileSync(join(at(name), 'queries.jsonl'), JSON.stringify({ _id: 'q', text: 'alpha' }));
      writeFileSync(join(at(name), 'qrels', 'train.tsv'), 'query-id\tcorpus-id\tscore\nq\td\t1\n');
      return at(name);
    };
    const refused = await train(recipe, '--pairs', collection('silent', ''));
    expect(refused.err).toContain('no document with a text');
    expect(existsSync(at('out'))).toBe(false);
    const { exit, out } = await train(recipe, '--pairs', collection('untitled', 'beta'), '--onnx', '--json');
    expect(exit).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ folder: at('out'), stages: [{ stage: 'pairs' }] });
    expect(readdirSync(at('out')).sort()).toEqual(['config.json', 'model.onnx', 'model.safetensors', 'tokenizer.json']);
  });
});

const DISTIL = {
  kind: 'transformer-distillation',
  name: 'toy',
  seed: 1,
  dim: 8,
  tokenizer: { size: 200 },
  model: { width: 8, layers: 1, heads: 2 },
  data: {},
  stages: [{ name: 'all', steps: 1, tableRate: 0.1 }],
};

import { Rng } from '@quire/engine/internals';
import { runReference } from '@quire/engine/network';
import { describe, expect, it } from 'vitest';
import {
  BERT,
  type Folder,
  json,
  MODERN_BERT,
  modelFolder,
  randomTensors,
  readerOf,
  TOKENIZER,
} from '../../../test/support/model-folder.ts';
import { Graph, positionsOf, Transformer, textVectors } from '../../network/index.ts';
import { writeSafetensors } from '../safetensors.ts';
import { readTransformerModel } from './model.ts';
import { writeTransformerModel } from './quire-model.ts';
import { transformerEncoder } from './transformer.ts';
import type { TransformerModel } from './transformer-model.ts';

const read = (folder: Folder) => readTransformerModel(readerOf(folder), { name: 'tiny' });
const change = (files: Readonly<Record<string, unknown>>, base: Folder = modelFolder(BERT)): Folder => {
  const folder = new Map(base);
  for (const [path, value] of Object.entries(files)) {
    if (value === undefined) folder.delete(path);
    else folder.set(path, value instanceof Uint8Array ? value : json(value));
  }
  return folder;
};
const tokens = (length: number, seed: number) => {
  const rng = new Rng(seed);
  return Uint32Array.from({ length }, () => rng.below(BERT.vocab_size));
};
/** The bits of the values, as text. */
const bytes = (values: Float32Array) => new Uint32Array(values.slice().buffer).join();

/** Text vectors by the readable executor. */
function slow(model: TransformerModel, sequence: Uint32Array): Float64Array {
  const graph = new Graph();
  const rows = new Transformer(model.transformer).forward(graph, 'tokens');
  const out = textVectors(graph, rows, 'tokens', model.head);
  const starts = Uint32Array.of(0, sequence.length);
  const ids = { tokens: sequence, 'tokens.positions': positionsOf(starts) };
  return runReference(graph, model.weights, { ids, sequences: { tokens: starts } }, [out]).get(out)!;
}

describe.each([
  ['BERT', BERT],
  ['ModernBERT', MODERN_BERT],
])('a transformer encoder from the folder of a %s', (_name, config) => {
  it('gives a text the same bits alone, in a batch and in batches of any size', async () => {
    const model = await read(modelFolder(config));
    const sequences = [1, 2, 3, 7, 8, 9, 31, 64, 150, 299].map((length, i) => tokens(length, i));
    const alone = await transformerEncoder(model);
    const small = await transformerEncoder(model, { batchTokens: 40 });
    const wanted: string[] = [];
    for (const sequence of sequences) wanted.push(bytes((await alone.encodeTokens([sequence]))[0]!));
    for (const encoder of [alone, small]) {
      expect((await encoder.encodeTokens(sequences)).map(bytes)).toEqual(wanted);
    }
    for (const encoder of [alone, small]) encoder.close();
  });

  it('equals the readable executor', async () => {
    const model = await read(modelFolder(config));
    const encoder = await transformerEncoder(model);
    for (const length of [1, 5, 33, 90]) {
      const sequence = tokens(length, length);
      const [vec] = await encoder.encodeTokens([sequence]);
      const wanted = slow(model, sequence);
      for (const [i, value] of vec!.entries()) expect(value).toBeCloseTo(wanted[i]!, 5);
    }
    encoder.close();
  });

  it('answers calls that overlap', async () => {
    const encoder = await transformerEncoder(await read(modelFolder(config)));
    const texts = ['dense retrieval', 'a b c', 'papers of a', ''];
    const together = await Promise.all(texts.map((text) => encoder.encodeQueries([text])));
    const inOrder = await encoder.encodeQueries(texts);
    expect(together.map(([rep]) => bytes(rep!.vec))).toEqual(inOrder.map((rep) => bytes(rep.vec)));
    encoder.close();
  });
});

describe.each([
  ['BERT', BERT],
  ['ModernBERT', MODERN_BERT],
])('a %s with products in int8', (_name, config) => {
  const sequences = [1, 2, 3, 7, 8, 9, 31, 64, 150, 299].map((length, i) => tokens(length, i));

  it('gives a text the same bits alone and in a batch, near those in f32', async () => {
    const model = await read(modelFolder(config));
    const [full, alone] = [await transformerEncoder(model), await transformerEncoder(model, { products: 'int8' })];
    expect(alone.space).toBe(full.space.replace('transformer-', 'transformer-int8-'));
    const wanted = await full.encodeTokens(sequences);
    const own: Float32Array[] = [];
    for (const sequence of sequences) own.push((await alone.encodeTokens([sequence]))[0]!);
    expect((await alone.encodeTokens(sequences)).map(bytes)).toEqual(own.map(bytes));
    for (const [i, vec] of own.entries()) {
      expect(vec.reduce((sum, value, d) => sum + value * wanted[i]![d]!, 0)).toBeGreaterThan(0.98);
    }
    for (const encoder of [full, alone]) encoder.close();
  });

  it('keeps the codes of our own folder, a quarter of the bytes, and rounds one in f32 to the same', async () => {
    const model = await read(modelFolder(config));
    const head = { ...model.head, projection: 10 };
    const whole = { ...model, head, weights: { ...model.weights, 'projection.weight': projection } };
    const small = await read(new Map(writeTransformerModel(whole)));
    const large = await read(new Map(writeTransformerModel(whole, { quantise: false })));
    expect(Object.keys(small.codes).sort()).toEqual(
      Object.keys(large.weights)
        .filter((name) => name.endsWith('.weight') && !/norm\.weight$/.test(name))
        .sort(),
    );
    expect(large.codes).toEqual({});
    const matrices = Object.keys(small.codes);
    const before = matrices.reduce((sum, name) => sum + large.weights[name]!.byteLength, 0);
    expect(matrices.reduce((sum, name) => sum + small.codes[name]!.byteLength, 0)).toBe(before / 4);
    const encoders = [
      await transformerEncoder(small),
      await transformerEncoder(large, { products: 'int8' }),
      await transformerEncoder(small, { products: 'f32' }),
    ];
    const [a, b, wide] = await Promise.all(encoders.map((encoder) => encoder.encodeTokens(sequences)));
    expect(a!.map(bytes)).toEqual(b!.map(bytes));
    for (const [i, vec] of a!.entries()) {
      expect(vec.reduce((sum, value, d) => sum + value * wide![i]![d]!, 0)).toBeGreaterThan(0.98);
    }
    for (const encoder of encoders) encoder.close();
    // Options come from callers without types, too.
    const options = JSON.parse('{ "products": "int4" }');
    await expect(transformerEncoder(small, options)).rejects.toThrow('products is "int4"');
  });
});

const projection = Float32Array.from({ length: 240 }, (_, i) => Math.fround(((i * 37) % 101) / 101 - 0.5));

describe('a transformer encoder', () => {
  it('cuts vectors to their first columns, at unit length', async () => {
    const model = await read(modelFolder(BERT));
    const [full, half] = [await transformerEncoder(model), await transformerEncoder(model, { dim: 12 })];
    const [a] = await full.encodeQueries(['dense retrieval']);
    const [b] = await half.encodeQueries(['dense retrieval']);
    expect(half.dim).toBe(12);
    expect(half.space).not.toBe(full.space);
    expect(Math.hypot(...b!.vec)).toBeCloseTo(1, 6);
    for (let i = 1; i < 12; i++) expect(b!.vec[i]! / b!.vec[0]!).toBeCloseTo(a!.vec[i]! / a!.vec[0]!, 4);
    full.close();
    half.close();
  });

  it('puts the prefixes of its family before queries and documents', async () => {
    const prompts = { prompts: { query: 'of ', document: 'a ' } };
    const folder = change({ 'config_sentence_transformers.json': prompts });
    const [plain, prompted] = [
      await transformerEncoder(await read(modelFolder(BERT))),
      await transformerEncoder(await read(folder)),
    ];
    const [query] = await prompted.encodeQueries(['papers']);
    const [document] = await prompted.encodeDocuments([{ title: 'papers' }]);
    const [asQuery, asDocument] = await plain.encodeQueries(['of papers', 'a papers']);
    expect(bytes(query!.vec)).toBe(bytes(asQuery!.vec));
    expect(bytes(document!.vec)).toBe(bytes(asDocument!.vec));
    const e5 = await readTransformerModel(readerOf(modelFolder(BERT)), { name: 'intfloat/e5-small-v2' });
    expect(e5.prefixes).toEqual({ query: 'query: ', document: 'passage: ' });
    const own = { query: 'x: ', document: '' };
    const named = { name: 'intfloat/e5-small-v2', prefixes: own };
    expect((await readTransformerModel(readerOf(modelFolder(BERT)), named)).prefixes).toEqual(own);
    plain.close();
    prompted.close();
  });

  it('reads at most its length and traces what was cut', async () => {
    const encoder = await transformerEncoder(await read(modelFolder(BERT)), { length: 5 });
    const events: unknown[] = [];
    const long = await encoder.encodeQueries(['a b a b a b'], { trace: (event) => events.push(event.name) });
    const short = await encoder.encodeQueries(['a b a']);
    expect(bytes(long[0]!.vec)).toBe(bytes(short[0]!.vec));
    expect(events).toEqual(['encode.truncated']);
    encoder.close();
  });

  it('reads shards, half precision and the old names of norms', async () => {
    const tensors = [...randomTensors(BERT, 5)].map(
      ([name, tensor]) =>
        [
          `bert.${name.replace('LayerNorm.weight', 'LayerNorm.gamma').replace('LayerNorm.bias', 'LayerNorm.beta')}`,
          tensor,
        ] as const,
    );
    const files = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'];
    const half = tensors.length >> 1;
    const map = Object.fromEntries(tensors.map(([name], i) => [name, files[i < half ? 0 : 1]]));
    const sharded = change({
      'model.safetensors': undefined,
      'model.safetensors.index.json': { weight_map: map },
      [files[0]!]: writeSafetensors(new Map(tensors.slice(0, half))),
      [files[1]!]: writeSafetensors(new Map(tensors.slice(half))),
    });
    expect((await read(sharded)).fingerprint).toBe((await read(modelFolder(BERT))).fingerprint);
    sharded.delete(files[1]!);
    await expect(read(sharded)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: `The model folder has no ${files[1]}`,
    });
  });

  const nan = randomTensors(BERT, 5);
  nan.get('encoder.layer.1.output.dense.weight')!.values[7] = Number.NaN;
  const bad: [string, Folder, string, RegExp][] = [
    ['no weights', change({ 'model.safetensors': undefined }), 'NOT_FOUND', /no model.safetensors/],
    ['no tokenizer', change({ 'tokenizer.json': undefined }), 'NOT_FOUND', /no tokenizer.json/],
    [
      'cut weights',
      change({ 'model.safetensors': modelFolder(BERT).get('model.safetensors')!.slice(0, -9) }),
      'CORRUPT',
      /past the file/,
    ],
    [
      'NaN in the weights',
      change({ 'model.safetensors': writeSafetensors(nan) }),
      'CORRUPT',
      /layer.1.output.dense.weight holds NaN at element 7/,
    ],
    [
      'other sizes',
      change({ 'config.json': { ...BERT, hidden_size: 48 } }),
      'CORRUPT',
      /\[40,24\]; \[40,48\] is expected/,
    ],
    [
      'weights of another architecture',
      change({ 'config.json': MODERN_BERT }),
      'CORRUPT',
      /no tensor embeddings.tok_embeddings/,
    ],
    [
      'another architecture',
      change({ 'config.json': { ...BERT, model_type: 'gpt2' } }),
      'UNSUPPORTED',
      /model_type is "gpt2"/,
    ],
    [
      'a config that is no JSON',
      change({ 'config.json': new Uint8Array([123]) }),
      'PARSE_FAILED',
      /config.json of the model: it is not JSON/,
    ],
    [
      'a size that is no number',
      change({ 'config.json': { ...BERT, hidden_size: '24' } }),
      'PARSE_FAILED',
      /hidden_size is "24"/,
    ],
    [
      'another pooling',
      change({ '1_Pooling/config.json': { pooling_mode_mean_sqrt_len_tokens: true } }),
      'UNSUPPORTED',
      /mean_sqrt_len/,
    ],
    [
      'a layer behind the pooling',
      change({ 'modules.json': [{ type: 'x.Dense', path: '2_Dense' }] }),
      'UNSUPPORTED',
      /Dense/,
    ],
    [
      'a shard outside the folder',
      change({ 'model.safetensors.index.json': { weight_map: { a: '../x.safetensors' } } }),
      'PARSE_FAILED',
      /not the name of a shard/,
    ],
  ];
  it.each(bad)('refuses a folder with %s', async (_name, folder, code, message) => {
    await expect(read(folder)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it('refuses the tokenizer of another model and options out of range', async () => {
    const large = { ...TOKENIZER, model: { ...TOKENIZER.model, vocab: { ...TOKENIZER.model.vocab, extra: 40 } } };
    const other = await read(change({ 'tokenizer.json': large }));
    await expect(transformerEncoder(other)).rejects.toMatchObject({
      code: 'CORRUPT',
      message: expect.stringMatching(/41 tokens.*rows for 40/),
    });
    const model = await read(modelFolder(BERT));
    await expect(transformerEncoder(model, { dim: 25 })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(transformerEncoder(model, { length: 301 })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});

// Models of the hubs and our own come into the data folder whole or not at all, and what is kept runs.

import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSafetensors, type Tensor, writeSafetensors, writeTransformerModel } from '@quire/engine/encoders';
import { encodeUtf8 } from '@quire/engine/internals';
import { TRANSFORMER_DEFAULTS } from '@quire/engine/network';
import { describe, expect, it } from 'vitest';
import { json, randomTensors, TOKENIZER } from '../../../engine/test/support/model-folder.ts';
import { BERT, type Folder, MODERN_BERT, modelFolder, writeModel } from '../../test/model-folder.ts';
import { inFolder } from '../../test/papers.ts';
import {
  addModel,
  checkModel,
  listModels,
  loadEncoder,
  modelAt,
  modelNamed,
  readCard,
  removeModel,
  tuneModel,
} from './index.ts';

/** Entries of the models folder, those that begin with a point included. */
function kept(data: string): readonly string[] {
  try {
    return readdirSync(join(data, 'models'));
  } catch {
    return [];
  }
}

const weightsOf = (folder: Folder) => folder.get('model.safetensors')!;

/** A folder of "quire train". */
function ownFolder(): Folder {
  const transformer = { ...TRANSFORMER_DEFAULTS, vocabulary: 15, width: 8, layers: 0, heads: 2, inner: 8, length: 40 };
  return new Map(
    writeTransformerModel({
      ...{ name: 'tiny', transformer, head: { pooling: 'mean', normalize: true } },
      ...{ prefixes: { query: '', document: '' }, length: 40, tokenizer: JSON.stringify(TOKENIZER) },
      weights: {
        'token.weight': Float32Array.from({ length: 120 }, (_, i) => Math.sin(i)),
        'position.weight': Float32Array.from({ length: 320 }, (_, i) => Math.cos(i) / 9),
        'embedding-norm.weight': new Float32Array(8).fill(1),
        'embedding-norm.bias': new Float32Array(8),
        'final-norm.weight': new Float32Array(8).fill(1),
        'final-norm.bias': new Float32Array(8),
      },
    }),
  );
}

function sharded(): Folder {
  const tensors = [...randomTensors(BERT, 5)];
  const folder = modelFolder(BERT);
  folder.delete('model.safetensors');
  const half = tensors.length >> 1;
  const names = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'] as const;
  folder.set(names[0], writeSafetensors(new Map(tensors.slice(0, half))));
  folder.set(names[1], writeSafetensors(new Map(tensors.slice(half))));
  const map = Object.fromEntries(tensors.map(([name], i) => [name, names[i < half ? 0 : 1]]));
  return folder.set('model.safetensors.index.json', json({ weight_map: map }));
}

const static_ = (): Folder => {
  const table: Tensor = {
    dtype: 'F32',
    shape: [15, 4],
    values: Float32Array.from({ length: 60 }, (_, i) => Math.sin(i)),
  };
  const weights: Tensor = { dtype: 'F32', shape: [15], values: new Float32Array(15).fill(1) };
  const config = {
    type: 'static',
    version: 1,
    name: 's',
    dim: 4,
    maxTokens: 64,
    counts: 'root',
    fusion: { weight: 0.2 },
  };
  return new Map([
    ['config.json', json(config)],
    ['tokenizer.json', json(TOKENIZER)],
    [
      'weights.safetensors',
      writeSafetensors(
        new Map([
          ['table', table],
          ['weights', weights],
        ]),
      ),
    ],
  ]);
};

describe('quire model add', () => {
  it.each([
    ['BERT', modelFolder(BERT), 'bert', 24],
    ['ModernBERT', modelFolder(MODERN_BERT), 'modernbert', 24],
    ['a BERT in shards', sharded(), 'bert', 24],
    ['a transformer of our own', ownFolder(), 'quire-transformer', 8],
    ['a static table', static_(), 'static', 4],
  ])('takes %s, and the copy makes the same vectors', async (_name, files, architecture, dim) => {
    await inFolder(async (folder) => {
      const data = join(folder, 'data');
      const source = writeModel(join(folder, 'given'), files);
      const model = await addModel(source, { data, now: () => new Date(0) });
      expect(kept(data)).toEqual(['given']);
      const card = readCard(model.folder);
      expect(card).toMatchObject({ name: 'given', source, architecture, dim, added: '1970-01-01T00:00:00.000Z' });
      for (const path of Object.keys(card.files))
        expect(readFileSync(join(model.folder, path)).equals(files.get(path)!)).toBe(true);
      rmSync(source, { recursive: true });
      expect(await checkModel(modelNamed(data, 'given'))).toMatchObject({
        problems: [],
        files: Object.keys(card.files).length,
      });
      const encoder = await loadEncoder(model);
      expect(encoder.space).toBe(card.space);
      const [vector] = await encoder.encodeQueries(['dense retrieval']);
      expect(vector!.vec).toHaveLength(dim);
      encoder.close();
    });
  });

  it('detects pooling, prefixes and length, and keeps what the user asks for instead', async () => {
    await inFolder(async (folder) => {
      const data = join(folder, 'data');
      const e5 = writeModel(join(folder, 'e5-small-v2'));
      expect(readCard((await addModel(e5, { data })).folder).transformer).toEqual({
        ...{ length: 300, products: 'int8', pooling: 'mean', normalize: true },
        prefixes: { query: 'query: ', document: 'passage: ' },
      });
      const own = { length: 20, products: 'f32', prefixes: { query: 'q ', document: '' } } as const;
      const model = await addModel(e5, { data, name: 'own', ...own });
      expect(readCard(model.folder).transformer).toMatchObject(own);
      const [a, b] = [await loadEncoder(model), await loadEncoder(modelNamed(data, 'e5-small-v2'))];
      expect(a.space).not.toBe(b.space);
      a.close();
      b.close();
      await expect(addModel(e5, { data, name: 'long', length: 301 })).rejects.toThrow('the model reads 300 tokens');
    });
  });

  const cut = modelFolder(BERT);
  cut.set('model.safetensors', weightsOf(cut).subarray(0, weightsOf(cut).length - 100));
  const missing = sharded();
  missing.delete('model-00002-of-00002.safetensors');
  const holes = modelFolder(BERT);
  const tensors = new Map(readSafetensors(weightsOf(holes)));
  const table = tensors.get('embeddings.word_embeddings.weight')!;
  (table.values as Float32Array)[7] = Number.NaN;
  holes.set('model.safetensors', writeSafetensors(tensors));
  const other = modelFolder(BERT);
  const vocab = Object.fromEntries(
    Array.from({ length: 50 }, (_, i) => [i < 15 ? Object.keys(TOKENIZER.model.vocab)[i]! : `w${i}`, i]),
  );
  other.set('tokenizer.json', json({ ...TOKENIZER, model: { ...TOKENIZER.model, vocab } }));
  const leads = modelFolder(BERT);
  leads.set('modules.json', json([{ type: 'a.Pooling', path: '../../secret' }]));
  const none = modelFolder(BERT);
  none.delete('tokenizer.json');
  const dead = modelFolder(BERT);
  const zeros = [...randomTensors(BERT, 5)].map(([name, { shape }]): [string, Tensor] => {
    return [name, { dtype: 'F32', shape, values: new Float32Array(shape.reduce((a, b) => a * b, 1)) }];
  });
  dead.set('model.safetensors', writeSafetensors(new Map(zeros)));

  it.each([
    ['truncated weights', cut, 'CORRUPT', 'past the file'],
    ['a missing shard', missing, 'NOT_FOUND', 'model-00002-of-00002.safetensors'],
    ['weights that are NaN', holes, 'CORRUPT', 'holds NaN at element 7'],
    ['the tokenizer of another model', other, 'CORRUPT', 'The tokenizer has 50 tokens'],
    ['a file outside the folder', leads, 'PARSE_FAILED', '../../secret'],
    ['no tokenizer', none, 'NOT_FOUND', 'tokenizer.json'],
    ['weights without values', dead, 'CORRUPT', 'does not work'],
    [
      'another architecture',
      new Map(modelFolder(BERT)).set('config.json', json({ model_type: 't5' })),
      'UNSUPPORTED',
      '"t5"',
    ],
    [
      'a config that is no JSON',
      new Map(modelFolder(BERT)).set('config.json', encodeUtf8('{')),
      'PARSE_FAILED',
      'config.json',
    ],
  ])('refuses %s and keeps nothing', async (_name, files, code, message) => {
    await inFolder(async (folder) => {
      const data = join(folder, 'data');
      const adding = addModel(writeModel(join(folder, 'bad'), files), { data });
      await expect(adding).rejects.toThrow(
        expect.objectContaining({ code, message: expect.stringContaining(message) }),
      );
      expect(kept(data)).toEqual([]);
    });
  });

  it('keeps nothing when it is stopped, and a name once', async () => {
    await inFolder(async (folder) => {
      const data = join(folder, 'data');
      const source = writeModel(join(folder, 'm'));
      await expect(addModel(source, { data, signal: AbortSignal.abort() })).rejects.toThrow(
        expect.objectContaining({ code: 'CANCELLED' }),
      );
      expect(kept(data)).toEqual([]);
      await addModel(source, { data });
      await expect(addModel(source, { data })).rejects.toThrow('There is a model "m" already');
      await expect(addModel(source, { data, name: '../m' })).rejects.toThrow('cannot be the name of a model');
      await expect(addModel(source, { data, name: 'static-v1' })).rejects.toThrow('already');
      expect(kept(data)).toEqual(['m']);
    });
  });
});

describe('the models of a data folder', () => {
  it('are listed with those that ship, found by name or folder, tuned and removed', async () => {
    await inFolder(async (folder) => {
      const data = join(folder, 'data');
      const source = writeModel(join(folder, 'm'));
      const model = await addModel(source, { data });
      expect(listModels(data).map(({ name }) => name)).toEqual(expect.arrayContaining(['static-v1', 'm']));
      expect(modelAt(data, source)).toMatchObject({ origin: 'folder', isTuned: false });
      expect(modelAt(data, 'm')).toMatchObject({ origin: 'added', folder: model.folder });
      expect(() => modelNamed(data, 'none')).toThrow(
        expect.objectContaining({ code: 'NOT_FOUND', hint: expect.stringContaining('static-v1') }),
      );
      const fusion = { weight: 0.4, floor: 0.1, floorWithoutKnownWords: 0.25 };
      tuneModel(model, fusion, ['scifact train'], new Date(0));
      expect(modelNamed(data, 'm')).toMatchObject({ fusion, isTuned: true });
      expect(() => tuneModel(modelNamed(data, 'static-v1'), fusion, [], new Date(0))).toThrow('ships with Quire');
      expect(() => removeModel(modelNamed(data, 'static-v1'))).toThrow('ships with Quire');
      removeModel(modelNamed(data, 'm'));
      expect(kept(data)).toEqual([]);
    });
  });

  it('say which file has changed, and which folder holds no model', async () => {
    await inFolder(async (folder) => {
      const data = join(folder, 'data');
      const model = await addModel(writeModel(join(folder, 'm')), { data });
      const path = join(model.folder, 'model.safetensors');
      const bytes = readFileSync(path);
      bytes.writeUInt8(bytes.readUInt8(bytes.length - 3) ^ 1, bytes.length - 3);
      writeFileSync(path, bytes);
      expect((await checkModel(model)).problems).toEqual([
        'model.safetensors: its bytes are not those that were added',
      ]);
      rmSync(path);
      expect((await checkModel(model)).problems).toEqual(['model.safetensors: the file is missing']);
      writeFileSync(join(model.folder, 'quire.json'), '{"version": 2}');
      expect(listModels(data).find(({ name }) => name === 'm')).toMatchObject({
        problem: expect.stringContaining('has version 2; 1 is read'),
      });
    });
  });
});

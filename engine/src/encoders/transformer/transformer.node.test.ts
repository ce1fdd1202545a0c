// Threads of Node: the other tests of the encoder run in a page, too.
import { transformerEncoder } from '@quire/engine/encoders';
import { nodeWorkers } from '@quire/engine/node';
import { expect, it } from 'vitest';
import { BERT, MODERN_BERT, modelFolder, readerOf } from '../../../test/support/model-folder.ts';
import { readTransformerModel } from './model.ts';

it.each([
  ['BERT', 'f32', BERT],
  ['ModernBERT', 'f32', MODERN_BERT],
  ['BERT', 'int8', BERT],
  ['ModernBERT', 'int8', MODERN_BERT],
] as const)('%s in %s: two threads give the bits of one', async (_name, products, config) => {
  const model = await readTransformerModel(readerOf(modelFolder(config)), { name: 'tiny' });
  const [one, two] = [
    await transformerEncoder(model, { products }),
    await transformerEncoder(model, { products, threads: 2, workers: nodeWorkers }),
  ];
  const sequences = [1, 2, 7, 64, 299].map((length) => Uint32Array.from({ length }, (_, i) => (i * i + length) % 40));
  expect(await two.encodeTokens(sequences)).toEqual(await one.encodeTokens(sequences));
  one.close();
  two.close();
});

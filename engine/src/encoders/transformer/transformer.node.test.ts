// Threads of Node: the other tests of the encoder run in a page, too.
import { transformerEncoder } from '@quire/engine/encoders';
import { nodeWorkers } from '@quire/engine/node';
import { expect, it } from 'vitest';
import { BERT, MODERN_BERT, modelFolder, readerOf } from '../../../test/support/model-folder.ts';
import { readTransformerModel } from './model.ts';

it.each([
  ['BERT', BERT],
  ['ModernBERT', MODERN_BERT],
])('%s: two threads give the bits of one', async (_name, config) => {
  const model = await readTransformerModel(readerOf(modelFolder(config)), { name: 'tiny' });
  const [one, two] = [
    await transformerEncoder(model),
    await transformerEncoder(model, { threads: 2, workers: nodeWorkers }),
  ];
  const sequences = [1, 2, 7, 64, 299].map((length) => Uint32Array.from({ length }, (_, i) => (i * i + length) % 40));
  expect(await two.encodeTokens(sequences)).toEqual(await one.encodeTokens(sequences));
  one.close();
  two.close();
});

// Hidden states of a BERT and a ModernBERT with seeded random weights equal those of the transformers library, for every length from 1
// to 300. Answers: fixtures/transformers.json, made by transformers-oracle.node.test.ts.
import { readTransformerModel, transformerEncoder } from '@quire/engine/encoders';
import { expect, it } from 'vitest';
import { BERT, MODERN_BERT, modelFolder, readerOf } from '../support/model-folder.ts';
import answers from './fixtures/transformers.json';
import { difference, LENGTHS, rowsFrom, SEED, tokensOf } from './transformers-cases.ts';

it.each([
  ['bert', BERT],
  ['modernbert', MODERN_BERT],
] as const)('%s: the last row of the last layer within 1e-4, lengths 1 to 300', async (name, config) => {
  const encoder = await transformerEncoder(
    await readTransformerModel(readerOf(modelFolder(config, SEED)), { name: 'tiny' }),
  );
  const { hidden_size: width, vocab_size: vocabulary } = config;
  const wanted = rowsFrom(answers[name], width);
  expect(wanted).toHaveLength(LENGTHS);
  let worst = 0;
  for (let n = 1; n <= LENGTHS; n++) {
    const states = await encoder.hiddenStates(tokensOf(n, vocabulary));
    worst = Math.max(worst, difference(states.subarray(-width), wanted[n - 1]!));
  }
  expect(worst).toBeLessThan(1e-4);
  encoder.close();
});

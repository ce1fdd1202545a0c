// The model that ships, models/static-v1: it loads, it has the shape of its recipe, and it ranks related papers first.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readSafetensors, staticEncoder } from '@quire/engine/encoders';
import { sha256Hex } from '@quire/engine/internals';
import { readStaticModel } from '@quire/engine/node';
import { describe, expect, it } from 'vitest';
import { STATIC_V1 } from './static.ts';

const folder = fileURLToPath(new URL('../../../models/static-v1', import.meta.url));
const files = await readStaticModel(folder);
const encoder = staticEncoder(files, { fields: ['title', 'abstract'] });

const similarity = (a: string, b: string) => {
  const [x, y] = [encoder.encodeSync(a).vec, encoder.encodeSync(b).vec];
  return x.reduce((sum, value, d) => sum + value * y[d]!, 0);
};

describe('models/static-v1', () => {
  it('has the shape of its recipe, as int8, in at most 12 MB', () => {
    const tensors = readSafetensors(files.weights);
    expect(tensors.get('table')).toMatchObject({ dtype: 'I8', shape: [STATIC_V1.vocabulary, STATIC_V1.dim] });
    expect(encoder.config).toMatchObject({ name: STATIC_V1.name, dim: STATIC_V1.dim, maxTokens: STATIC_V1.maxTokens });
    const bytes = readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
    expect(bytes).toBeLessThan(12e6);
  });

  it('has the weights that its card names', () => {
    const card = readFileSync(join(folder, 'README.md'), 'utf8');
    expect(card).toContain(sha256Hex(files.weights));
    for (const licence of ['CC0', 'CC BY 4.0', 'Apache-2.0']) expect(card).toContain(licence);
  });

  it.each([
    {
      query: 'answering questions over long documents',
      near: 'We present a reading comprehension system that extracts answers from lengthy passages.',
      far: 'We segment tumours in magnetic resonance images with a convolutional network.',
      why: 'questions and answers belong together, images do not',
    },
    {
      query: 'making language models smaller',
      near: 'A quantization method compresses the weights of LLMs to four bits.',
      far: 'We collect a corpus of parliamentary debates in twelve languages.',
      why: 'compression is what makes models smaller, and no word is shared',
    },
    {
      query: 'robots that learn to grasp',
      near: 'Dexterous manipulation policies are trained by imitation from teleoperated demonstrations.',
      far: 'We study the complexity of parsing context-free grammars.',
      why: 'manipulation is grasping, and no word is shared',
    },
    {
      query: 'speech translation',
      near: 'An end-to-end model maps audio in one language to text in another.',
      far: 'Graph neural networks predict molecular properties.',
      why: 'audio and language are the subject of speech translation',
    },
  ])('puts "$query" nearer to what it is about: $why', ({ query, near, far }) => {
    expect(similarity(query, near)).toBeGreaterThan(similarity(query, far) + 0.05);
  });

  it('has frozen bits for a text of every kind', () => {
    const text = 'Dense retrieval, naïve Bayes & 自然言語 – β-VAE: O(n²)\n👩‍🔬 [MASK] supercalifragilistic';
    const { vec } = encoder.encodeSync(text);
    expect(sha256Hex(new Uint8Array(vec.buffer)).slice(0, 16)).toMatchInlineSnapshot(`"1841746715b069aa"`);
  });
});

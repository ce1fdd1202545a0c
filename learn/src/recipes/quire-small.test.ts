// The transformer that ships, models/quire-small: it loads, it has the shape of its recipe, and it ranks related texts first, on and off computing.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformerEncoder } from '@quire/engine/encoders';
import { sha256Hex } from '@quire/engine/internals';
import { readTransformerFolder } from '@quire/engine/node';
import { afterAll, describe, expect, it } from 'vitest';
import { parseTransformerRecipe } from './transformer-recipe.ts';

const folder = fileURLToPath(new URL('../../../models/quire-small', import.meta.url));
const model = await readTransformerFolder(folder);
const encoder = await transformerEncoder(model, { fields: ['title', 'abstract'] });
afterAll(() => encoder.close());

async function similarity(a: string, b: string): Promise<number> {
  const [x, y] = await encoder.encodeQueries([a, b]);
  return x!.vec.reduce((sum, value, d) => sum + value * y!.vec[d]!, 0);
}

describe('models/quire-small', () => {
  it('has the shape of its recipe, as int8, in at most 16 MB', () => {
    const recipe = parseTransformerRecipe(readFileSync(join(folder, 'recipe.json'), 'utf8'));
    const { vocabulary, ...sizes } = model.transformer;
    expect(sizes).toEqual(recipe.model);
    expect([model.name, encoder.dim, model.length]).toEqual([recipe.name, recipe.dim, recipe.data.length]);
    expect(model.codes['token.weight']).toHaveLength(vocabulary * recipe.model.width);
    expect(vocabulary).toBeLessThanOrEqual(recipe.tokenizer.size);
    const bytes = readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
    expect(bytes).toBeLessThan(16e6);
  });

  it('has the weights that its card names, and a licence for every source of its recipe', () => {
    const card = readFileSync(join(folder, 'README.md'), 'utf8');
    expect(card).toContain(sha256Hex(readFileSync(join(folder, 'model.safetensors'))));
    for (const licence of ['CC0', 'CC BY 4.0', 'Apache-2.0', 'WordNet licence', 'PSF licence'])
      expect(card).toContain(licence);
  });

  it('holds its weight beside BM25', () => {
    const { fusion } = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'));
    expect(fusion.weight).toBe(0.25);
  });

  it.each([
    {
      query: 'machines that lie to please users',
      near: 'We measure sycophancy: assistants agree with the false beliefs of the people who ask them.',
      far: 'We segment roads in satellite images with a convolutional network.',
      why: 'sycophancy is lying to please, and no word is shared',
    },
    {
      query: 'robots that learn to grasp',
      near: 'Dexterous manipulation policies are trained by imitation from teleoperated demonstrations.',
      far: 'We study the complexity of parsing context-free grammars.',
      why: 'manipulation is grasping, and no word is shared',
    },
    {
      query: 'high blood pressure',
      near: 'Arterial hypertension is treated with inhibitors of the angiotensin converting enzyme.',
      far: 'The leaf of the plant is flat and has a net of veins.',
      why: 'hypertension is high blood pressure',
    },
    {
      query: 'how do I read a file line by line',
      near: 'Iterate over the lines of a text stream that was opened for reading.',
      far: 'Compute the determinant of a square matrix.',
      why: 'the stream is a file',
    },
  ])('puts "$query" nearer to what it is about: $why', async ({ query, near, far }) => {
    expect(await similarity(query, near)).toBeGreaterThan((await similarity(query, far)) + 0.05);
  });

  it('has frozen bits for a text of every kind', async () => {
    const text = 'Dense retrieval, naïve Bayes & 自然言語 – β-VAE: O(n²)\n👩‍🔬 [MASK] supercalifragilistic';
    const [query] = await encoder.encodeQueries([text]);
    expect(sha256Hex(new Uint8Array(query!.vec.buffer)).slice(0, 16)).toMatchInlineSnapshot(`"dfb04f76294bd370"`);
  });
});

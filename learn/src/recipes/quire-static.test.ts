// The static table that ships beside static-v1, models/quire-static: it loads, it has the shape of its recipe, and it ranks related texts first.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readSafetensors, staticEncoder } from '@quire/engine/encoders';
import { sha256Hex } from '@quire/engine/internals';
import { readStaticModel } from '@quire/engine/node';
import { describe, expect, it } from 'vitest';
import { parseTransformerRecipe } from './transformer-recipe.ts';

const folder = fileURLToPath(new URL('../../../models/quire-static', import.meta.url));
const files = await readStaticModel(folder);
const encoder = staticEncoder(files, { fields: ['title', 'abstract'] });

const similarity = (a: string, b: string) => {
  const [x, y] = [encoder.encodeSync(a).vec, encoder.encodeSync(b).vec];
  return x.reduce((sum, value, d) => sum + value * y[d]!, 0);
};

describe('models/quire-static', () => {
  it('has the shape of its recipe, as int8, in at most 9 MB', () => {
    const recipe = parseTransformerRecipe(readFileSync(join(folder, 'recipe.json'), 'utf8'));
    expect(readSafetensors(files.weights).get('table')).toMatchObject({
      dtype: 'I8',
      shape: [recipe.tokenizer.size, recipe.dim],
    });
    expect(encoder.config).toMatchObject({ name: recipe.name, dim: recipe.dim });
    expect(recipe.model.layers).toBe(0);
    const bytes = readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
    expect(bytes).toBeLessThan(9e6);
  });

  it('has the weights that its card names', () => {
    const card = readFileSync(join(folder, 'README.md'), 'utf8');
    expect(card).toContain(sha256Hex(files.weights));
    expect(card).toContain('Apache-2.0');
  });

  it.each([
    [
      'machines that lie to please users',
      'Assistants show sycophancy and deceive people.',
      'Roads in satellite images.',
    ],
    ['high blood pressure', 'Arterial hypertension and its treatment.', 'Veins of the leaf of a plant.'],
    ['robots that learn to grasp', 'Dexterous manipulation by imitation.', 'The complexity of context-free grammars.'],
  ])('puts "%s" nearer to what it is about', (query, near, far) => {
    expect(similarity(query, near)).toBeGreaterThan(similarity(query, far) + 0.05);
  });
});

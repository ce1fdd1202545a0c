// quire.json of a model that was added: where it came from, how it is run, and the checksum of each of its files. It is
// written last, so a folder that has it is whole. docs/format/models.md describes it.

import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EngineError } from '@quire/engine/core';
import { z } from 'zod';
import { FUSION } from './fusion.ts';

export const CARD = 'quire.json';

const FILE = z.strictObject({ bytes: z.number().int().min(0), sha256: z.string().regex(/^[0-9a-f]{64}$/) });
const TRANSFORMER = z.strictObject({
  length: z.number().int().min(3),
  products: z.enum(['f32', 'int8']),
  pooling: z.string(),
  normalize: z.boolean(),
  prefixes: z.strictObject({ query: z.string(), document: z.string() }),
});
const SHAPE = z.strictObject({
  format: z.literal('quire-model'),
  version: z.literal(1),
  name: z.string().min(1),
  source: z.string(),
  added: z.iso.datetime(),
  architecture: z.string(),
  dim: z.number().int().min(1),
  space: z.string().min(1),
  transformer: TRANSFORMER.optional(),
  fusion: FUSION.optional(),
  /** What the weight was tuned on. */
  tuned: z.strictObject({ on: z.array(z.string()), at: z.iso.datetime() }).optional(),
  files: z.record(z.string(), FILE),
});
export type Card = Readonly<z.infer<typeof SHAPE>>;

/** Throws PARSE_FAILED for a file that is not one, UNSUPPORTED_FORMAT for a later version. */
export function readCard(folder: string): Card {
  const path = join(folder, CARD);
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new EngineError('PARSE_FAILED', `${path} cannot be read as JSON`, { hint: HINT, cause });
  }
  const { version } = z.object({ version: z.number() }).catch({ version: 0 }).parse(value);
  if (version > 1) {
    throw new EngineError('UNSUPPORTED_FORMAT', `${path} has version ${version}; 1 is read`, { hint: 'Update Quire.' });
  }
  const found = SHAPE.safeParse(value);
  if (found.success) return found.data;
  const [issue] = found.error.issues;
  const what = `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'it is not understood'}`;
  throw new EngineError('PARSE_FAILED', `${path}: ${what}`, { hint: HINT });
}

const HINT = 'Remove the model with "quire model remove" and add it again.';

/** Replaces the card as a whole. */
export function writeCard(folder: string, card: Card): void {
  const path = join(folder, CARD);
  writeFileSync(`${path}.new`, `${JSON.stringify(card, null, 2)}\n`, { flush: true });
  renameSync(`${path}.new`, path);
}

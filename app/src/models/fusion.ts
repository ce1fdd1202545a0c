// How search by meaning joins search by words: tuned together with an encoder, because cosines of two models do not compare.

import { EngineError } from '@quire/engine/core';
import { z } from 'zod';

export interface Fusion {
  /** Share of meaning where words and meaning are fused, 0 … 1; words have the rest. */
  readonly weight: number;
  /** Least cosine of a hit by meaning: every query has nearest documents, and below this value they are unrelated to it. */
  readonly floor: number;
  /** The same where no paper has any word of the query: then the encoder knows only pieces of its words. */
  readonly floorWithoutKnownWords: number;
}

/** For a model that was not tuned. */
export const UNTUNED: Fusion = { weight: 0.3, floor: 0.2, floorWithoutKnownWords: 0.3 };

const share = (name: string, least: number) => z.number(`${name} is not a number`).min(least).max(1);

export const FUSION = z.strictObject({
  weight: share('weight', 0),
  floor: share('floor', -1).default(UNTUNED.floor),
  floorWithoutKnownWords: share('floorWithoutKnownWords', -1).default(UNTUNED.floorWithoutKnownWords),
});

/** `fusion` of a model's config.json; undefined where there is none. Throws PARSE_FAILED naming the file. */
export function parseFusion(value: unknown, file: string): Fusion | undefined {
  if (value === undefined) return undefined;
  const found = FUSION.safeParse(value);
  if (found.success) return found.data;
  const [issue] = found.error.issues;
  const what = `${['fusion', ...(issue?.path ?? [])].join('.')}: ${issue?.message ?? 'it is not understood'}`;
  throw new EngineError('PARSE_FAILED', `${file}: ${what}`, {
    hint: 'fusion holds weight (0 to 1), floor and floorWithoutKnownWords (cosines).',
  });
}

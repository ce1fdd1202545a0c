// Which works may train, which may tune, and which nothing may ever train on. Fixed here, before any training, by a hash
// of the work's key (the fold over all sources, so a preprint and its published twin fall on the same side). Changing
// this file invalidates every model and every figure that was measured with it.

import { encodeUtf8, sha256Hex } from '@quire/engine/core';

/** train: 80 % of keys. dev: 5 %, for choosing. test: 15 %, never trained on by anything. */
export type Side = 'train' | 'dev' | 'test';

/** Names the split; part of what is hashed. */
export const SPLIT = 'quire-split-1';
const TRAIN_BELOW = 0.8;
const DEV_BELOW = 0.85;

/** The side of the work with this key: `sideOf('arxiv:2503.11731')`. */
export function sideOf(key: string): Side {
  const place = Number.parseInt(sha256Hex(encodeUtf8(`${SPLIT}\n${key}`)).slice(0, 8), 16) / 2 ** 32;
  return place < TRAIN_BELOW ? 'train' : place < DEV_BELOW ? 'dev' : 'test';
}

// Divides works into training, tuning and test works by a hash of the work's key. The key belongs to the fold over all
// sources, so a preprint and its published version are on the same side. A change of this file invalidates every model
// and every number that was measured with one.

import { encodeUtf8, sha256Hex } from '@quire/engine/internals';

/** train: 80 % of keys. dev: 5 %, for choosing. test: 15 %, never trained on. */
export type Side = 'train' | 'dev' | 'test';

/** The name of the split; it enters the hash. */
export const SPLIT = 'quire-split-1';
const TRAIN_BELOW = 0.8;
const DEV_BELOW = 0.85;

/** The side of the work with this key: `sideOf('arxiv:2503.11731')`. */
export function sideOf(key: string): Side {
  const place = Number.parseInt(sha256Hex(encodeUtf8(`${SPLIT}\n${key}`)).slice(0, 8), 16) / 2 ** 32;
  return place < TRAIN_BELOW ? 'train' : place < DEV_BELOW ? 'dev' : 'test';
}

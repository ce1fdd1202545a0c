// Fingerprints of encoders without adapter: a function of the space and the side. So neither such an encoder nor a
// library of format version 1 has to store one.

import type { Fingerprint, Side, Space } from './types.ts';

/** The fingerprint of the representations that an encoder without adapter makes on one side. */
export function plainFingerprint(space: Space, side: Side): Fingerprint {
  return `${space}#${side}`;
}

/** Both of them, for `Encoder.fingerprints`. */
export function plainFingerprints(space: Space): Readonly<Record<Side, Fingerprint>> {
  return { query: plainFingerprint(space, 'query'), document: plainFingerprint(space, 'document') };
}

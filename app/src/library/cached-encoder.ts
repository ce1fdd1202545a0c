// An encoder that keeps its vectors in a file: a text that was encoded before is read.

import type { DenseRep } from '@quire/engine/core';
import type { DenseEncoder } from './dense-encoder.ts';
import type { Documents, Texts } from './encode-calls.ts';
import { textKey, type VectorFile } from './vector-file.ts';

/** The vectors are those that `encoder` makes, bit for bit. Closing it closes neither the encoder nor the file. */
export function cachedEncoder(encoder: DenseEncoder, file: VectorFile): DenseEncoder {
  const encode = async ({ side, texts }: Texts, make: (missing: readonly number[]) => Promise<readonly DenseRep[]>) => {
    const keys = texts.map((text) => textKey(side, text));
    const missing = [...keys.keys()].filter((i) => !file.has(keys[i]!)); // an index of the list
    const made = await make(missing);
    file.append(made.map(({ vec }, n) => [keys[missing[n]!]!, vec])); // one vector a missing text
    const fresh = new Map(missing.map((i, n) => [i, made[n]!]));
    const { space, fingerprints } = encoder;
    const out: DenseRep[] = [];
    for (const [i, key] of keys.entries()) {
      const vec = fresh.get(i)?.vec ?? file.get(key);
      if (vec !== undefined) out.push({ kind: 'dense', space, fingerprint: fingerprints[side], vec });
      else out.push(...(await make([i]))); // its record was overwritten
    }
    return out;
  };
  return {
    ...encoder,
    encodeQueries: (texts, options) =>
      encode({ side: 'query', texts }, async (missing) =>
        missing.length === 0
          ? []
          : encoder.encodeQueries(
              missing.map((i) => texts[i]!),
              options,
            ),
      ),
    encodeDocuments: (texts: Documents, options) =>
      encode({ side: 'document', texts }, async (missing) =>
        missing.length === 0
          ? []
          : encoder.encodeDocuments(
              missing.map((i) => texts[i]!),
              options,
            ),
      ),
    close: async () => {},
  };
}

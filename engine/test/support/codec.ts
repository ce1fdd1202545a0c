// Kinds with a codec in tests: the codec is fixed, so that two libraries of different documents have equal codes.

import type { Kind } from '@quire/engine/core';
import type { PartKind } from '@quire/engine/storage';

/** The library trains and keeps this codec, whatever the documents are. */
export function trainedAs<K extends Kind, C>(kind: PartKind<K, K, C>, codec: C): PartKind<K, K, C> {
  return { ...kind, codec: { ...kind.codec!, train: async () => codec } }; // called for kinds that have one
}

/** The kind without a codec of its own: every function gets this one, as a library would pass it. */
export function withCodec<K extends Kind, C>(kind: PartKind<K, K, C>, codec: C): PartKind<K> {
  return {
    ...kind,
    codec: undefined,
    write: (input, out, options) => kind.write(input, out, { ...options, codec }),
    merge: (sources, size, out, options) => kind.merge(sources, size, out, { ...options, codec }),
    open: (sections, options) => kind.open(sections, { ...options, codec }),
  };
}

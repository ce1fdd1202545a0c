// Vectors of documents for the index. Many of them are made on a thread of their own: the one that writes the index
// tokenizes, inverts and merges meanwhile.

import type { DenseRep } from '@quire/engine/core';
import type { DenseEncoder } from './dense-encoder.ts';
import { type Documents, EncodeThread } from './encode-calls.ts';
import { canUseThreads } from './threads.ts';

export interface Encoding {
  encode(documents: Documents): Promise<readonly DenseRep[]>;
  close(): Promise<void>;
}

/** Fewer documents are encoded before a thread has read the model. */
const THREAD_DOCUMENTS = 5_000;

/** An encoding for about `documents` documents. */
export function encodingFor(encoder: DenseEncoder, documents: number): Encoding {
  if (encoder.isInstant && documents >= THREAD_DOCUMENTS && canUseThreads()) {
    const thread = new EncodeThread(encoder.model, encoder);
    return { encode: (texts) => thread.encode({ side: 'document', texts }), close: () => thread.close() };
  }
  // An encoder that is not instant has its own thread already.
  return { encode: (texts) => encoder.encodeDocuments(texts), close: async () => {} };
}

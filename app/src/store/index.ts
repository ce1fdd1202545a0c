// The store: source records as received, and the works made from them.

export { checkStore, type StoreCheck } from './check.ts';
export { rowDigest } from './checksum.ts';
export { readStored } from './refold.ts';
export { type Batch, type FileProgress, type NewRow, type RecordRow, STORE_FILE, Store } from './store.ts';

// The store: source records as received, and the works made from them.

export { type CheckHandle, checkInBackground } from './background-check.ts';
export { checkStore, type StoreCheck } from './check.ts';
export { rowDigest } from './checksum.ts';
export { type Damage, damageError } from './damage.ts';
export type { Health, StoreHealth } from './health.ts';
export type { FileProgress } from './imports.ts';
export type { Voted } from './lists.ts';
export { type Place, STORE_FILE } from './open-database.ts';
export type { Works } from './read-works.ts';
export type { NewRow, QuarantinedRecord } from './records.ts';
export { type Repaired, repairDatabase, repairStore } from './repair.ts';
export { type Batch, Store } from './store.ts';
export { type RecordRow, readStored } from './stored.ts';

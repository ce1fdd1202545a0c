// core: types, errors, order, bit sets, bytes, checksums, top-k, seeded randomness, ln/exp, hashes. Imports nothing.
export * from './bitset.ts';
export * from './bytes.ts';
export {
  checkCount,
  checkFunction,
  checkIterable,
  checkNumber,
  checkObject,
  checkString,
  type Limits,
  shown,
} from './check.ts';
export * from './crc32c.ts';
export * from './errors.ts';
export { plainFingerprint, plainFingerprints } from './fingerprint.ts';
export * from './hash.ts';
export * from './math.ts';
export * from './order.ts';
export {
  type BudgetedWork,
  budgetEvent,
  DEFAULT_QUERY_BUDGET,
  type QueryBudget,
  queryBudget,
} from './query-budget.ts';
export * from './rng.ts';
export * from './topk.ts';
export * from './turn.ts';
export type * from './types.ts';
export * from './utf8.ts';

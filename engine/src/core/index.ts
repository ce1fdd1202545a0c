// core: types, errors, order, bit sets, seeded randomness, ln/exp, hashes. Imports nothing.
export * from './bitset.ts';
export * from './errors.ts';
export * from './hash.ts';
export * from './math.ts';
export * from './order.ts';
export * from './rng.ts';
export type * from './types.ts';

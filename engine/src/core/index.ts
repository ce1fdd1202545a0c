// core: types, errors, order, bit sets, seeded randomness. Imports nothing.
export * from './bitset.ts';
export * from './errors.ts';
export * from './order.ts';
export * from './rng.ts';
export type * from './types.ts';

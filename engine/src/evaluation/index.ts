// evaluation: measures equal to trec_eval's, over runs and judgements.
export * from './evaluate.ts';
export { parseMeasures } from './measures.ts';
export type * from './types.ts';

// evaluation: measures equal to trec_eval's, significance, the files of TREC and BEIR, leaks and holes, result files.
export * from './beir.ts';
export * from './cacm.ts';
export * from './evaluate.ts';
export * from './leaks.ts';
export { decodeLines, type ParseOptions, type Text } from './lines.ts';
export { parseMeasures } from './measures.ts';
export * from './report.ts';
export * from './run-queries.ts';
export * from './score-ties.ts';
export * from './significance.ts';
export * from './tar.ts';
export { formatTrecQrels, formatTrecRun, parseTrecQrels, parseTrecRun } from './trec.ts';
export type * from './types.ts';

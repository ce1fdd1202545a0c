// inverted: the lexical index. Options and factory; the BM25 formula; the byte lengths.
export { averageLength, DEFAULT_B, DEFAULT_K1, idf, inverseNorms, score as bm25Score, weightOf } from './bm25.ts';
export { type InvertedOptions, inverted } from './inverted.ts';
export { encodeLength } from './norms.ts';
export { dfPrefix, docsKey, lengthKey } from './statistics.ts';

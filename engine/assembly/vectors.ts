// Kernels over vectors and codes: entry of vectors.wasm. Pure functions over pointers (docs/adr/0012-memory-model.md).
// The ladder of versions and what each step bought is in docs/kernels.md.
export { countBits } from './accept';
export { dotF32, offerF32, scanF32 } from './f32';
export { dotF16, offerF16, scanF16 } from './f16';
export { blockCodes, scanTables } from './fastscan';
export { hamming, scanHamming } from './hamming';
export { dotI8, offerI8, scanI8, splitQueryI8 } from './int8';
export { nearestCentroids } from './kmeans';
export { readAll } from './read';
export { topkSort } from './topk';

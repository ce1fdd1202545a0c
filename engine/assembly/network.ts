// Kernels of neural networks, forward, backward and the optimiser's step: entry of network.wasm. A module of its own, so that
// search does not carry it. Pure functions over pointers (docs/adr/0012-memory-model.md); each takes a range of rows or units, so that threads
// share one operation and every element is computed by one thread in one order. The ladder of versions is in docs/kernels.md.
export { gemm, gemmScratchBytes, packB, packedBytes } from './gemm';
export {
  attentionMix, attentionMixGradV, attentionMixGradWeights, attentionScoresGrad, attentionSoftmaxGrad, attentionWeights, rotate,
} from './network-attention';
export { affine, binary, copyColumns, unary } from './network-elementwise';
export { gatherInt8, gemmInt8, quantiseRows } from './network-int8';
export {
  dotRows, gatherRows, layerNorm, layerNormGrad, layerNormScaled, normalizeGradRows, normalizeRows, pool, poolGrad, reduceRows,
  scatterGroups, softmaxGradRows, softmaxRows, sumColumns, sumGroups, zero,
} from './network-rows';
export { adam, adamRows, barrier, lerp, squares } from './network-step';

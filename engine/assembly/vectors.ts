// Kernels over vectors and codes: entry of vectors.wasm. Pure functions over pointers (docs/adr/0012-memory-model.md).
export { hamming } from './hamming';

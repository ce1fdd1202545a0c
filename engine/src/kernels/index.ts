// kernels: WebAssembly SIMD kernels, their scalar twins, and the memory they work on. Imports core only.
export { Arena, defaultHeap, Heap, type HeapOptions, Region } from './heap.ts';
export type { KernelModule } from './module.ts';
export { loadPostings, type PostingsKernels } from './postings.ts';
export { hasRelaxedSimd, hasSharedMemory, hasSimd } from './probe.ts';
export { loadVectors, type VectorsBuild, type VectorsKernels } from './vectors.ts';

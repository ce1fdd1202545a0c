// kernels: WebAssembly SIMD kernels, their scalar twins, and their memory. Imports core only.
export { Arena, defaultHeap, Heap, type HeapOptions, Region } from './heap.ts';
export type { KernelModule } from './module.ts';
export { hasNetworkBuild, loadNetwork, type NetworkBuild, type NetworkKernels } from './network.ts';
export {
  type KernelCall,
  KernelPool,
  type PoolOptions,
  type PoolWorker,
  type WorkerAdapter,
  webWorkers,
} from './pool.ts';
export { loadPostings, type PostingsKernels } from './postings.ts';
export { hasRelaxedSimd, hasSharedMemory, hasSimd } from './probe.ts';
export * as reference from './reference.ts';
export { type Ranked, rankOf, scoreOf } from './reference.ts';
export { openThreads, type ScanThreads, type ThreadsOptions } from './threads.ts';
export { limitOf, scoresOf, topkBytes, topkMove, topkReset, topkSize, topkTake } from './topk.ts';
export { loadVectors, type VectorsBuild, type VectorsKernels } from './vectors.ts';

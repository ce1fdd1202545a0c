// The vector kernels (engine/assembly/vectors.ts), compiled on first use. The relaxed build is used where relaxed SIMD
// exists: its only relaxed instructions are an integer dot product within its exact range and a byte shuffle with
// indices below 16, so results are equal.

import { type VectorsKernels, wasm } from './generated/vectors.ts';
import { wasm as relaxedWasm } from './generated/vectors-relaxed.ts';
import { compileModule, type KernelModule } from './module.ts';
import { hasRelaxedSimd, hasSharedMemory } from './probe.ts';

export type { VectorsKernels };

export type VectorsBuild = 'simd' | 'relaxed';

const compiled = new Map<VectorsBuild, Promise<KernelModule<VectorsKernels>>>();

/** Dot products, Hamming distances, scans. `build` defaults to the fastest that the platform supports. */
export function loadVectors(
  build: VectorsBuild = hasRelaxedSimd() ? 'relaxed' : 'simd',
): Promise<KernelModule<VectorsKernels>> {
  let module = compiled.get(build);
  if (module === undefined) {
    module = compileModule<VectorsKernels>(build === 'relaxed' ? relaxedWasm : wasm, hasSharedMemory());
    compiled.set(build, module);
  }
  return module;
}

// The kernels of neural networks (engine/assembly/network.ts), compiled on first use. A module of its own: search never
// loads it.

import { type NetworkKernels, wasm } from './generated/network.ts';
import { wasm as relaxedWasm } from './generated/network-relaxed.ts';
import { compileModule, decode, type KernelModule } from './module.ts';
import { hasSharedMemory } from './probe.ts';

export type { NetworkKernels };

/**
 * `simd` gives the same bits on every machine. `relaxed` fuses products and sums (FMA): a third faster where the platform
 * supports it (Node 24, current browsers), but the same bits only on one machine with one runtime. It is for training.
 */
export type NetworkBuild = 'simd' | 'relaxed';

const compiled = new Map<NetworkBuild, Promise<KernelModule<NetworkKernels>>>();

/** Whether this platform can run the build. */
export function hasNetworkBuild(build: NetworkBuild): boolean {
  return WebAssembly.validate(decode(build === 'relaxed' ? relaxedWasm : wasm));
}

/** Default `simd`. Throws UNSUPPORTED if the platform cannot run the build. */
export function loadNetwork(build: NetworkBuild = 'simd'): Promise<KernelModule<NetworkKernels>> {
  let module = compiled.get(build);
  if (module === undefined) {
    module = compileModule<NetworkKernels>(build === 'relaxed' ? relaxedWasm : wasm, hasSharedMemory());
    compiled.set(build, module);
  }
  return module;
}

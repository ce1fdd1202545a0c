// Compiles kernel modules: hex digits → WebAssembly.Module, once each. A page's CSP must allow `wasm-unsafe-eval`, nothing
// more.

import { EngineError } from '../core/errors.ts';

/** A compiled module, immutable. `E` is the interface of its exports. */
export interface KernelModule<E = unknown> {
  readonly name: string;
  readonly compiled: WebAssembly.Module;
  /** The same module for shared memory; compiled only on request. */
  readonly shared?: WebAssembly.Module | undefined;
  /** Type only: never set. */
  readonly exports?: E;
}

/** The output of scripts/kernels.mjs for each module. */
export interface WasmSource {
  readonly name: string;
  readonly bytes: number;
  readonly memoryFlagsAt: number;
  readonly hex: string;
}

/**
 * Compiles one module, on request also for shared memory. Throws UNSUPPORTED on a platform without WebAssembly SIMD.
 */
export async function compileModule<E>(source: WasmSource, withShared = false): Promise<KernelModule<E>> {
  try {
    const compiled = await WebAssembly.compile(decode(source));
    const shared = withShared ? await WebAssembly.compile(decode(source, true)) : undefined;
    return { name: source.name, compiled, shared };
  } catch (cause) {
    throw new EngineError('UNSUPPORTED', `The kernels '${source.name}' cannot run here`, {
      hint: 'WebAssembly with SIMD128 is needed, and a CSP (if any) must allow wasm-unsafe-eval.',
      cause,
    });
  }
}

/**
 * The module's bytes. They are hex digits in the source: base64 is shorter, but gzip finds what repeats between whole
 * bytes only where each byte begins a character. `shared` sets the bit of the memory import that admits shared
 * memory.
 */
export function decode(source: WasmSource, shared = false): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(source.bytes);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(source.hex.slice(2 * i, 2 * i + 2), 16);
  if (shared) bytes[source.memoryFlagsAt] = 3;
  return bytes;
}

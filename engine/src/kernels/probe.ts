// What the platform's WebAssembly can do, asked by validating tiny modules (nothing is compiled or run).

/** A module of one function () → v128 whose body is `code`. */
function moduleOf(code: readonly number[]): Uint8Array<ArrayBuffer> {
  const body = [0, ...code, 0x0b]; // no locals, …, end
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0], // magic, version
    ...[1, 5, 1, 0x60, 0, 1, 0x7b], // types: () → v128
    ...[3, 2, 1, 0], // functions: one of type 0
    ...[10, body.length + 2, 1, body.length, ...body], // code
  ]);
}
const ZERO = [0x41, 0, 0xfd, 15]; // i32.const 0, i8x16.splat

/** SIMD128: required by every kernel. */
export function hasSimd(): boolean {
  return WebAssembly.validate(moduleOf(ZERO));
}

/** Relaxed SIMD, asked with i16x8.relaxed_dot_i8x16_i7x16_s (0xfd 0x112). */
export function hasRelaxedSimd(): boolean {
  return WebAssembly.validate(moduleOf([...ZERO, ...ZERO, 0xfd, 0x92, 0x02]));
}

/** Shared memory between threads: needs cross-origin isolation in a browser. */
export function hasSharedMemory(): boolean {
  return typeof SharedArrayBuffer === 'function';
}

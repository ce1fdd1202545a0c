// What the platform's WebAssembly can do, asked by validating tiny modules.

const I32 = 0x7f;
const V128 = 0x7b;

/** A module that exports as "f" one function () → `result` whose body is `code`. */
function moduleOf(result: number, code: readonly number[]): Uint8Array<ArrayBuffer> {
  const body = [0, ...code, 0x0b]; // no locals, …, end
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0], // magic, version
    ...[1, 5, 1, 0x60, 0, 1, result], // types: () → result
    ...[3, 2, 1, 0], // functions: one of type 0
    ...[7, 5, 1, 1, 0x66, 0, 0], // exports: "f" = function 0
    ...[10, body.length + 2, 1, body.length, ...body], // code
  ]);
}

/** i32.const n, i8x16.splat */
function splat(n: number): readonly number[] {
  return [0x41, n & 127, 0xfd, 15];
}

/** SIMD128: required by every kernel. */
export function hasSimd(): boolean {
  return WebAssembly.validate(moduleOf(V128, splat(0)));
}

/**
 * Relaxed SIMD whose dot product is the exact one. Asked by running i16x8.relaxed_dot_i8x16_i7x16_s (0xfd 0x112) on −1
 * and 1: early implementations, as Node 20's behind its flag, read the first operand as unsigned.
 */
export function hasRelaxedSimd(): boolean {
  const code = moduleOf(I32, [...splat(-1), ...splat(1), 0xfd, 0x92, 0x02, 0xfd, 0x18, 0]); // … i16x8.extract_lane_s 0
  if (!WebAssembly.validate(code)) return false;
  const { f } = new WebAssembly.Instance(new WebAssembly.Module(code)).exports;
  return (f as () => number)() === -2;
}

/** Shared memory between threads: needs cross-origin isolation in a browser. */
export function hasSharedMemory(): boolean {
  return typeof SharedArrayBuffer === 'function';
}

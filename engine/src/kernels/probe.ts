// What the platform's WebAssembly supports, found by validating tiny modules.

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
 * Relaxed SIMD whose dot product is exact. Tested by running i32x4.relaxed_dot_i8x16_i7x16_add_s (0xfd 0x113) on −1, 1
 * and 0: Node 20 (behind a flag) gives −8 instead of −4.
 */
export function hasRelaxedSimd(): boolean {
  const dot = [...splat(-1), ...splat(1), ...splat(0), 0xfd, 0x93, 0x02];
  const code = moduleOf(I32, [...dot, 0xfd, 0x1b, 0]); // … i32x4.extract_lane 0
  if (!WebAssembly.validate(code)) return false;
  const { f } = new WebAssembly.Instance(new WebAssembly.Module(code)).exports;
  return (f as () => number)() === -4;
}

/** Shared memory between threads: needs cross-origin isolation in a browser. */
export function hasSharedMemory(): boolean {
  return typeof SharedArrayBuffer === 'function';
}

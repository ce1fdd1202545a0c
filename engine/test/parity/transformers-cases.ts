// What the comparison with the transformers library runs on: token numbers of every length, and the reading of its answers.

export const LENGTHS = 300;
export const SEED = 5;

/** The tokens of length n; test/oracle/python/transformers_states.py makes the same. */
export function tokensOf(n: number, vocabulary: number): Uint32Array {
  return Uint32Array.from({ length: n }, (_, i) => (i * i * 7 + i * 3 + n) % vocabulary);
}

/** Rows of f32 from base64. */
export function rowsFrom(base64: string, width: number): Float32Array[] {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const values = new Float32Array(bytes.buffer);
  return Array.from({ length: values.length / width }, (_, i) => values.subarray(i * width, (i + 1) * width));
}

/** Largest difference of two rows. */
export function difference(a: Float32Array, b: Float32Array): number {
  return a.reduce((worst, value, i) => Math.max(worst, Math.abs(value - b[i]!)), 0);
}

// Twin of engine/assembly/network-int8.ts, for reading and for the readable executor: rows as int8 codes and one scale, and their
// products with weights stored as codes. Rounded to f32 where the kernels round, so results are equal bit for bit. Not fast.

const f32 = Math.fround; // IEEE rounding to f32: exact in every runtime

/** Integer matrices by name, row-major; their scales, one a row, are parameters. */
export type Codes = Readonly<Record<string, Int8Array>>;

/** Longest row whose sum of products of codes fits 32 bits: 128 · 127 · 131,072 < 2³¹. */
export const MOST_INPUTS = 131_072;

/** The parameter that holds the scales of the codes `name`, (rows, 1). The name is that of stored models. */
export function scalesOf(name: string): string {
  return `${name}.scales`;
}

/** Twin of `quantiseRows` for one row of f32 numbers. */
export function quantiseRow(row: ArrayLike<number>): { readonly codes: Int8Array; readonly scale: number } {
  let peak = 0;
  for (let j = 0; j < row.length; j++) peak = Math.max(peak, Math.abs(row[j]!)); // NaN stays
  const scale = f32(peak / 127);
  const codes = Int8Array.from({ length: row.length }, (_, j) => code(f32(row[j]! / scale)));
  return { codes, scale };
}

/** The nearest whole number, halves to even, cut to ±127. NaN gives 0. */
function code(value: number): number {
  if (Number.isNaN(value)) return 0;
  const cut = Math.min(127, Math.max(-127, value));
  const below = Math.floor(cut);
  const rest = cut - below;
  if (rest < 0.5) return below;
  if (rest > 0.5) return below + 1;
  return below % 2 === 0 ? below : below + 1;
}

/** Twin of one element of `gemmInt8`. */
export function productInt8(
  x: { readonly codes: Int8Array; readonly scale: number },
  weights: Int8Array,
  weightScale: number,
  bias: number | undefined,
): number {
  let sum = 0;
  for (let p = 0; p < weights.length; p++) sum += x.codes[p]! * weights[p]!;
  const scaled = f32(f32(f32(sum) * x.scale) * weightScale);
  return bias === undefined ? scaled : f32(scaled + bias);
}

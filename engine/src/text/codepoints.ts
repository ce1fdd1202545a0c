// Properties of code points as two-stage tables: blocks of 128 code points; equal uniform blocks are stored once. The
// generated tables of this folder are base64 strings of runs; the generators are in scripts/unicode.

/** Code points in a block of the second stage. */
const BLOCK = 128;
const CODE_POINTS = 0x110000;

/** The value of code point c is values[offsets[c >> 7] + (c & 127)]. */
export interface CodePointTable<T extends Uint8Array | Int32Array> {
  readonly offsets: Uint32Array; // (0x110000 / 128)
  readonly values: T; // (distinct blocks · 128)
}

/** Decodes runs of small values, 0 … 255. */
export function byteTable(runs: string): CodePointTable<Uint8Array> {
  const { offsets, values } = decodedOnce(runs);
  return { offsets, values: Uint8Array.from(values) };
}

/** Decodes runs of zigzag numbers (2d or −2d−1). */
export function deltaTable(runs: string): CodePointTable<Int32Array> {
  const { offsets, values } = decodedOnce(runs);
  return { offsets, values: Int32Array.from(values, (v) => (v >>> 1) ^ -(v & 1)) };
}

// The decoded tables: a constant computed on first use, not state.
const decoded = /* @__PURE__ */ new Map<string, { offsets: Uint32Array; values: number[] }>();

function decodedOnce(runs: string): { offsets: Uint32Array; values: number[] } {
  const known = decoded.get(runs);
  if (known !== undefined) return known;
  const table = decodeRuns(runs);
  decoded.set(runs, table);
  return table;
}

export function lookUp(table: CodePointTable<Uint8Array | Int32Array>, codePoint: number): number {
  return table.values[table.offsets[codePoint >> 7]! + (codePoint & 127)]!;
}

/** Base64 to bytes. */
export function decodeBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
}

/** Little-endian base-128 numbers, seven bits a byte. */
function* varints(bytes: Uint8Array): Generator<number> {
  let value = 0;
  let shift = 0;
  for (const byte of bytes) {
    value |= (byte & 127) << shift;
    if (byte < 128) {
      yield value >>> 0;
      value = 0;
      shift = 0;
    } else shift += 7;
  }
}

function decodeRuns(runs: string): { offsets: Uint32Array; values: number[] } {
  const offsets = new Uint32Array(CODE_POINTS / BLOCK);
  const values: number[] = [];
  const uniform = new Map<number, number>(); // value → offset of the block that holds nothing else
  const numbers = varints(decodeBase64(runs));
  let left = 0;
  let value = 0;
  for (let block = 0; block < offsets.length; block++) {
    if (left >= BLOCK && uniform.has(value)) {
      offsets[block] = uniform.get(value)!;
      left -= BLOCK;
      continue;
    }
    offsets[block] = values.length;
    if (left >= BLOCK) uniform.set(value, values.length);
    for (let i = 0; i < BLOCK; i++, left--) {
      if (left === 0) {
        left = numbers.next().value!;
        value = numbers.next().value!;
      }
      values.push(value);
    }
  }
  return { offsets, values };
}

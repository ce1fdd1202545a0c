// Field lengths in one byte: Lucene's SmallFloat.intToByte4. Lengths below 40 are exact; longer ones keep their top
// four bits (after 24 is subtracted): 41 → 40, 100 → 96, 12345 → 12312.

/** Lengths below this are stored as themselves: the 24 codes that the four-bit float leaves unused. */
const FREE = 24;

/** The byte of a length ≥ 0. Longer lengths never get a smaller byte. */
export function encodeLength(length: number): number {
  return length < FREE ? length : FREE + toFloat4(length - FREE);
}

/** The lengths of the 256 bytes. */
export function decodedLengths(): Float64Array {
  return Float64Array.from({ length: 256 }, (_, byte) => (byte < FREE ? byte : FREE + fromFloat4(byte - FREE)));
}

/** Four significant bits, the leading one implied, and a shift. */
function toFloat4(value: number): number {
  if (value < 8) return value;
  const shift = 28 - Math.clz32(value); // bits below the top four
  return ((value >>> shift) & 7) | ((shift + 1) << 3);
}

function fromFloat4(code: number): number {
  const shift = (code >>> 3) - 1;
  return shift < 0 ? code & 7 : ((code & 7) | 8) * 2 ** shift;
}

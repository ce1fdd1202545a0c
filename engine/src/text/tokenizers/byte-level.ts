// Bytes as characters, so that a byte-level vocabulary is a list of printable strings (Radford et al., 2019): the bytes
// that print in Latin-1 are their own character, the others follow from U+0100 in their order.

/** Units that one call of String.fromCharCode takes. */
const CHUNK = 8192;

const encoder = /* @__PURE__ */ new TextEncoder();

const BYTE_UNITS: Uint16Array = /* @__PURE__ */ byteUnits();

function byteUnits(): Uint16Array {
  const units = new Uint16Array(256);
  let next = 0x100;
  for (let byte = 0; byte < 256; byte++) {
    const prints = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    units[byte] = prints ? byte : next++;
  }
  return units;
}

/** The UTF-8 bytes of a well-formed text, one character a byte. */
export function byteCharacters(text: string): string {
  const bytes = encoder.encode(text);
  const units = new Uint16Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) units[i] = BYTE_UNITS[bytes[i]!]!;
  if (units.length <= CHUNK) return String.fromCharCode(...units);
  const parts: string[] = [];
  for (let at = 0; at < units.length; at += CHUNK) parts.push(String.fromCharCode(...units.subarray(at, at + CHUNK)));
  return parts.join('');
}

/** The pieces `<0x00>` … `<0xFF>` of a text's bytes, for vocabularies with byte_fallback. */
export function bytePieces(text: string): readonly string[] {
  return Array.from(encoder.encode(text), (byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`);
}

// UTF-8 that is lossless for every JavaScript string: a lone surrogate is written as the three bytes of its own value
// (generalised UTF-8, "WTF-8"), so that two different ids stay different. Well-formed text uses the platform's encoder.

import { EngineError } from './errors.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const loneSurrogate = /\p{Surrogate}/u;

/** The bytes of any string. `decodeUtf8(encodeUtf8(s)) === s` for every s. */
export function encodeUtf8(text: string): Uint8Array<ArrayBuffer> {
  return loneSurrogate.test(text) ? encodeGeneralised(text) : encoder.encode(text);
}

/** Text of bytes made by encodeUtf8. Throws CORRUPT on any other sequence. */
export function decodeUtf8(bytes: Uint8Array): string {
  if (bytes.length < 32) {
    const ascii = decodeAscii(bytes);
    if (ascii !== undefined) return ascii;
  }
  try {
    return decoder.decode(bytes);
  } catch {
    return decodeGeneralised(bytes);
  }
}

/** Faster than TextDecoder for short strings such as ids and dictionary entries. */
function decodeAscii(bytes: Uint8Array): string | undefined {
  let text = '';
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    if (byte >= 0x80) return undefined;
    text += String.fromCharCode(byte);
  }
  return text;
}

function encodeGeneralised(text: string): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(text.length * 3);
  let n = 0;
  for (const character of text) {
    const code = character.codePointAt(0)!;
    if (code < 0x80) out[n++] = code;
    else {
      const trailing = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
      out[n++] = [0, 0xc0, 0xe0, 0xf0][trailing]! | (code >> (6 * trailing));
      for (let t = trailing - 1; t >= 0; t--) out[n++] = 0x80 | ((code >> (6 * t)) & 0x3f);
    }
  }
  return out.slice(0, n);
}

function decodeGeneralised(bytes: Uint8Array): string {
  let text = '';
  let i = 0;
  while (i < bytes.length) {
    const lead = bytes[i++]!;
    if (lead < 0x80) {
      text += String.fromCharCode(lead);
      continue;
    }
    const trailing = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
    let code = lead & (0x3f >> trailing);
    for (let t = 0; t < trailing; t++) code = (code << 6) | continuation(bytes[i], i++);
    if (lead < 0xc0 || lead > 0xf4 || code > 0x10ffff) throw malformed(lead, i - 1 - trailing);
    text += String.fromCodePoint(code);
  }
  return text;
}

function continuation(byte: number | undefined, at: number): number {
  if (byte === undefined || (byte & 0xc0) !== 0x80) throw malformed(byte, at);
  return byte & 0x3f;
}

function malformed(byte: number | undefined, at: number): EngineError {
  const what = byte === undefined ? 'an early end' : `byte 0x${byte.toString(16)}`;
  return new EngineError('CORRUPT', `Malformed UTF-8: ${what} at ${at}`);
}

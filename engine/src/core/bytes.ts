// Little-endian readers and writers of bytes, for every format of the engine. Varints are LEB128: 7 bits a byte, low
// bits first, up to 2⁵³−1.

import { EngineError } from './errors.ts';
import { decodeUtf8, encodeUtf8 } from './utf8.ts';

/** A buffer that grows. A number out of a field's range throws INVALID_ARGUMENT; it does not wrap. */
export class ByteWriter {
  #bytes: Uint8Array<ArrayBuffer>;
  #view: DataView;
  #length = 0;

  /** `capacity`: initial size in bytes. It doubles when the buffer is full. */
  constructor(capacity = 256) {
    this.#bytes = new Uint8Array(Math.max(16, capacity));
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#length;
  }

  u8(value: number): void {
    this.#check(value, 0xff, 'u8');
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }
  u16(value: number): void {
    this.#check(value, 0xffff, 'u16');
    this.#reserve(2);
    this.#view.setUint16(this.#length, value, true);
    this.#length += 2;
  }
  u32(value: number): void {
    this.#check(value, 0xffffffff, 'u32');
    this.#reserve(4);
    this.#view.setUint32(this.#length, value, true);
    this.#length += 4;
  }
  /** Eight bytes; the value is at most 2⁵³−1. */
  u64(value: number): void {
    this.#check(value, Number.MAX_SAFE_INTEGER, 'u64');
    this.u32(value % 0x100000000);
    this.u32(Math.floor(value / 0x100000000));
  }
  f32(value: number): void {
    this.#reserve(4);
    this.#view.setFloat32(this.#length, value, true);
    this.#length += 4;
  }
  f64(value: number): void {
    this.#reserve(8);
    this.#view.setFloat64(this.#length, value, true);
    this.#length += 8;
  }
  varint(value: number): void {
    this.#check(value, Number.MAX_SAFE_INTEGER, 'varint');
    this.#reserve(8);
    let rest = value;
    while (rest > 0x7fffffff) {
      this.#bytes[this.#length++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    while (rest > 0x7f) {
      this.#bytes[this.#length++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#bytes[this.#length++] = rest;
  }
  bytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }
  /** Length as a varint, then UTF-8. */
  string(text: string): void {
    const bytes = encodeUtf8(text);
    this.varint(bytes.length);
    this.bytes(bytes);
  }
  /** The first value, then differences. `values` ascend (equal neighbours allowed). */
  deltas(values: ArrayLike<number>, length = values.length): void {
    let previous = 0;
    for (let i = 0; i < length; i++) {
      this.varint(values[i]! - previous);
      previous = values[i]!;
    }
  }

  /** A view of the bytes written so far, valid until the next write. */
  view(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }
  /** A copy of the bytes written so far. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length);
  }
  /** Empties the writer and keeps its memory. */
  clear(): void {
    this.#length = 0;
  }

  #check(value: number, max: number, field: string): void {
    if (!(value >= 0 && value <= max && Number.isInteger(value))) {
      throw new EngineError('INVALID_ARGUMENT', `${value} does not fit ${field} (integers 0 to ${max})`);
    }
  }
  #reserve(extra: number): void {
    const needed = this.#length + extra;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}

/** Reads the output of ByteWriter. Reading past the end throws CORRUPT naming `label`. */
export class ByteReader {
  readonly bytes: Uint8Array;
  /** Offset of the next read; may be set. */
  offset: number;
  readonly #view: DataView;
  readonly #label: string;

  constructor(bytes: Uint8Array, label = 'bytes', offset = 0) {
    this.bytes = bytes;
    this.offset = offset;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#label = label;
  }

  get remaining(): number {
    return this.bytes.length - this.offset;
  }

  u8(): number {
    return this.#view.getUint8(this.#advance(1));
  }
  u16(): number {
    return this.#view.getUint16(this.#advance(2), true);
  }
  u32(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }
  u64(): number {
    const low = this.u32();
    const value = this.u32() * 0x100000000 + low;
    if (value > Number.MAX_SAFE_INTEGER) throw this.#corrupt('a 64-bit number above 2^53-1');
    return value;
  }
  f32(): number {
    return this.#view.getFloat32(this.#advance(4), true);
  }
  f64(): number {
    return this.#view.getFloat64(this.#advance(8), true);
  }
  varint(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 8; i++) {
      const byte = this.#view.getUint8(this.#advance(1));
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        if (value > Number.MAX_SAFE_INTEGER) break;
        return value;
      }
      scale *= 128;
    }
    throw this.#corrupt('a varint above 2^53-1');
  }
  /** A view, not a copy. */
  take(length: number): Uint8Array {
    const start = this.#advance(length);
    return this.bytes.subarray(start, start + length);
  }
  string(): string {
    return decodeUtf8(this.take(this.varint()));
  }
  /** `count` ascending values written by `deltas`. */
  deltas(count: number): Uint32Array {
    if (count > this.remaining) throw this.#corrupt(`${count} deltas`);
    const out = new Uint32Array(count);
    let value = 0;
    for (let i = 0; i < count; i++) {
      value += this.varint();
      out[i] = value;
    }
    if (value > 0xffffffff) throw this.#corrupt('deltas past 2^32-1');
    return out;
  }

  #advance(length: number): number {
    const start = this.offset;
    if (length > this.bytes.length - start) throw this.#corrupt(`${length} bytes`);
    this.offset = start + length;
    return start;
  }
  #corrupt(what: string): EngineError {
    const at = `${this.#label}: ${what} at offset ${this.offset} of ${this.bytes.length}`;
    return new EngineError('CORRUPT', `Cannot read ${at}`);
  }
}

/**
 * The same bytes as a typed array: a view if they are aligned, else a copy. The copy does not use slice(), because
 * slice() of a Node Buffer is a view. The platform must be little-endian (all are).
 */
export function asUint32(bytes: Uint8Array): Uint32Array {
  const own = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes);
  return new Uint32Array(own.buffer, own.byteOffset, own.byteLength >>> 2);
}
export function asUint16(bytes: Uint8Array): Uint16Array {
  const own = bytes.byteOffset % 2 === 0 ? bytes : new Uint8Array(bytes);
  return new Uint16Array(own.buffer, own.byteOffset, own.byteLength >>> 1);
}
export function asFloat32(bytes: Uint8Array): Float32Array {
  const own = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes);
  return new Float32Array(own.buffer, own.byteOffset, own.byteLength >>> 2);
}
export function asFloat64(bytes: Uint8Array): Float64Array {
  const own = bytes.byteOffset % 8 === 0 ? bytes : new Uint8Array(bytes);
  return new Float64Array(own.buffer, own.byteOffset, own.byteLength >>> 3);
}
/** The bytes under a typed array, as a view. */
export function bytesOf(array: ArrayBufferView): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

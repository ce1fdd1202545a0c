// The safetensors container (8-byte header length, JSON header, raw little-endian numbers): named tensors without code.
// Reads and writes the types of our own models, F32 and I8, and refuses all others. Every length in the file is checked
// before it is used, so a damaged file is an error and never a wrong vector.

import { EngineError } from '../core/index.ts';
import { decodeUtf8, encodeUtf8 } from '../core/utf8.ts';

/** Numbers in row-major order. */
export type Tensor =
  | { readonly dtype: 'F32'; readonly shape: readonly number[]; readonly values: Float32Array }
  | { readonly dtype: 'I8'; readonly shape: readonly number[]; readonly values: Int8Array };

export type Tensors = ReadonlyMap<string, Tensor>;

/** The maximum length of the JSON header; real ones are a few hundred bytes. */
const MAX_HEADER_BYTES = 1 << 24;
/** The header is padded with spaces so that the numbers start at a multiple of this. */
const ALIGNMENT = 8;
const METADATA = '__metadata__';
/** Bytes of a number. */
const BYTES: Readonly<Record<string, number>> = {
  ...{ F64: 8, F32: 4, F16: 2, BF16: 2, F8_E4M3: 1, F8_E5M2: 1 },
  ...{ I64: 8, I32: 4, I16: 2, I8: 1, U64: 8, U32: 4, U16: 2, U8: 1, BOOL: 1 },
};
const READ = ['F32', 'F16', 'BF16', 'I8'];

/** The checked location of one tensor. */
interface Entry {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly start: number; // bytes from the end of the header
  readonly end: number;
}

/** The file's bytes: tensors in the order of `tensors`. The same tensors give the same bytes. */
export function writeSafetensors(tensors: Tensors): Uint8Array<ArrayBuffer> {
  const header: Record<string, unknown> = {};
  let at = 0;
  for (const [name, { dtype, shape, values }] of tensors) {
    if (name === METADATA || product(shape) !== values.length) {
      throw new EngineError('INVALID_ARGUMENT', `Tensor ${name} of shape ${shape} has ${values.length} numbers`);
    }
    header[name] = { dtype, shape, data_offsets: [at, at + values.byteLength] };
    at += values.byteLength;
  }
  const json = encodeUtf8(JSON.stringify(header));
  const headerBytes = Math.ceil((8 + json.length) / ALIGNMENT) * ALIGNMENT - 8;
  const out = new Uint8Array(8 + headerBytes + at);
  out.fill(0x20, 8, 8 + headerBytes);
  new DataView(out.buffer).setBigUint64(0, BigInt(headerBytes), true);
  out.set(json, 8);
  let to = 8 + headerBytes;
  for (const { values } of tensors.values()) {
    out.set(littleEndian(values), to);
    to += values.byteLength;
  }
  return out;
}

export interface ReadOptions {
  /** The tensors to read; the others are checked and left out. Default: all. */
  readonly wanted?: (name: string) => boolean;
}

/** The tensors of a file, each with its own copy of the numbers. Throws CORRUPT or UNSUPPORTED_FORMAT. */
export function readSafetensors(bytes: Uint8Array, { wanted = () => true }: ReadOptions = {}): Tensors {
  if (bytes.length < 8) throw corrupt(`${bytes.length} bytes are too few for a header length`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const stated = view.getBigUint64(0, true);
  if (stated > BigInt(Math.min(MAX_HEADER_BYTES, bytes.length - 8))) {
    throw corrupt(
      `the header claims ${stated} bytes; the file has ${bytes.length} and the limit is ${MAX_HEADER_BYTES}`,
    );
  }
  const data = 8 + Number(stated);
  const entries = readHeader(bytes.subarray(8, data)).sort((a, b) => a.start - b.start || a.end - b.end);
  let expected = 0;
  const tensors = new Map<string, Tensor>();
  for (const entry of entries) {
    if (entry.start !== expected) throw corrupt(`tensor ${entry.name} starts at ${entry.start}, not at ${expected}`);
    expected = entry.end;
    if (expected > bytes.length - data) throw corrupt(`tensor ${entry.name} ends at ${entry.end}, past the file`);
    if (wanted(entry.name)) tensors.set(entry.name, readTensor(entry, bytes, data));
  }
  if (expected !== bytes.length - data) throw corrupt(`${bytes.length - data - expected} bytes follow the last tensor`);
  return tensors;
}

/** The tensor of that name, type and shape. −1 in `shape` matches any size. Throws CORRUPT. */
export function tensorOf<D extends Tensor['dtype']>(
  tensors: Tensors,
  name: string,
  dtype: D,
  shape: readonly number[],
): Extract<Tensor, { dtype: D }> {
  const tensor = tensors.get(name);
  const fits =
    tensor?.dtype === dtype &&
    tensor.shape.length === shape.length &&
    shape.every((size, i) => size === -1 || size === tensor.shape[i]);
  if (!fits) {
    const found = tensor === undefined ? 'nothing' : `${tensor.dtype} [${tensor.shape}]`;
    throw corrupt(`tensor ${name} should be ${dtype} [${shape}]; found ${found}`);
  }
  return tensor as Extract<Tensor, { dtype: D }>; // its dtype was compared above
}

function readHeader(json: Uint8Array): Entry[] {
  let header: unknown;
  try {
    header = JSON.parse(decodeUtf8(json));
  } catch (cause) {
    throw corrupt('the header is not JSON', cause);
  }
  if (!isRecord(header)) throw corrupt('the header is not a JSON object');
  const entries: Entry[] = [];
  for (const [name, value] of Object.entries(header)) if (name !== METADATA) entries.push(readEntry(name, value));
  return entries;
}

function readEntry(name: string, value: unknown): Entry {
  if (!isRecord(value)) throw corrupt(`the entry of tensor ${name} is not an object`);
  const { dtype, shape, data_offsets: offsets } = value;
  const size = typeof dtype === 'string' && Object.hasOwn(BYTES, dtype) ? BYTES[dtype]! : undefined;
  if (typeof dtype !== 'string' || size === undefined) {
    throw new EngineError('UNSUPPORTED_FORMAT', `Tensor ${name} has the unknown type ${JSON.stringify(dtype)}`);
  }
  if (!isSizes(shape) || !Number.isSafeInteger(product(shape)) || !isSizes(offsets) || offsets.length !== 2) {
    throw corrupt(`the shape or the offsets of tensor ${name} are not lists of sizes`);
  }
  const [start, end] = [offsets[0]!, offsets[1]!];
  if (end - start !== product(shape) * size) {
    throw corrupt(`tensor ${name} of shape [${shape}] takes ${product(shape) * size} bytes, not ${end - start}`);
  }
  return { name, dtype, shape, start, end };
}

function readTensor({ name, dtype, shape, start, end }: Entry, file: Uint8Array, data: number): Tensor {
  if (!READ.includes(dtype)) {
    throw new EngineError('UNSUPPORTED_FORMAT', `Tensor ${name} has type ${dtype}; ${READ.join(', ')} are read`, {
      hint: 'Convert the weights to F32 or I8.',
    });
  }
  const bytes = copyOf(file, data + start, data + end);
  if (dtype === 'I8') return { dtype, shape, values: new Int8Array(bytes.buffer) };
  if (dtype === 'F16' || dtype === 'BF16') return { dtype: 'F32', shape, values: widened(dtype, bytes) };
  if (isLittleEndian) return { dtype: 'F32', shape, values: new Float32Array(bytes.buffer) };
  const view = new DataView(bytes.buffer);
  const values = Float32Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(4 * i, true));
  return { dtype: 'F32', shape, values };
}

/** Half-precision numbers as f32. BF16 is the upper half of an f32. */
function widened(dtype: 'F16' | 'BF16', bytes: Uint8Array<ArrayBuffer>): Float32Array {
  const view = new DataView(bytes.buffer);
  const out = new Float32Array(bytes.length / 2);
  const bits = new Uint32Array(out.buffer);
  for (let i = 0; i < out.length; i++) {
    const half = view.getUint16(2 * i, true);
    bits[i] = dtype === 'BF16' ? half << 16 : bitsOfHalf(half);
  }
  return out;
}

/** The bits of the f32 that equals an IEEE half. */
function bitsOfHalf(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >> 10) & 31;
  const fraction = half & 1023;
  if (exponent === 31) return sign | 0x7f800000 | (fraction << 13);
  if (exponent > 0) return sign | ((exponent + 112) << 23) | (fraction << 13);
  if (fraction === 0) return sign;
  const shift = Math.clz32(fraction) - 21; // a subnormal half is a normal f32
  return sign | ((113 - shift) << 23) | (((fraction << shift) & 1023) << 13);
}

/** A copy of the bytes. Not bytes.slice(): on Node's Buffer that is a view. */
function copyOf(bytes: Uint8Array, start: number, end: number): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(end - start);
  copy.set(bytes.subarray(start, end));
  return copy;
}

const isLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

function littleEndian(values: Float32Array | Int8Array): Uint8Array {
  if (isLittleEndian || values instanceof Int8Array) {
    return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  }
  const out = new Uint8Array(values.byteLength);
  const view = new DataView(out.buffer);
  for (let i = 0; i < values.length; i++) view.setFloat32(4 * i, values[i]!, true);
  return out;
}

function product(shape: readonly number[]): number {
  return shape.reduce((a, b) => a * b, 1);
}

/** Sizes whose product cannot lose precision. */
function isSizes(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.length <= 8 && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function corrupt(what: string, cause?: unknown): EngineError {
  return new EngineError('CORRUPT', `Not a sound safetensors file: ${what}`, {
    hint: 'Fetch or build the weights again.',
    ...(cause === undefined ? {} : { cause }),
  });
}

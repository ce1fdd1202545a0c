// Test support: reads protocol buffers without a schema, independently of the writer. A field is a list, in the order of the file.

export type ProtoField = { readonly number: bigint } | { readonly float: number } | { readonly bytes: Uint8Array };
export type ProtoMessage = ReadonlyMap<number, readonly ProtoField[]>;

export function readProto(bytes: Uint8Array): ProtoMessage {
  const fields = new Map<number, ProtoField[]>();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      if (at >= bytes.length || shift > 63n) throw new Error(`no number ends at byte ${at}`);
      const byte = bytes[at++]!;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return BigInt.asIntN(64, value);
    }
  };
  while (at < bytes.length) {
    const key = Number(varint());
    const [field, type] = [key >> 3, key & 7];
    let value: ProtoField;
    if (type === 0) value = { number: varint() };
    else if (type === 5) {
      value = { float: view.getFloat32(at, true) };
      at += 4;
    } else if (type === 2) {
      const length = Number(varint());
      if (at + length > bytes.length) throw new Error(`field ${field} ends behind the message`);
      value = { bytes: bytes.subarray(at, at + length) };
      at += length;
    } else throw new Error(`field ${field} has the wire type ${type}`);
    fields.set(field, [...(fields.get(field) ?? []), value]);
  }
  return fields;
}

export function messages(message: ProtoMessage, field: number): readonly ProtoMessage[] {
  return (message.get(field) ?? []).map((value) => readProto('bytes' in value ? value.bytes : new Uint8Array()));
}
export function texts(message: ProtoMessage, field: number): readonly string[] {
  return (message.get(field) ?? []).map((value) => ('bytes' in value ? new TextDecoder().decode(value.bytes) : ''));
}
export function numbers(message: ProtoMessage, field: number): readonly number[] {
  return (message.get(field) ?? []).map((value) => ('number' in value ? Number(value.number) : Number.NaN));
}

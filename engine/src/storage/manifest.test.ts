import { describe, expect, it } from 'vitest';
import { crc32c } from '../core/crc32c.ts';
import { plainFingerprint } from '../core/fingerprint.ts';
import { decodeManifest, encodeManifest } from './manifest.ts';
import type { Manifest } from './manifest-shape.ts';

const file = { file: '00000001.docs', bytes: 100, checksum: 7 };
const segment = { name: '00000001', size: 3, documents: file, parts: {}, deletes: null };
const manifest: Manifest = {
  generation: 4,
  nextFile: 9,
  schema: { fields: { title: { stored: true } }, columns: { year: 'number' } },
  parts: {
    t: {
      index: 'flat',
      version: 0,
      queryKind: 'dense',
      documentKind: 'binary',
      space: 's',
      documents: 'd',
      config: { dim: 2 },
    },
  },
  codecs: {
    t: {
      ...file,
      file: '00000003.t.codec',
      codec: 'pq',
      version: 0,
      trained: { documents: 40, error: 0.25 },
      added: { documents: 0, error: 0 },
    },
  },
  segments: [segment, { ...segment, deletes: { ...file, file: '00000002.deletes', count: 1 } }],
  metadata: { change: 7, note: 'x' },
};

describe('a manifest', () => {
  it('is read as it was written', async () => {
    expect(await decodeManifest(encodeManifest(manifest))).toEqual(manifest);
  });

  it('of version 1 is read as one of queries and documents of one kind, by encoders without adapter', async () => {
    const parts = { t: { index: 'flat', version: 3, kind: 'dense', space: 's', config: { dim: 2 } } };
    const of1 = { ...manifest, parts, segments: [{ ...segment, parts: { t: file } }] };
    const bytes = encodeManifest(of1 as unknown as Manifest); // version 1 had other members
    new DataView(bytes.buffer, bytes.byteOffset).setUint32(4, 1, true);
    new DataView(bytes.buffer, bytes.byteOffset).setUint32(bytes.length - 4, crc32c(bytes.subarray(0, -4)), true);
    const read = await decodeManifest(bytes);
    expect(read.parts.t).toEqual({
      ...{ index: 'flat', version: 3, space: 's', config: { dim: 2 } },
      ...{ queryKind: 'dense', documentKind: 'dense', documents: plainFingerprint('s', 'document') },
    });
    expect(read.segments[0]!.parts.t).toEqual({ ...file, version: 3 });
    expect(await decodeManifest(encodeManifest(read))).toEqual(read);
  });

  it.each([
    ['a list', []],
    ['no segments', { ...manifest, segments: null }],
    ['a segment of a negative size', { ...manifest, segments: [{ ...segment, size: -1 }] }],
    ['a segment of half a document', { ...manifest, segments: [{ ...segment, size: 1.5 }] }],
    ['a segment beyond Ords', { ...manifest, segments: [{ ...segment, size: 2 ** 31 }] }],
    ['a file outside of the folder', { ...manifest, segments: [{ ...segment, documents: { ...file, file: '../x' } }] }],
    ['a file of endless bytes', { ...manifest, segments: [{ ...segment, documents: { ...file, bytes: 1e300 } }] }],
    ['deletes without a count', { ...manifest, segments: [{ ...segment, deletes: file }] }],
    ['a column of an unknown type', { ...manifest, schema: { fields: {}, columns: { a: 'blob' } } }],
    ['a part that is text', { ...manifest, parts: { t: 'flat' } }],
  ])('that is %s is refused, though its checksum is right', async (_what, value) => {
    const bytes = encodeManifest(value as unknown as Manifest);
    await expect(decodeManifest(bytes)).rejects.toThrow(expect.objectContaining({ code: 'CORRUPT' }));
  });
});

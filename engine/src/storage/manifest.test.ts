import { describe, expect, it } from 'vitest';
import { decodeManifest, encodeManifest, type Manifest } from './manifest.ts';

const file = { file: '00000001.docs', bytes: 100, checksum: 7 };
const segment = { name: '00000001', size: 3, documents: file, parts: {}, deletes: null };
const manifest: Manifest = {
  generation: 4,
  nextFile: 9,
  schema: { fields: { title: { stored: true } }, columns: { year: 'number' } },
  parts: { t: { index: 'flat', version: 0, kind: 'dense', space: 's', config: { dim: 2 } } },
  segments: [segment, { ...segment, deletes: { ...file, file: '00000002.deletes', count: 1 } }],
  metadata: { change: 7, note: 'x' },
};

describe('a manifest', () => {
  it('is read as it was written', () => {
    expect(decodeManifest(encodeManifest(manifest))).toEqual(manifest);
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
  ])('that is %s is refused, though its checksum is right', (_what, value) => {
    const bytes = encodeManifest(value as unknown as Manifest);
    expect(() => decodeManifest(bytes)).toThrow(expect.objectContaining({ code: 'CORRUPT' }));
  });
});

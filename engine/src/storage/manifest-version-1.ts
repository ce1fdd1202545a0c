// A manifest of format version 1, read as one of the present version. Loaded only for a library of that version.

import { plainFingerprint } from '../core/fingerprint.ts';
import type { Kind } from '../core/types.ts';
import {
  each,
  has,
  isFile,
  isText,
  type Manifest,
  type PartFile,
  type PartInfo,
  partMembers,
  type SegmentInfo,
} from './manifest-shape.ts';
import type { FileInfo } from './section-layout.ts';

const hasShapeOf1 = has({
  parts: each(has({ ...partMembers, kind: isText })),
  segments: (list) => Array.isArray(list) && list.every(has({ parts: each(isFile) })),
});

type PartInfoOf1 = Pick<PartInfo, 'index' | 'version' | 'space' | 'config'> & { readonly kind: Kind };
type SegmentOf1 = Omit<SegmentInfo, 'parts'> & { readonly parts: Readonly<Record<string, FileInfo>> };
type ManifestOf1 = Omit<Manifest, 'parts' | 'codecs' | 'segments'> & {
  readonly parts: Readonly<Record<string, PartInfoOf1>>;
  readonly segments: readonly SegmentOf1[];
};

/**
 * Version 1 as version 2: queries and documents of one kind, encoders without adapter. Other values are returned
 * unchanged.
 */
export function upgraded(value: unknown): unknown {
  if (!hasShapeOf1(value)) return value;
  const manifest = value as ManifestOf1; // hasShapeOf1 proves it
  const parts = Object.entries(manifest.parts).map(([name, { kind, ...rest }]): [string, PartInfo] => {
    const documents = plainFingerprint(rest.space, 'document');
    return [name, { ...rest, queryKind: kind, documentKind: kind, documents }];
  });
  const segments = manifest.segments.map((segment): SegmentInfo => {
    const files = Object.entries(segment.parts).map(([name, file]): [string, PartFile] => {
      return [name, { ...file, version: manifest.parts[name]?.version ?? 0 }];
    });
    return { ...segment, parts: Object.fromEntries(files) };
  });
  return { ...manifest, parts: Object.fromEntries(parts), codecs: {}, segments };
}

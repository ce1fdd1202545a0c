// A commit: deletes are written, the manifest is replaced, the library adopts it, and the files that it no longer names
// are removed.

import { EngineError } from '../../core/errors.ts';
import { type Commit, commitOf, liveCount, type SegmentState, segmentState } from '../commit.ts';
import { deletesFile } from '../file-names.ts';
import { publishManifest, segmentFiles } from '../manifest.ts';
import type { Manifest, Metadata, SegmentInfo } from '../manifest-shape.ts';
import { partInfo, writeDeletes } from '../segment.ts';
import { type Garbage, obsoleteFiles } from './garbage.ts';
import { codecFiles, type Pending, type WriterHost } from './pending.ts';

/** Makes everything pending the library's newest commit. */
export async function publish(
  host: WriterHost,
  pending: Pending,
  garbage: Garbage,
  metadata: Metadata = host.current().manifest.metadata,
): Promise<void> {
  const { directory, schema } = host;
  const before = host.current();
  const kept: SegmentState[] = [];
  const dropped: SegmentState[] = [];
  for (const state of pending.states) (liveCount(state) > 0 ? kept : dropped).push(state);
  const states: SegmentState[] = [];
  for (const state of kept) {
    const info = await withDeletes(host, pending, state, before);
    await state.segment.loadParts();
    states.push(segmentState(info, state.segment, state.deleted));
  }
  const manifest: Manifest = {
    generation: before.manifest.generation + 1,
    nextFile: pending.nextFile,
    schema,
    parts: Object.fromEntries([...pending.kinds].map(([name, kind]) => [name, partInfo(kind)])),
    codecs: codecFiles(pending.codecs),
    segments: states.map((state) => state.info),
    metadata,
  };
  await publishManifest(directory, manifest);
  for (const { segment } of dropped) segment.release();
  for (const { segment } of states) segment.retain();
  pending.states = states;
  host.adopt(commitOf(manifest, states, pending.codecs), pending.kinds);
  const unused = dropped.flatMap(({ info }) => segmentFiles(info)).map(({ file }) => file);
  await garbage.bury([...obsoleteFiles(before.manifest, manifest), ...unused]);
}

async function withDeletes(
  { directory }: WriterHost,
  pending: Pending,
  { info, deleted }: SegmentState,
  before: Commit,
): Promise<SegmentInfo> {
  const committed = before.states.find((other) => other.info.name === info.name);
  if (deleted === undefined) return { ...info, deletes: null };
  if (committed !== undefined && committed.deleted === deleted) return info;
  const file = await writeDeletes(directory, deletesFile(pending.next()), deleted);
  return { ...info, deletes: { ...file, count: deleted.count() } };
}

/** Before anything is written: what a manifest cannot hold must not cost the pending documents. */
export function checkMetadata(metadata: Metadata | undefined): void {
  for (const [key, value] of Object.entries(metadata ?? {})) {
    if (typeof value === 'string' || Number.isFinite(value)) continue;
    throw new EngineError('INVALID_ARGUMENT', `The metadata ${JSON.stringify(key)} is ${String(value)}`, {
      hint: 'Pass strings and finite numbers. Nothing was committed, and nothing is lost: commit again.',
    });
  }
}

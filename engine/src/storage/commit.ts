// A commit, open: its manifest and its segments, with the deletes of each. Reference-counted: the library holds the
// newest commit, every snapshot holds its own, and the files close with the last reference.

import type { BitSet } from '../core/bitset.ts';
import { EngineError } from '../core/errors.ts';
import type { Schema } from '../core/types.ts';
import type { Codecs } from './codecs.ts';
import type { Directory } from './directory.ts';
import { readManifest } from './manifest.ts';
import type { Manifest, SegmentInfo } from './manifest-shape.ts';
import { type Kinds, type OpenSegment, openSegment, readDeletes, type SegmentOptions, segmentKey } from './segment.ts';

/** One segment with its deletes. */
export interface SegmentState {
  readonly info: SegmentInfo;
  readonly segment: OpenSegment;
  /** undefined when nothing is deleted. */
  readonly deleted: BitSet | undefined;
  /** undefined when every document lives. */
  readonly live: BitSet | undefined;
}

export interface Commit {
  readonly manifest: Manifest;
  readonly states: readonly SegmentState[];
  readonly codecs: Codecs;
  retain(): void;
  release(): void;
}

export function segmentState(info: SegmentInfo, segment: OpenSegment, deleted: BitSet | undefined): SegmentState {
  return { info, segment, deleted, live: deleted?.not() };
}

/** Documents of a state that are not deleted. */
export function liveCount(state: SegmentState): number {
  return state.info.size - (state.deleted?.count() ?? 0);
}

/** Wraps open states; takes over one reference to each segment. */
export function commitOf(manifest: Manifest, states: readonly SegmentState[], codecs: Codecs): Commit {
  let references = 1;
  return {
    manifest,
    states,
    codecs,
    retain: () => {
      references++;
    },
    release: () => {
      if (--references === 0) for (const { segment } of states) segment.release();
    },
  };
}

/** What is open already and need not be read again. */
export interface Reusable {
  readonly segments: readonly OpenSegment[];
  readonly codecs: Codecs;
}

/** Most libraries have no codec; only for one that has are codecs.ts and the codecs loaded. */
async function codecsOf(directory: Directory, kinds: Kinds, manifest: Manifest, reuse: Codecs): Promise<Codecs> {
  const hasNone = Object.keys(manifest.codecs).length === 0 && [...kinds.values()].every((kind) => !kind.codec);
  return hasNone ? new Map() : (await import('./codecs.ts')).openCodecs(directory, manifest, kinds, reuse);
}

/** Opens `manifest`, with the segments and codecs of `reuse` that it names. */
async function openCommit(
  directory: Directory,
  schema: Schema,
  kinds: Kinds,
  manifest: Manifest,
  reuse: Reusable,
  options: SegmentOptions,
): Promise<Commit> {
  const codecs = await codecsOf(directory, kinds, manifest, reuse.codecs);
  const open = new Map(reuse.segments.map((segment) => [segmentKey(segment.info), segment]));
  const states: SegmentState[] = [];
  const opened: OpenSegment[] = [];
  try {
    for (const info of manifest.segments) {
      let segment = open.get(segmentKey(info));
      if (segment === undefined) segment = await openSegment(directory, schema, info, kinds, { ...options, codecs });
      else segment.retain();
      opened.push(segment);
      await segment.loadParts();
      states.push(segmentState(info, segment, await readDeletes(directory, info)));
    }
  } catch (error) {
    for (const segment of opened) segment.release();
    throw error;
  }
  return commitOf(manifest, states, codecs);
}

/**
 * Opens the newest commit. Another writer may remove files after the manifest was read and before they are opened: then
 * a newer manifest exists, and that one is opened. undefined when the directory holds no library.
 */
export async function openNewest(
  directory: Directory,
  check: (manifest: Manifest) => { readonly schema: Schema; readonly kinds: Kinds },
  reuse: Reusable,
  options: SegmentOptions = {},
): Promise<Commit | undefined> {
  let tried = -1;
  for (;;) {
    const manifest = await readManifest(directory);
    if (manifest === undefined) return undefined;
    const { schema, kinds } = check(manifest);
    try {
      return await openCommit(directory, schema, kinds, manifest, reuse, options);
    } catch (error) {
      if (!(error instanceof EngineError && error.code === 'NOT_FOUND')) throw error;
      if (manifest.generation === tried) {
        throw new EngineError('CORRUPT', `Generation ${tried} names a file that is missing: ${error.message}`, {
          hint: 'Restore the file from a copy or rebuild the library.',
          cause: error,
        });
      }
      tried = manifest.generation;
    }
  }
}

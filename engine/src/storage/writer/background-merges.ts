// Merges of committed segments beside the writer's operations. Each publishes a commit of its own, with the pending
// changes left pending. File numbers are set aside when the merges start, so that the same operations give the same
// bytes however long merging takes.

import type { Cancellable } from '../../core/types.ts';
import { type Commit, commitOf, type SegmentState, segmentState } from '../commit.ts';
import { publishManifest } from '../manifest.ts';
import type { Manifest, SegmentInfo } from '../manifest-shape.ts';
import { type MergePlan, mapDeletes, mergeSegments, planMerge } from '../merge.ts';
import { chooseMerge } from '../merge-policy.ts';
import { type NextNumber, openSegment } from '../segment.ts';
import { type Garbage, obsoleteFiles } from './garbage.ts';
import type { Pending, WriterHost } from './pending.ts';
import type { WriterQueue } from './queue.ts';

const MERGES_A_COMMIT = 8; // file numbers are set aside for so many

export interface Merged {
  readonly state: SegmentState;
  readonly plan: MergePlan;
}

/** Writes and opens the segment that `sources` make. */
export async function mergeStates(
  { directory, schema, trace }: WriterHost,
  { kinds, codecs }: Pick<Pending, 'kinds' | 'codecs'>,
  sources: readonly SegmentState[],
  next: NextNumber,
  options: Cancellable = {},
): Promise<Merged> {
  for (const { segment } of sources) await segment.loadParts();
  const states = sources.map(({ info, segment, deleted }) => segmentState(info, segment, deleted)); // live, as of now
  const plan = await planMerge(states);
  const info = await mergeSegments(directory, schema, kinds, states, plan, next, codecs, options);
  const segment = await openSegment(directory, schema, info, kinds, { trace, codecs });
  trace?.({ name: 'commit.merge', facts: { segments: sources.length, documents: plan.size, into: info.name } });
  return { state: segmentState(info, segment, undefined), plan };
}

export class BackgroundMerges {
  readonly #host: WriterHost;
  readonly #pending: Pending;
  readonly #queue: WriterQueue;
  readonly #garbage: Garbage;
  #error: unknown;

  constructor(host: WriterHost, pending: Pending, queue: WriterQueue, garbage: Garbage) {
    this.#host = host;
    this.#pending = pending;
    this.#queue = queue;
    this.#garbage = garbage;
  }

  /** Starts the merges that the policy chooses, if any. */
  start(): void {
    if (chooseMerge(this.#candidates()) === undefined) return;
    let next = this.#pending.nextFile;
    const end = next + MERGES_A_COMMIT * (1 + this.#pending.kinds.size);
    this.#pending.nextFile = end;
    const run = async () => {
      await Promise.resolve();
      for (let merges = 0; merges < MERGES_A_COMMIT; merges++) {
        const chosen = chooseMerge(this.#candidates());
        if (chosen === undefined) break;
        await this.#merge(chosen, () => next++);
      }
    };
    const work = run().catch((error: unknown) => {
      this.#error = error;
      this.#host.trace?.({ name: 'commit.merge.failed', message: (error as Error).message });
    });
    this.#queue.startBackground(work);
  }

  /** Waits for running merges; throws what made one fail. */
  async settle(): Promise<void> {
    await this.#queue.idle();
    const error = this.#error;
    this.#error = undefined;
    if (error !== undefined) throw error;
  }

  /** The committed segments, as the policy sees them. */
  #candidates() {
    const { states } = this.#host.current();
    return states.map(({ info }) => ({ size: info.size, deleted: info.deletes?.count ?? 0 }));
  }

  async #merge(chosen: readonly number[], next: NextNumber): Promise<void> {
    const committed = this.#host.current();
    committed.retain();
    try {
      const sources = chosen.map((s) => committed.states[s]!);
      const own = { kinds: this.#host.kinds(), codecs: committed.codecs };
      const merged = await mergeStates(this.#host, own, sources, next);
      try {
        await this.#queue.run(() => this.#queue.guard(() => this.#switchIn(committed, sources, merged)));
      } catch (error) {
        merged.state.segment.release(); // it did not become part of any commit
        throw error;
      }
    } finally {
      committed.release();
    }
  }

  /** Publishes a merge: the committed state with sources replaced; pending changes stay pending. */
  async #switchIn(committed: Commit, sources: readonly SegmentState[], { state: merged, plan }: Merged): Promise<void> {
    const pending = this.#pending;
    const isSource = (state: SegmentState) => sources.some((source) => source.segment === state.segment);
    const now = sources.map((source) => pending.states.find((state) => state.segment === source.segment)?.deleted);
    const manifest: Manifest = {
      ...committed.manifest,
      generation: committed.manifest.generation + 1,
      nextFile: pending.nextFile,
      segments: byName([
        ...committed.manifest.segments.filter((s) => !sources.some((o) => o.info.name === s.name)),
        merged.info,
      ]),
    };
    await merged.segment.loadParts();
    await publishManifest(this.#host.directory, manifest);
    const kept = committed.states.filter((state) => !isSource(state));
    for (const { segment } of [...kept, merged]) segment.retain();
    this.#host.adopt(commitOf(manifest, sortStates([...kept, merged]), committed.codecs), this.#host.kinds());
    const deleted = mapDeletes(now, plan);
    for (const state of pending.states) if (isSource(state)) state.segment.release();
    pending.states = sortStates([
      ...pending.states.filter((state) => !isSource(state)),
      deleted === undefined ? merged : { ...merged, deleted },
    ]);
    await this.#garbage.bury(obsoleteFiles(committed.manifest, manifest));
  }
}

function byName(segments: readonly SegmentInfo[]): readonly SegmentInfo[] {
  return [...segments].sort((a, b) => Number(a.name) - Number(b.name));
}
function sortStates(states: readonly SegmentState[]): readonly SegmentState[] {
  return [...states].sort((a, b) => Number(a.info.name) - Number(b.info.name));
}

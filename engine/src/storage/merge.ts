// Several segments → one, without deleted documents. Ids interleave, so every source has a map from old to new Ords.
// The document table is written from rows as in a rebuild, and each index kind merges its own part.

import { BitSet } from '../core/bitset.ts';
import { EngineError, throwIfAborted } from '../core/errors.ts';
import { compareUtf8 } from '../core/order.ts';
import { nextTurn } from '../core/turn.ts';
import type { Cancellable, DocId, Schema } from '../core/types.ts';
import type { Codecs } from './codecs.ts';
import type { SegmentState } from './commit.ts';
import type { Directory } from './directory.ts';
import { type Column, columnValue } from './documents/columns.ts';
import { type Rows, writeTable } from './documents/table.ts';
import { documentsFile, partFile, segmentName } from './file-names.ts';
import type { PartFile, SegmentInfo } from './manifest-shape.ts';
import { writeFile } from './sections.ts';
import type { Kinds, NextNumber } from './segment.ts';

/** Ids between two turns of the event loop, so that searches run during a merge. */
const IDS_A_TURN = 4096;

/** The kept documents of some segments in the order of their ids. */
export interface MergePlan {
  readonly size: number;
  readonly ids: readonly DocId[]; // (size), ascending
  readonly source: Uint32Array; // (size): which state
  readonly oldOrd: Uint32Array; // (size)
  /** Per state: old Ord → new Ord, −1 where deleted. */
  readonly ords: readonly Int32Array[];
}

export async function planMerge(states: readonly SegmentState[]): Promise<MergePlan> {
  const capacity = states.reduce((sum, state) => sum + state.info.size, 0);
  const ids: DocId[] = [];
  const source = new Uint32Array(capacity);
  const oldOrd = new Uint32Array(capacity);
  const ords = states.map((state) => new Int32Array(state.info.size).fill(-1));
  const heads = states.map((state, s) => new Head(state, s)).filter((head) => head.advance());
  let previous: DocId | undefined;
  while (heads.length > 0) {
    let best = 0;
    for (let h = 1; h < heads.length; h++) if (compareUtf8(heads[h]!.id, heads[best]!.id) < 0) best = h;
    const head = heads[best]!;
    if (head.id === previous) {
      throw new EngineError('CORRUPT', `Two segments hold a live document with id ${JSON.stringify(head.id)}`);
    }
    previous = head.id;
    const ord = ids.push(head.id) - 1;
    source[ord] = head.source;
    oldOrd[ord] = head.ord;
    ords[head.source]![head.ord] = ord;
    if (ord % IDS_A_TURN === IDS_A_TURN - 1) await nextTurn();
    if (!head.advance()) heads.splice(best, 1);
  }
  return {
    size: ids.length,
    ids,
    source: source.subarray(0, ids.length),
    oldOrd: oldOrd.subarray(0, ids.length),
    ords,
  };
}

/** Visits the live ids of one segment. */
class Head {
  readonly source: number;
  readonly #ids: Iterator<string>;
  readonly #live: BitSet | undefined;
  id = '';
  ord = -1;

  constructor(state: SegmentState, source: number) {
    this.source = source;
    this.#ids = state.segment.table.ids[Symbol.iterator]();
    this.#live = state.live;
  }
  advance(): boolean {
    for (;;) {
      const { value, done } = this.#ids.next();
      if (done) return false;
      this.ord++;
      if (this.#live !== undefined && !this.#live.has(this.ord)) continue;
      this.id = value;
      return true;
    }
  }
}

/** Writes the merged segment. The states' parts must be loaded. */
export async function mergeSegments(
  directory: Directory,
  schema: Schema,
  kinds: Kinds,
  states: readonly SegmentState[],
  plan: MergePlan,
  next: NextNumber,
  codecs: Codecs,
  options: Cancellable = {},
): Promise<SegmentInfo> {
  const number = next();
  const rows = mergedRows(states, plan);
  const documents = await writeFile(directory, documentsFile(number), (out) => writeTable(schema, rows, out));
  const parts: Record<string, PartFile> = {};
  for (const [name, kind] of kinds) {
    throwIfAborted(options.signal);
    const sources = states.map((state, s) => {
      const { part, sections, version } = state.segment.part(name);
      return { part, sections, version, ords: plan.ords[s]! };
    });
    const own = { ...options, codec: codecs.get(name)?.codec };
    const file = await writeFile(directory, partFile(next(), name), (out) => kind.merge(sources, plan.size, out, own));
    parts[name] = { ...file, version: kind.version };
  }
  return { name: segmentName(documents.file), size: plan.size, documents, parts, deletes: null };
}

function mergedRows(states: readonly SegmentState[], plan: MergePlan): Rows {
  const stored = states.map(({ segment }) => segment.table.storedInOrder());
  return {
    size: plan.size,
    ids: () => plan.ids,
    column: async (name) => {
      const columns: Column[] = [];
      for (const { segment } of states) columns.push(await segment.table.column(name));
      return (ord) => columnValue(columns[plan.source[ord]!]!, plan.oldOrd[ord]!);
    },
    stored: (ord) => stored[plan.source[ord]!]!(plan.oldOrd[ord]!),
  };
}

/** Old deleted Ords as Ords of the merged segment, without those that the merge has dropped. */
export function mapDeletes(deleted: readonly (BitSet | undefined)[], plan: MergePlan): BitSet | undefined {
  const mapped = new BitSet(plan.size);
  let any = false;
  for (const [s, set] of deleted.entries()) {
    for (const old of set ?? []) {
      const ord = plan.ords[s]![old]!;
      if (ord < 0) continue;
      mapped.add(ord);
      any = true;
    }
  }
  return any ? mapped : undefined;
}

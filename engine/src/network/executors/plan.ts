// The place of each value of a run in the workspace: a place is free again after the last node that reads its value.
// First fit over a sorted list of free intervals. The input is sizes and order only.

export interface Lifetime {
  readonly bytes: number;
  /** The step that writes the value; −1: it is there before the first step. */
  readonly from: number;
  /** The last step that reads it; Infinity: it outlives the run. */
  readonly to: number;
}

export interface Plan {
  /** Byte offset of each value. */
  readonly offsets: readonly number[];
  readonly bytes: number;
}

/** Values start on whole cache lines. */
const LINE = 64;

interface Gap {
  readonly at: number;
  readonly end: number;
}

/** `lifetimes` in ascending order of `from`. */
export function planMemory(lifetimes: readonly Lifetime[]): Plan {
  let gaps: Gap[] = [{ at: 0, end: Number.POSITIVE_INFINITY }];
  let bytes = 0;
  const offsets: number[] = [];
  const live: { readonly at: number; readonly end: number; readonly to: number }[] = [];
  for (const { bytes: size, from, to } of lifetimes) {
    for (let i = live.length - 1; i >= 0; i--) {
      if (live[i]!.to >= from) continue;
      gaps = withGap(gaps, live[i]!);
      live.splice(i, 1);
    }
    const room = Math.max(LINE, Math.ceil(size / LINE) * LINE);
    const i = gaps.findIndex(({ at, end }) => end - at >= room);
    const { at, end } = gaps[i]!; // the last gap has no end
    if (end - at === room) gaps.splice(i, 1);
    else gaps[i] = { at: at + room, end };
    offsets.push(at);
    live.push({ at, end: at + room, to });
    bytes = Math.max(bytes, at + room);
  }
  return { offsets, bytes };
}

function withGap(gaps: readonly Gap[], { at, end }: Gap): Gap[] {
  const before = gaps.filter((gap) => gap.end < at);
  const after = gaps.filter((gap) => gap.at > end);
  const touching = gaps.filter((gap) => gap.end >= at && gap.at <= end);
  const joined = {
    at: Math.min(at, ...touching.map((gap) => gap.at)),
    end: Math.max(end, ...touching.map((gap) => gap.end)),
  };
  return [...before, joined, ...after];
}

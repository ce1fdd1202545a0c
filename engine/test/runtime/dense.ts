// The dense half of the runtime program. Grows with the index kinds.
import type { Rng } from '../../src/core/index.ts';

export type DenseReps = Readonly<Record<string, never>>;

export function denseParts() {
  return {
    kinds: {},
    reps: (_rng: Rng): DenseReps => ({}),
    rankings: async (_name: string, _snapshot: unknown, _rng: Rng): Promise<Record<string, string>> => ({}),
  };
}

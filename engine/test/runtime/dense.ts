// Dense search in the runtime program: the same vectors in every dense index kind, and their rankings.
import { plainFingerprint } from '@quire/engine/core';
import type { DenseRep, Ranking } from '../../src/core/index.ts';
import type { Rng } from '../../src/core/rng.ts';
import { binary, type CodedKind, type DenseKind, flat, ivf } from '../../src/indexes/index.ts';
import type { Parts, Reps, Snapshot } from '../../src/storage/index.ts';

const DIM = 72; // not a multiple of a code word or of a kernel's step
const SPACE = 'runtime-test';
const QUERIES = 15;

const KINDS = {
  flat32: flat({ space: SPACE, dim: DIM, vectors: 'f32' }),
  flat8: flat({ space: SPACE, dim: DIM, vectors: 'int8' }),
  binary: binary({ space: SPACE, dim: DIM }),
  ivf: ivf({ space: SPACE, dim: DIM, seed: 5 }),
} satisfies Record<string, DenseKind | CodedKind>;

/** The parts by name. */
export const denseKinds = KINDS;

/** One random vector of unit length, for every part; a document in nine has none. */
export function denseReps(rng: Rng): Reps<typeof KINDS> {
  if (rng.below(9) === 0) return {};
  const rep = randomVector(rng);
  return { flat32: rep, flat8: rep, binary: rep, ivf: rep };
}

/** The rankings of every part for the same random queries, passed to `write`. */
export async function denseRankings(
  snapshot: Snapshot<Parts>,
  rng: Rng,
  write: (ranking: Ranking) => string,
): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (let i = 0; i < QUERIES; i++) {
    const query = randomVector(rng);
    for (const name of Object.keys(KINDS)) {
      const part = snapshot.part(name);
      found[`${name} ${i}`] = write(await part.search(query, 10));
      const filter = { op: 'is', column: 'open', value: true } as const;
      found[`${name} ${i}, filtered`] = write(await part.search(query, 10, { filter }));
    }
  }
  return found;
}

function randomVector(rng: Rng): DenseRep {
  const raw = Array.from({ length: DIM }, () => rng.float() + rng.float() + rng.float() - 1.5);
  const length = Math.sqrt(raw.reduce((sum, x) => sum + x * x, 0)); // IEEE: sqrt is exact everywhere
  return {
    kind: 'dense',
    space: SPACE,
    fingerprint: plainFingerprint(SPACE, 'document'),
    vec: Float32Array.from(raw, (x) => x / length),
  };
}

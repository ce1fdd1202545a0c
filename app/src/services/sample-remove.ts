// The sample library leaves: its papers, summaries, votes. A paper that another source has too keeps what that source
// says of it.

import type { Context } from './context.ts';

export interface SampleRemoved {
  /** Records of the sample that were taken out; 0 when there were none. */
  readonly removed: number;
}

/** Throws READ_ONLY where this user may not write. The index follows as it follows an import. */
export async function removeSample({ store, sampleSource }: Context): Promise<SampleRemoved> {
  return { removed: sampleSource === undefined ? 0 : await store.removeSource(sampleSource) };
}

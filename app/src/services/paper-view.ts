// One paper by any of its names.

import { worksNamed } from '../library/lookup.ts';
import type { Work } from '../papers/index.ts';
import { damageError } from '../store/index.ts';
import type { FromStore } from './answers.ts';
import type { Context } from './context.ts';
import { damagedField } from './damage-view.ts';

export interface PaperView extends FromStore {
  readonly work: Work;
  /** Other works that the same id names (some sources reuse ids). */
  readonly others: readonly Work[];
}

/** By work key, arXiv id, DOI, address, or a source's own id. Throws CORRUPT where its row is damaged. */
export async function viewPaper({ store }: Context, id: string): Promise<PaperView | undefined> {
  const { works, damaged } = await store.read(await worksNamed(store, id));
  const [work, ...others] = works;
  if (work !== undefined) return { work, others, ...damagedField(store.health, damaged) };
  // A row that damage hides cannot be told from one that does not exist.
  const [reason] = [...damaged, ...store.health.general];
  if (reason !== undefined) throw damageError(reason);
  return undefined;
}

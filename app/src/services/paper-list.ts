// Every paper, newest first.

import type { Work } from '../papers/index.ts';
import type { FromStore, Part } from './answers.ts';
import type { Context } from './context.ts';
import { damagedField } from './damage-view.ts';
import { bounds } from './page-bounds.ts';

export interface ListPage extends FromStore {
  readonly works: readonly Work[];
}

export async function listPapers({ store }: Context, part: Part = {}): Promise<ListPage> {
  const { offset, limit } = bounds(part);
  const { works, damaged } = await store.newest(offset, limit);
  return { works, ...damagedField(store.health, damaged) };
}

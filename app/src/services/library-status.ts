// The state of the library: what it holds, how search answers, how far the index is, and whether the store is sound.

import { encodingProgress } from '../library/chosen-model.ts';
import { grouped } from '../output/numbers.ts';
import type { Counts } from './answers.ts';
import { type Context, pipelineFor } from './context.ts';
import { type StoreStatus, storeNotes, storeStatus } from './damage-view.ts';
import { newestDay } from './day-papers.ts';
import { lagNote } from './lag.ts';
import { countLibrary } from './library-counts.ts';

export interface LibraryStatus extends Counts {
  /** Where everything is kept. */
  readonly folder: string;
  /** The sample library is all there is. */
  readonly sample: boolean;
  /** The name of the encoder that answers by meaning; absent: the site searches lexically. */
  readonly encoder?: string;
  /** A model that was chosen and whose vectors are being made; the other one answers until they are complete. */
  readonly encoding?: { readonly model: string; readonly done: number; readonly total: number };
  /** How search by meaning gets better; absent where another model than the one that ships is used or chosen. */
  readonly advice?: string;
  /** The pipelines that answer searches and lists of similar papers; `quire eval --pipeline NAME` measures them. */
  readonly pipelines: { readonly search: string; readonly similar: string };
  /** Works that search can find now; fewer than `works` while the index catches up. */
  readonly indexed: number;
  /** Changes of the store that the index does not contain yet; 0 when search finds everything. */
  readonly behind: number;
  /** Sentences for the reader: an index that is behind, a store that is not yet checked. */
  readonly notes: readonly string[];
  /** This process writes the index at this moment. */
  readonly indexing: boolean;
  readonly segments: number;
  readonly indexBytes: number;
  readonly newestDay?: string;
  readonly store: StoreStatus;
}

export async function libraryStatus(context: Context): Promise<LibraryStatus> {
  const { store, index, encoders, sampleSource } = context;
  const counts = await countLibrary(context);
  const day = await newestDay(context);
  const state = index.state();
  const contained = index.contained();
  const described = await storeStatus(store.health, store.folder);
  const { dense } = encoders;
  const encoding = encodingProgress(store.folder);
  return {
    ...counts,
    folder: store.folder,
    sample: counts.records > 0 && counts.sources.every(({ source }) => source === sampleSource),
    ...(dense !== undefined && { encoder: dense.model.name }),
    ...(encoding !== undefined && { encoding }),
    ...(encoding === undefined && dense?.model.origin !== 'added' && { advice: ADVICE }),
    pipelines: { search: pipelineFor(context), similar: dense === undefined ? 'similar-words' : 'similar' },
    ...state,
    behind: await behind(context, contained),
    indexing: context.isIndexing(),
    ...(day !== undefined && { newestDay: day }),
    store: described,
    notes: [
      ...encodingNotes(encoding),
      ...(await lagNotes(context, state.indexed, contained)),
      ...storeNotes(described),
    ],
  };
}

/** One sentence: first-run help and the status say it. */
const ADVICE =
  'With a network, "quire model add sentence-transformers/all-MiniLM-L6-v2" and "quire model use all-MiniLM-L6-v2" make search by meaning better.';

function encodingNotes(encoding: LibraryStatus['encoding']): readonly string[] {
  if (encoding === undefined) return [];
  const { model, done, total } = encoding;
  return [
    `Re-encoding ${grouped(done)} of ${grouped(total)} papers by ${model}; the search changes when all are done.`,
  ];
}

async function behind({ store }: Context, contained: number): Promise<number> {
  return Math.max(0, (await store.lastChange()) - contained);
}

/** Counting is left out while the index contains everything, which is nearly always. */
export async function lagNotes(context: Context, indexed: number, contained: number): Promise<readonly string[]> {
  const changes = await behind(context, contained);
  if (changes === 0) return [];
  const note = lagNote({ indexed, works: (await countLibrary(context)).works, behind: changes });
  return note === undefined ? [] : [note];
}

// The reader's view of an index that another process writes.
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { inFolder, PAPERS, writeRows } from '../../test/papers.ts';
import { openLibraryIn } from '../services/library-open.ts';
import { IndexView } from './index-view.ts';
import { indexFolder, loadEncoders } from './paper-index.ts';

it('opens a commit that is announced while it opens an earlier one', async () => {
  await inFolder(async (folder) => {
    const made = await openLibraryIn(join(folder, 'made'), { create: true });
    await made.ingest.importFiles([writeRows(join(folder, 'p.jsonl'), PAPERS)]);
    const change = await made.store.lastChange();
    const view = new IndexView(join(folder, 'seen'), loadEncoders());
    const early = view.refresh(); // finds no folder, and has not said so yet
    cpSync(indexFolder(made.folder), indexFolder(join(folder, 'seen')), { recursive: true });
    await Promise.all([early, view.refresh(change)]);
    expect(view.contained()).toBe(change);
    await view.close();
    await made.close();
  });
});

// An index of an earlier version of the program is rebuilt from the store, without a command.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { nodeDirectory } from '@quire/engine/node';
import { openLibrary } from '@quire/engine/storage';
import { expect, it } from 'vitest';
import { inFolder, writeRows } from '../../test/papers.ts';
import { openLibraryIn } from '../services/library-open.ts';
import { indexFolder } from './paper-index.ts';

it('rebuilds an index whose dates are one column, and finds papers by the new ones', async () => {
  await inFolder(async (folder) => {
    const rows = [
      { id: 'a', title: 'A Year Alone', published: '2024' },
      { id: 'b', title: 'A Day in March', published: '2024-03-15' },
    ];
    const first = await openLibraryIn(folder, { create: true });
    await first.ingest.importFiles([writeRows(join(folder, 'papers.jsonl'), rows)]);
    await first.close();

    rmSync(indexFolder(folder), { recursive: true });
    const schema = { fields: { title: {} }, columns: { year: 'number', published: 'number' } } as const;
    const older = await openLibrary(await nodeDirectory(indexFolder(folder)), { schema, parts: {} });
    const writer = await older.writer();
    await writer.add({ id: 'a', fields: {}, columns: { year: 2024, published: 20240000 } }, {});
    (await writer.commit()).release();
    await writer.close();
    await older.close();

    const library = await openLibraryIn(folder);
    await library.ingest.catchUp();
    const titles = async (query: string) => (await library.services.search(query)).hits.map(({ work }) => work.title);
    expect(await titles('before:2024-04')).toEqual(['A Day in March']);
    expect(await titles('before:2025')).toEqual(['A Day in March', 'A Year Alone']);
    await library.close();
  });
});

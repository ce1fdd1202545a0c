// The real files: 82 ids of conferences.jsonl stand for several papers, and every one of these is found by search; all
// four files fold to the number of works that stands in ADR 13.
import { join } from 'node:path';
import { expect } from 'vitest';
import { isLong } from '../../engine/test/support/env.ts';
import { paperFile, whenShared } from '../../engine/test/support/shared.node.ts';
import { unless } from '../../engine/test/support/skip.ts';
import { openLibraryIn } from '../src/services/library-open.ts';
import { foldFiles, type Row, readRows } from '../src/sources/index.ts';
import { inFolder, writeRows } from './papers.ts';

const conferences = paperFile('conferences.jsonl.gz');
const shared = whenShared(conferences);

shared.it(
  'every paper of an id that stands for several is found by its title and by the id',
  async () => {
    const byId = new Map<string, Row[]>();
    for await (const { rows } of readRows(conferences)) {
      for (const row of rows) {
        if ('record' in row) byId.set(row.record.id, [...(byId.get(row.record.id) ?? []), row]);
      }
    }
    const reused = [...byId.values()].filter((rows) => rows.length > 1);
    expect(reused).toHaveLength(82);
    await inFolder(async (folder) => {
      const library = await openLibraryIn(join(folder, 'data'), { create: true });
      await library.ingest.importFiles([
        writeRows(
          join(folder, 'conferences.jsonl'),
          reused.flat().map(({ raw }) => raw),
        ),
      ]);
      for (const rows of reused) {
        const titles = rows.map(({ record }) => record.title);
        const { hits } = await library.services.search(rows[0]?.record.id ?? '', { limit: 100, mode: 'lexical' });
        const named = hits.filter(({ reason }) => reason === 'id').map(({ work }) => work.title);
        expect(named.sort()).toEqual([...titles].sort());
        for (const title of titles) {
          const [first] = (await library.services.search(title, { limit: 1, mode: 'lexical' })).hits;
          expect(first?.work.title).toBe(title);
        }
      }
      await library.close();
    });
  },
  120_000,
);

const files = ['arxiv', 'acl-anthology', 'conferences', 'hf-daily'].map((name) => paperFile(`${name}.jsonl.gz`));
const whole = isLong ? whenShared(...files) : unless('counts of npm run test:long');

whole.it(
  'the four files are 212,043 works with a key each',
  async () => {
    const keys = new Set<string>();
    let works = 0;
    let folded = 0;
    for await (const work of foldFiles(files)) {
      works++;
      keys.add(work.key);
      if (work.sources.length > 1) folded++;
    }
    expect([works, keys.size, folded]).toEqual([212_043, 212_043, 12_347]);
  },
  600_000,
);

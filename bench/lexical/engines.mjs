// The engines of the lexical bench. Each takes the documents and returns `search`: from a query string to the ids and
// scores of the best k, in the engine's usual configuration: its own analysis, any of the words, best first.
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

const versionIn = (path) => JSON.parse(readFileSync(new URL(`${path}/package.json`, import.meta.url), 'utf8')).version;
const version = (name) => versionIn(`../node_modules/${name}`);

export const engines = {
  /** This engine: English analyzer, one field, one segment, files on disk. */
  async quire({ documents, folder }) {
    const { english, inverted, openLibrary, termsEncoder } = await import('../../engine/dist/index.js');
    const { nodeDirectory } = await import('../../engine/dist/node/index.js');
    const encoder = termsEncoder(english(), { fields: ['text'] });
    const terms = inverted({ space: encoder.space, fields: { text: 1 } });
    const schema = { fields: { text: {} }, columns: {} };
    const library = await openLibrary(await nodeDirectory(folder), { schema, parts: { terms } });
    const writer = await library.writer();
    for await (const batch of batches(documents, 256)) {
      const reps = await encoder.encodeDocuments(batch.map(({ text }) => ({ text })));
      for (const [i, { id, text }] of batch.entries()) await writer.add({ id, fields: { text } }, { terms: reps[i] });
    }
    await writer.mergeAll();
    await writer.commit();
    await library.settle();
    await writer.close();
    const part = library.snapshot().part('terms');
    const query = (text) => {
      const clauses = encoder.analyzer.analyze(text).terms.map((term) => ({ type: 'term', term }));
      return encoder.query({ type: 'or', clauses });
    };
    return {
      version: versionIn('../../engine'),
      bytes: bytesBelow(folder),
      search: (text, k) => part.searchSync(query(text), k).map(({ id, score }) => [id, score]),
      exhaustive: (text, k) =>
        part.searchSync(query(text), k, { exhaustive: true }).map(({ id, score }) => [id, score]),
    };
  },

  async minisearch({ documents }) {
    const { default: MiniSearch } = await import('minisearch');
    const index = new MiniSearch({ fields: ['text'] });
    for await (const batch of batches(documents, 1000)) index.addAll(batch);
    return {
      version: version('minisearch'),
      search: (text, k) =>
        index
          .search(text)
          .slice(0, k)
          .map(({ id, score }) => [id, score]),
    };
  },

  /** No BM25 and no scores: it has its own contextual ranking. */
  async flexsearch({ documents }) {
    const { default: FlexSearch } = await import('flexsearch');
    const index = new FlexSearch.Index({ tokenize: 'strict' });
    for await (const batch of batches(documents, 1000)) for (const { id, text } of batch) index.add(id, text);
    return {
      version: version('flexsearch'),
      search: (text, k) => index.search(text, { limit: k, suggest: true }).map((id) => [id, 0]),
    };
  },

  /** SQLite FTS5 with its porter tokenizer and bm25(), through libsql. */
  async fts5({ documents, folder }) {
    const { default: Database } = await import('libsql');
    const db = new Database(join(folder, 'fts5.db'));
    db.exec("CREATE VIRTUAL TABLE docs USING fts5(text, tokenize='porter unicode61', content='')");
    const insert = db.prepare('INSERT INTO docs(rowid, text) VALUES (?, ?)');
    for await (const batch of batches(documents, 5000)) {
      db.exec('BEGIN');
      for (const { id, text } of batch) insert.run(Number(id), text);
      db.exec('COMMIT');
    }
    db.exec("INSERT INTO docs(docs) VALUES ('optimize')");
    const select = db.prepare('SELECT rowid, bm25(docs) AS s FROM docs WHERE docs MATCH ? ORDER BY s LIMIT ?');
    return {
      version: `libsql ${version('libsql')}`,
      bytes: bytesBelow(folder),
      search: (text, k) =>
        select
          .all(
            text
              .split(' ')
              .map((word) => `"${word}"`)
              .join(' OR '),
            k,
          )
          .map((row) => [String(row.rowid).padStart(8, '0'), -row.s]),
    };
  },

  async lancedb({ documents, folder }) {
    const lancedb = await import('@lancedb/lancedb');
    const db = await lancedb.connect(folder);
    let table;
    for await (const batch of batches(documents, 20_000)) {
      if (table === undefined) table = await db.createTable('docs', batch);
      else await table.add(batch);
    }
    await table.createIndex('text', {
      config: lancedb.Index.fts({ stem: true, removeStopWords: true, withPosition: true }),
    });
    await table.optimize();
    return {
      version: version('@lancedb/lancedb'),
      bytes: bytesBelow(join(folder, 'docs.lance', '_indices')),
      search: async (text, k) => {
        const rows = await table
          .query()
          .fullTextSearch(text, { columns: ['text'] })
          .select(['id', '_score'])
          .limit(k)
          .toArray();
        return rows.map((row) => [row.id, row._score]);
      },
    };
  },

  async orama({ documents }) {
    const { create, insertMultiple, search } = await import('@orama/orama');
    const index = create({ schema: { text: 'string' } });
    for await (const batch of batches(documents, 1000)) await insertMultiple(index, batch, 1000);
    return {
      version: version('@orama/orama'),
      search: async (text, k) => {
        const { hits } = await search(index, { term: text, limit: k, threshold: 1 });
        return hits.map(({ id, score }) => [id, score]);
      },
    };
  },
};

async function* batches(documents, size) {
  let batch = [];
  for await (const document of documents) {
    batch.push(document);
    if (batch.length === size) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}

export function bytesBelow(folder) {
  let sum = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) sum += statSync(join(entry.parentPath ?? entry.path, entry.name)).size;
  }
  return sum;
}
export const clear = (folder) => rmSync(folder, { recursive: true, force: true });

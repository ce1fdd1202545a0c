// The engines of the vector bench. Each builds into a folder in one process and searches in a new process. Peers are
// imported when used.
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

const SPACE = 'bench';
const own = (make, variants) => ({ own: true, make, variants });

/** variants: search-time settings, measured on one build. */
export const engines = {
  'flat f32': own(
    ({ flat }) =>
      (dim) =>
        flat({ space: SPACE, dim }),
    [{}],
  ),
  'flat int8': own(
    ({ flat }) =>
      (dim) =>
        flat({ space: SPACE, dim, vectors: 'int8' }),
    [{}],
  ),
  'binary + int8': own(
    ({ binary }) =>
      (dim, v) =>
        binary({ space: SPACE, dim, ...v }),
    [
      { queryBits: 1, rescore: 300 },
      { queryBits: 1, rescore: 1000 },
      { rescore: 50 },
      { rescore: 100 },
      { rescore: 200 },
      { rescore: 300 },
      {},
    ],
  ),
  'binary + int8 in the file': own(
    ({ binary }) =>
      (dim, v) =>
        binary({ space: SPACE, dim, resident: false, ...v }),
    [{ rescore: 200 }],
  ),
  'ivf + int8': own(
    ({ ivf }) =>
      (dim, v) =>
        ivf({ space: SPACE, dim, ...v }),
    [
      { rescore: 100, probes: 16 },
      { rescore: 150, probes: 16 },
      { rescore: 100, probes: 32 },
      { rescore: 150, probes: 32 },
      { rescore: 200, probes: 32 },
      { rescore: 200, probes: 64 },
      { rescore: 300, probes: 128 },
      { rescore: 500, probes: 256 },
      { queryBits: 1, rescore: 300, probes: 32 },
      {},
    ],
  ),
  'ivf + int8 in the file': own(
    ({ ivf }) =>
      (dim, v) =>
        ivf({ space: SPACE, dim, resident: false, ...v }),
    [{ rescore: 200, probes: 64 }],
  ),
  'usearch HNSW bf16': usearch('bf16', [16, 64, 128, 256, 512]),
  'usearch HNSW i8': usearch('i8', [64, 128, 256]),
  'lancedb IVF_PQ': lancedb('ivfPq', [{ nprobes: 20 }, { nprobes: 20, refine: 10 }, { nprobes: 50, refine: 10 }]),
  'lancedb IVF_HNSW_SQ': lancedb('hnswSq', [{ nprobes: 5 }, { nprobes: 10 }, { nprobes: 20 }]),
};

// ───────────────────────────────────────────── this engine

/** Writes one part of one segment into `folder`. */
export async function buildOwn(engine, folder, { base, count, dim }) {
  const { indexes, sections, fs } = await engineModules();
  const kind = engine.make(indexes)(dim, {});
  const directory = await fs.nodeDirectory(folder);
  const out = await sections.createSectionFile(directory, 'part');
  const rep = (ord) => ({ kind: 'dense', space: SPACE, vec: base.row(ord) });
  await kind.write({ size: count, rep }, out);
  writeFileSync(join(folder, 'info.json'), JSON.stringify(await out.finish()));
}

/** Returns search(query, k) → ids, and the distinct 4 KiB pages of the file read since it was opened. */
export async function openOwn(engine, folder, { dim, variant }) {
  const { indexes, sections, fs } = await engineModules();
  const kind = engine.make(indexes)(dim, variant);
  const pages = new Set();
  const directory = counting(await fs.nodeDirectory(folder), pages);
  const file = await sections.openSectionFile(directory, JSON.parse(readFileSync(join(folder, 'info.json'), 'utf8')));
  const part = await kind.open(file);
  pages.clear();
  const scope = { statistics: new Map(), floor: -Infinity, exhaustive: false };
  const search = (vec, k) => {
    const query = { kind: 'dense', space: SPACE, vec };
    return part.searchSync ? part.searchSync(query, k, scope).ords : part.search(query, k, scope).then((c) => c.ords);
  };
  return { search, pages, part, scope };
}

function counting(directory, pages) {
  const note = (offset, length) => {
    for (let page = offset >>> 12; page <= (offset + length - 1) >>> 12; page++) pages.add(page);
  };
  return {
    ...directory,
    open: async (name) => {
      const file = await directory.open(name);
      const read = (offset, length, options) => {
        note(offset, length);
        return file.read(offset, length, options);
      };
      const readSync = (offset, length) => {
        note(offset, length);
        return file.readSync(offset, length);
      };
      return {
        name: file.name,
        size: file.size,
        read,
        ...(file.readSync && { readSync }),
        close: () => file.close(),
      };
    },
  };
}

async function engineModules() {
  const dist = '../../engine/dist';
  return {
    indexes: await import(`${dist}/indexes/index.js`),
    sections: await import(`${dist}/storage/sections.js`),
    fs: await import(`${dist}/storage/fs.node.js`),
  };
}

// ───────────────────────────────────────────── peers

function usearch(quantization, expansions) {
  const options = (dim, ef) => ({
    metric: 'ip',
    dimensions: dim,
    connectivity: 16,
    quantization,
    expansion_add: 64,
    expansion_search: ef,
    multi: false,
  });
  return {
    variants: expansions.map((ef) => ({ ef })),
    build: async (folder, { base, count, dim, threads }) => {
      const { Index } = (await import('usearch')).default;
      const index = new Index(options(dim, 64));
      for (let from = 0; from < count; from += 50_000) {
        const to = Math.min(count, from + 50_000);
        const keys = BigUint64Array.from({ length: to - from }, (_, i) => BigInt(from + i));
        index.add(keys, base.all.subarray(from * dim, to * dim), threads);
      }
      index.save(join(folder, 'index.usearch'));
    },
    open: async (folder, { dim, variant }) => {
      const { Index } = (await import('usearch')).default;
      const index = new Index(options(dim, variant.ef));
      index.load(join(folder, 'index.usearch'));
      return { search: (vec, k) => Array.from(index.search(vec, k, 1).keys, Number), pages: new Set() };
    },
  };
}

function lancedb(type, variants) {
  return {
    variants,
    build: async (folder, { base, count, dim }) => {
      const lance = await import('@lancedb/lancedb');
      const db = await lance.connect(folder);
      const rows = (from, to) =>
        Array.from({ length: to - from }, (_, i) => ({ id: from + i, vector: Array.from(base.row(from + i)) }));
      let table;
      for (let from = 0; from < count; from += 10_000) {
        const some = rows(from, Math.min(count, from + 10_000));
        if (table === undefined) table = await db.createTable('vectors', some);
        else await table.add(some);
      }
      const partitions = Math.max(1, Math.round(Math.sqrt(count) / 4));
      const config =
        type === 'ivfPq'
          ? lance.Index.ivfPq({ distanceType: 'dot', numPartitions: partitions, numSubVectors: dim / 4 })
          : lance.Index.hnswSq({
              distanceType: 'dot',
              numPartitions: Math.max(1, Math.round(count / 50_000)),
              m: 16,
              efConstruction: 64,
            });
      await table.createIndex('vector', { config });
    },
    open: async (folder, { variant }) => {
      const lance = await import('@lancedb/lancedb');
      const table = await (await lance.connect(folder)).openTable('vectors');
      const search = async (vec, k) => {
        let query = table.vectorSearch(Array.from(vec)).distanceType('dot').select(['id']).limit(k);
        if (variant.nprobes) query = query.nprobes(variant.nprobes);
        if (variant.refine) query = query.refineFactor(variant.refine);
        return (await query.toArray()).map((row) => Number(row.id));
      };
      return { search, pages: new Set() };
    },
  };
}

/** Bytes of all files below a folder. */
export async function folderBytes(folder) {
  let sum = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) sum += statSync(join(entry.parentPath ?? entry.path, entry.name)).size;
  }
  return sum;
}

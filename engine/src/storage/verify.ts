// The deep check of `quire doctor --deep`: every block of every file against its checksum, then properties that
// checksums do not cover (ids ascend, delete counts agree). It reports all damage, not only the first.

import { EngineError, throwIfAborted } from '../core/errors.ts';
import { compareUtf8 } from '../core/order.ts';
import type { Cancellable, Schema } from '../core/types.ts';
import { driftsOf } from './codecs.ts';
import type { Directory } from './directory.ts';
import { columnSections } from './documents/columns.ts';
import { openTable } from './documents/table.ts';
import { isLibraryFile, MANIFEST } from './file-names.ts';
import { manifestFiles, readManifest } from './manifest.ts';
import type { Manifest, SegmentInfo } from './manifest-shape.ts';
import type { Damage } from './section-layout.ts';
import { openSectionFile } from './sections.ts';
import { readDeletes } from './segment.ts';

export interface VerifyOptions extends Cancellable {
  /** Read every block; else only headers, footers and the bytes that opening needs. Default false. */
  readonly deep?: boolean;
}

export interface VerifyReport {
  /** undefined when there is no library or its manifest cannot be read. */
  readonly generation: number | undefined;
  /** Files checked, the manifest included. */
  readonly files: number;
  readonly bytes: number;
  readonly problems: readonly Damage[];
  /** Files that no commit needs: left by a crash, removed by the next writer. */
  readonly garbage: readonly string[];
  /** What would make searches better, though nothing is damaged: a part whose codec no longer fits its documents. */
  readonly advice: readonly string[];
}

/** Does not throw for damage: damage is the result. */
export async function verifyLibrary(directory: Directory, options: VerifyOptions = {}): Promise<VerifyReport> {
  const problems: Damage[] = [];
  const manifest = await attempt(MANIFEST, problems, () => readManifest(directory));
  if (manifest === undefined) {
    return { generation: undefined, files: 0, bytes: 0, problems, garbage: [], advice: [] };
  }
  const files = manifestFiles(manifest);
  for (const [done, info] of files.entries()) {
    throwIfAborted(options.signal);
    await attempt(info.file, problems, async () => {
      const sections = await openSectionFile(directory, info);
      try {
        if (options.deep === true) problems.push(...(await sections.verify(options)));
      } finally {
        await sections.close();
      }
    });
    options.trace?.({ name: 'verify.file', message: info.file, done: done + 1, total: files.length });
  }
  if (problems.length === 0) {
    for (const segment of manifest.segments) {
      await attempt(segment.documents.file, problems, () => checkSegment(directory, manifest.schema, segment));
    }
  }
  return {
    generation: manifest.generation,
    files: files.length + 1,
    bytes: files.reduce((sum, file) => sum + file.bytes, 0),
    problems,
    garbage: await garbageOf(directory, manifest),
    advice: Object.values(driftsOf(manifest.codecs)).flatMap(({ advice }) => advice ?? []),
  };
}

async function attempt<T>(file: string, problems: Damage[], run: () => Promise<T>): Promise<T | undefined> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof EngineError && error.code === 'CANCELLED') throw error;
    problems.push({ file, message: (error as Error).message });
    return undefined;
  }
}

async function checkSegment(directory: Directory, schema: Schema, info: SegmentInfo): Promise<void> {
  await readDeletes(directory, info);
  const sections = await openSectionFile(directory, info.documents);
  try {
    const table = await openTable(schema, info.size, sections);
    let previous: string | undefined;
    for (const id of table.ids) {
      if (previous !== undefined && compareUtf8(previous, id) >= 0) {
        throw new EngineError('CORRUPT', `${info.documents.file}: id ${JSON.stringify(id)} is out of order`);
      }
      previous = id;
    }
    for (const [name, type] of Object.entries(schema.columns)) {
      for (const section of columnSections(name, type)) sections.size(section);
      await table.column(name);
    }
  } finally {
    await sections.close();
  }
}

async function garbageOf(directory: Directory, manifest: Manifest): Promise<readonly string[]> {
  const needed = new Set(manifestFiles(manifest).map((file) => file.file));
  const names = await directory.list().catch(() => []); // an HTTP directory cannot list
  return names.filter((name) => isLibraryFile(name) && !needed.has(name));
}

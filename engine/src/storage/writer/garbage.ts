// Removal of files that no commit names any more: at once where an open file outlives its removal, and a commit later
// where it does not (Directory.keepsRemoved). A file that cannot be removed is left to the next writer.

import type { Trace } from '../../core/types.ts';
import type { Directory } from '../directory.ts';
import { fileNumber, isLibraryFile } from '../file-names.ts';
import { manifestFiles } from '../manifest.ts';
import type { Manifest } from '../manifest-shape.ts';

export class Garbage {
  readonly #directory: Directory;
  readonly #trace: Trace | undefined;
  /** Files that readers of the commit before may still need. */
  #later: readonly string[] = [];

  constructor(directory: Directory, trace: Trace | undefined) {
    this.#directory = directory;
    this.#trace = trace;
  }

  /** Removes everything in the folder that neither `manifest` nor `pending` names. */
  async collect(manifest: Manifest, pending: Pick<Manifest, 'segments' | 'codecs'>): Promise<void> {
    // A writer that died may have left its last rename unsynced: what the older manifest names goes only after that.
    try {
      await this.#directory.syncDirectory();
    } catch (error) {
      this.#report(`garbage is left for the next writer: ${(error as Error).message}`);
      return;
    }
    const needed = new Set([...manifestFiles(manifest), ...manifestFiles(pending)].map(({ file }) => file));
    const names = await this.#directory.list().catch(() => []);
    const garbage = names.filter((name) => isLibraryFile(name) && !needed.has(name));
    const { keepsRemoved } = this.#directory;
    const isUsed = (name: string) => !keepsRemoved && fileNumber(name) < manifest.nextFile;
    this.#later = garbage.filter(isUsed); // the commit before may have named it, and have readers
    await this.#remove(garbage.filter((name) => !isUsed(name)));
  }

  /** Removes files that the newest commit no longer names. */
  async bury(files: readonly string[]): Promise<void> {
    const { keepsRemoved } = this.#directory;
    const now = keepsRemoved ? files : this.#later;
    this.#later = keepsRemoved ? [] : files;
    await this.#remove(now);
  }

  async #remove(names: readonly string[]): Promise<void> {
    for (const name of names) {
      await this.#directory.remove(name).catch((error: Error) => {
        this.#report(`${name} is left for the next writer: ${error.message}`);
      });
    }
  }

  #report(message: string): void {
    this.#trace?.({ name: 'commit.remove', message });
  }
}

/** Files of `before` that `after` does not name. */
export function obsoleteFiles(before: Manifest, after: Manifest): readonly string[] {
  const needed = new Set(manifestFiles(after).map(({ file }) => file));
  return manifestFiles(before)
    .map(({ file }) => file)
    .filter((file) => !needed.has(file));
}

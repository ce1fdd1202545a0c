// What a writer holds beside the newest commit: segments with deletes that are not committed yet, the kinds and codecs of
// the next commit, and the number of the next file.

import type { Schema, Trace } from '../../core/types.ts';
import type { Codecs } from '../codecs.ts';
import type { Commit, SegmentState } from '../commit.ts';
import type { Snapshot } from '../contract.ts';
import type { Directory } from '../directory.ts';
import type { Manifest } from '../manifest-shape.ts';
import type { Kinds } from '../segment.ts';

/** What the writer needs of its library. */
export interface WriterHost {
  readonly directory: Directory;
  readonly schema: Schema;
  readonly autoMerge: boolean;
  readonly bufferBytes: number;
  readonly trace: Trace | undefined;
  /** The newest commit; the library's own reference. */
  current(): Commit;
  kinds(): Kinds;
  /** Makes a published commit the newest one; takes over the reference. */
  adopt(commit: Commit, kinds: Kinds): void;
  /** Reads the newest commit from storage again. */
  reload(): Promise<void>;
  snapshot(): Snapshot;
  onClose(): void;
}

export class Pending {
  kinds: Kinds;
  codecs: Codecs;
  /** Committed and uncommitted segments with pending deletes; one reference held to each. */
  states: readonly SegmentState[] = [];
  nextFile = 0;
  /** Documents added, replaced or deleted since the last commit. */
  changes = 0;
  /** Is there anything to commit? */
  isChanged = false;

  constructor(host: WriterHost) {
    this.kinds = host.kinds();
    this.codecs = host.current().codecs;
    this.reset(host);
  }

  /** The number of a new file. */
  readonly next = (): number => this.nextFile++;

  /** Back to the newest commit. */
  reset(host: WriterHost): void {
    const { manifest, states, codecs } = host.current();
    for (const { segment } of states) segment.retain();
    this.replaceStates(states);
    this.kinds = host.kinds();
    this.codecs = codecs;
    this.nextFile = manifest.nextFile;
    this.committed();
  }

  touch(): void {
    this.changes++;
    this.isChanged = true;
  }
  committed(): void {
    this.changes = 0;
    this.isChanged = false;
  }
  /** Gives up the pending changes for good. */
  discard(): void {
    this.#releaseStates();
    this.states = [];
    this.codecs = new Map();
  }
  /** Other segments instead of the present ones, which are released. */
  replaceStates(states: readonly SegmentState[]): void {
    this.#releaseStates();
    this.states = states;
  }
  /** The files that pending changes need. */
  files(): Pick<Manifest, 'segments' | 'codecs'> {
    return { segments: this.states.map(({ info }) => info), codecs: codecFiles(this.codecs) };
  }

  #releaseStates(): void {
    for (const { segment } of this.states) segment.release();
  }
}

/** The part of a manifest that names the codecs. */
export function codecFiles(codecs: Codecs): Manifest['codecs'] {
  return Object.fromEntries([...codecs].map(([name, { file }]) => [name, file]));
}

// Draws an import: a bar while files are read and indexed, and a line for each file and each rejected row.

import { grouped } from '../output/numbers.ts';
import { type Printable, printable } from '../output/printable.ts';
import type { IngestEvent } from '../services/index.ts';
import type { Io } from './io.ts';
import { progress } from './progress.ts';

export interface ImportWatch {
  onEvent(event: IngestEvent): void;
  note(text: Printable): void;
  end(): void;
}

export function watchImport(io: Io): ImportWatch {
  const bar = progress(io);
  let reading = true;
  return {
    onEvent(event) {
      if (event.kind === 'progress') reading = true;
      if (event.kind === 'file' || event.kind === 'unreadable') reading = false;
      if (event.kind === 'progress') {
        bar.update(event.bytes, event.totalBytes, `${nameOf(event.file)}  line ${grouped(event.line)}`);
      } else if (event.kind === 'indexed') {
        if (!reading) bar.update(event.done, event.total, 'indexing');
      } else for (const line of linesOf(event)) bar.note(line);
    },
    note: (text) => bar.note(text),
    end: () => bar.end(),
  };
}

type Noted = Exclude<IngestEvent, { readonly kind: 'progress' | 'indexed' }>;

function linesOf(event: Noted): readonly Printable[] {
  switch (event.kind) {
    case 'rejected':
      return [printable`rejected ${event.file}:${event.line}: ${event.reason}`];
    case 'known':
      return [printable`${event.file}: read before (${grouped(event.lines)} lines), nothing to do`];
    case 'file': {
      const { added, updated, unchanged, rejected } = event;
      const counts = printable`${nameOf(event.file)}: ${added} new, ${updated} changed, ${unchanged} known, ${rejected} rejected`;
      return rejected > 0 && added + updated + unchanged === 0 ? [counts, NO_ROWS] : [counts];
    }
    case 'unreadable': {
      const error = printable`error ${event.code}: ${event.message}`;
      return event.hint === undefined ? [error] : [error, printable`  hint: ${event.hint}`];
    }
    default:
      return event satisfies never;
  }
}

const NO_ROWS = printable`  hint: No line of it is a paper. Quire reads JSON lines: one object a line, with a "title".`;

function nameOf(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}

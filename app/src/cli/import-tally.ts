// What an import has stored so far, file by file, from its events: for an import that ends early or goes on elsewhere.

import { grouped } from '../output/numbers.ts';
import { joined, type Printable, printable } from '../output/printable.ts';
import type { FileReport, IngestEvent, IngestReport } from '../services/index.ts';

const COUNTS = ['added', 'updated', 'unchanged', 'rejected', 'works'] as const;

export class ImportTally {
  /** By path; the newest event of a file holds all counts of this import. */
  readonly #files = new Map<string, { readonly report: FileReport; readonly isWhole: boolean }>();

  add(event: IngestEvent): void {
    if (event.kind === 'progress' || event.kind === 'file') {
      this.#files.set(event.file, { report: event, isWhole: event.kind === 'file' });
    }
  }

  /** `report` with the counts of this tally added: the report of the rest of the same import. */
  addedTo(report: IngestReport): IngestReport {
    const total = { ...report };
    for (const { report: file } of this.#files.values()) for (const name of COUNTS) total[name] += file[name];
    return total;
  }

  /** What is kept when the import stops now, and how to go on. */
  stopped(): Printable {
    const files = [...this.#files.values()].filter(({ report }) => report.line > 0);
    const go = printable`Give the same command again to go on.\n`;
    if (files.length === 0) return joined([printable`Stopped before a row was stored. `, go]);
    return joined([
      printable`Stopped. Kept, and indexed by the next command or server if it is not yet:\n`,
      ...files.map(({ report, isWhole }) => kept(report, isWhole)),
      go,
    ]);
  }
}

function kept({ file, line, added, updated, unchanged, rejected }: FileReport, isWhole: boolean): Printable {
  const n = grouped;
  const reach = isWhole ? 'all' : 'up to';
  return printable`  ${file}: ${reach} ${n(line)} lines; ${n(added)} records new, ${n(updated)} changed, ${n(unchanged)} known, ${n(rejected)} rejected\n`;
}

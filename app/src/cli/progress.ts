// Progress of long work: a bar redrawn in place on a terminal, a line every few seconds elsewhere.

import { cutAt } from '../output/characters.ts';
import { type Printable, printable } from '../output/printable.ts';
import type { Io } from './io.ts';

export interface Progress {
  /** `done` of `total`; drawn at most ten times a second. `text` is data, such as a file name. */
  update(done: number, total: number, text: string): void;
  /** Prints a line above the bar. */
  note(text: Printable): void;
  /** Removes the bar. */
  end(): void;
}

const BAR_WIDTH = 24;
const REDRAW_MS = 100;
/** Between two lines where there is no terminal. */
const LINE_MS = 5_000;
/** A longer text would wrap, and the next drawing would leave its first line behind. */
const TEXT_WIDTH = 40;

export function progress(io: Io, now: () => number = Date.now): Progress {
  let last = Number.NEGATIVE_INFINITY;
  let isDrawn = false;
  const clear = () => {
    if (isDrawn) io.redraw(undefined);
    isDrawn = false;
  };
  return {
    update(done, total, text) {
      const time = now();
      if (time - last < (io.terminal ? REDRAW_MS : LINE_MS)) return;
      last = time;
      const share = total > 0 ? Math.min(1, done / total) : 0;
      const percent = `${Math.floor(share * 100)}`.padStart(3);
      if (!io.terminal) {
        io.err(printable`${percent} %  ${text}\n`);
        return;
      }
      const full = Math.round(share * BAR_WIDTH);
      const bar = '█'.repeat(full) + '░'.repeat(BAR_WIDTH - full);
      io.redraw(printable`${bar} ${percent} %  ${cutAt(text, TEXT_WIDTH)}`);
      isDrawn = true;
    },
    note(text) {
      clear();
      io.err(printable`${text}\n`);
    },
    end: clear,
  };
}

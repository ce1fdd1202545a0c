// Progress of long work: a bar redrawn in place on a terminal, a line now and then elsewhere.

import type { Io } from './io.ts';

export interface Progress {
  /** `done` of `total`; drawn at most ten times a second. */
  update(done: number, total: number, text: string): void;
  /** Prints a line above the bar. */
  note(text: string): void;
  /** Takes the bar away. */
  end(): void;
}

const BAR_WIDTH = 24;
const REDRAW_MS = 100;
/** Between two lines where there is no terminal. */
const LINE_MS = 5_000;

export function progress(io: Io, now: () => number = Date.now): Progress {
  let last = Number.NEGATIVE_INFINITY;
  let drawn = false;
  const clear = () => {
    if (drawn) io.err('\r\u001b[K');
    drawn = false;
  };
  return {
    update(done, total, text) {
      const time = now();
      if (time - last < (io.terminal ? REDRAW_MS : LINE_MS)) return;
      last = time;
      const share = total > 0 ? Math.min(1, done / total) : 0;
      const percent = `${Math.floor(share * 100)}`.padStart(3);
      if (!io.terminal) {
        io.err(`${percent} %  ${text}\n`);
        return;
      }
      const full = Math.round(share * BAR_WIDTH);
      io.err(`\r\u001b[K${'█'.repeat(full)}${'░'.repeat(BAR_WIDTH - full)} ${percent} %  ${text}`);
      drawn = true;
    },
    note(text) {
      clear();
      io.err(`${text}\n`);
    },
    end: clear,
  };
}

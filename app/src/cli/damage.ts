// Damage in the answer of a command: reported beside the answer, and in the exit code.

import { printable } from '../output/printable.ts';
import type { FromStore } from '../services/index.ts';
import { EXIT, type Exit, type Io } from './io.ts';

/** The exit code of an answer. Damage in the answer is printed to the errors and has its own code. */
export function exitWith(io: Io, { damaged = [] }: FromStore, exit: Exit): Exit {
  for (const sentence of damaged) io.err(printable`damaged: ${sentence}\n`);
  if (damaged.length === 0) return exit;
  io.err(printable`hint: "quire doctor --repair" copies every sound record into a new file.\n`);
  return EXIT.damaged;
}

// The environment of a command: output, errors, variables and a signal. Tests run commands without a process.

import { EngineError, type ErrorCode } from '@quire/engine/core';
import { cutAt, toLine } from '../output/characters.ts';
import { joined, type Printable, printable, printableJson, printableLines } from '../output/printable.ts';

/** Exit codes of every command; docs/cli.md explains them. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  nothing: 3,
  rejected: 4,
  damaged: 5,
  busy: 6,
  interrupted: 130,
} as const;
export type Exit = (typeof EXIT)[keyof typeof EXIT];

/** Address of the PostgreSQL database that holds the papers; undefined: a file in the folder of the library. */
export function databaseOf({ env }: Io): string | undefined {
  return env.DATABASE_URL === '' ? undefined : env.DATABASE_URL;
}

interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Errors go to a terminal, so progress may be drawn in place. */
  readonly terminal: boolean;
  /** Columns of the terminal; undefined when the output goes to a file or pipe. */
  readonly columns: number | undefined;
  /** Fires at Ctrl-C. */
  readonly signal: AbortSignal;
}

/** The streams of a process, or of a test. */
export interface Streams extends Surroundings {
  /** Resolves when more may be written, so that a slow reader slows the command instead of filling memory. */
  out(text: string): Promise<void>;
  err(text: string): void;
}

/** The same for a command. It can write Printable text only, so no character of a paper can control the terminal. */
export interface Io extends Surroundings {
  out(text: Printable): Promise<void>;
  err(text: Printable): void;
  /** Draws `text` over the last line of a terminal, or removes that line when `text` is undefined. */
  redraw(text: Printable | undefined): void;
}

/** Moves to the start of the line and clears it (ECMA-48 EL). */
const CLEAR_LINE = '\r\u001b[K';

/** The output of a command on `streams`. */
export function ioOn(streams: Streams): Io {
  const { env, terminal, columns, signal } = streams;
  return {
    env,
    terminal,
    columns,
    signal,
    out: ({ text }) => streams.out(text),
    err: ({ text }) => streams.err(text),
    redraw: (text) => streams.err(CLEAR_LINE + (text?.text ?? '')),
  };
}

export function json(io: Io, value: unknown): Promise<void> {
  return io.out(printable`${printableJson(value, io.columns === undefined ? undefined : 2)}\n`);
}

/** Prints an error as code, message and hint; as one JSON object when asked. */
export function printError(io: Io, error: unknown, asJson: boolean): Exit {
  const code = error instanceof EngineError ? error.code : 'UNEXPECTED';
  const message = error instanceof Error ? error.message : String(error);
  const hint = error instanceof EngineError ? error.hint : undefined;
  if (asJson) {
    io.err(printable`${printableJson({ error: { code, message, ...(hint !== undefined && { hint }) } })}\n`);
  } else {
    io.err(printable`error ${code}: ${message}\n`);
    if (hint !== undefined) io.err(printable`  hint: ${hint}\n`);
  }
  if (code === 'UNEXPECTED' && io.env.QUIRE_DEBUG && error instanceof Error) {
    io.err(printable`${printableLines(error.stack ?? '')}\n`);
  }
  return code === 'UNEXPECTED' ? EXIT.failed : EXIT_OF[code];
}

/** The exit code of every error code; docs/errors.md has the same table. */
export const EXIT_OF = {
  INVALID_ARGUMENT: EXIT.usage,
  INVALID_QUERY: EXIT.usage,
  INVALID_DOCUMENT: EXIT.failed,
  ENCODER_MISMATCH: EXIT.failed,
  SCHEMA_MISMATCH: EXIT.failed,
  CORRUPT: EXIT.damaged,
  UNSUPPORTED_FORMAT: EXIT.damaged,
  NOT_FOUND: EXIT.failed,
  LOCKED: EXIT.busy,
  READ_ONLY: EXIT.failed,
  STORAGE_FULL: EXIT.failed,
  STORAGE_FAILED: EXIT.failed,
  CLOSED: EXIT.failed,
  CANCELLED: EXIT.interrupted,
  PARSE_FAILED: EXIT.failed,
  UNSUPPORTED: EXIT.failed,
} as const satisfies Record<ErrorCode, Exit>;

/** Widest cell of a table on a terminal: one long key must not push every title off the line. */
const WIDEST = 200;

/**
 * Rows of text as a table: columns as wide as their widest cell, the column `stretch` cut so that a line fits the
 * terminal. Without a terminal cells are separated by tabs and nothing is cut.
 */
export function table(
  rows: readonly (readonly string[])[],
  options: { columns: number | undefined; stretch: number },
): Printable {
  const cells = rows.map((row) => row.map(toLine));
  if (options.columns === undefined) return printableRows(cells, '\t');
  const widths = (cells[0] ?? []).map((_, i) =>
    cells.reduce((widest, row) => Math.max(widest, Math.min(row[i]?.length ?? 0, WIDEST)), 0),
  );
  const others = widths.reduce((sum, width, i) => sum + (i === options.stretch ? 0 : width + 2), 0);
  widths[options.stretch] = Math.min(widths[options.stretch] ?? 0, Math.max(10, options.columns - others));
  return printableRows(
    cells.map((row) => row.map((cell, i) => cutAt(cell, widths[i] ?? 0).padEnd(widths[i] ?? 0))),
    '  ',
  );
}

function printableRows(rows: readonly (readonly string[])[], separator: '\t' | '  '): Printable {
  return joined(
    rows.map((row) => {
      const cells = row.map((cell, i) => (separator === '  ' && i === row.length - 1 ? cell.trimEnd() : cell));
      return printable`${joined(
        cells.map((cell) => printable`${cell}`),
        separator,
      )}\n`;
    }),
  );
}

/** Text on lines of at most `width`, broken at blanks. */
export function wrap(text: string, width: number, indent = ''): Printable {
  const lines: string[] = [];
  let line = '';
  for (const word of toLine(text).split(/\s+/)) {
    if (line !== '' && indent.length + line.length + 1 + word.length > width) {
      lines.push(indent + line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  if (line !== '') lines.push(indent + line);
  return printableLines(lines.join('\n'));
}

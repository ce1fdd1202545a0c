// What a command may touch: its output, its errors, the environment and a signal. Everything a command prints goes
// through here, so that tests run commands without a process.

import { EngineError } from '@quire/engine/core';

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

export interface Io {
  /** Resolves when more may be written: a slow reader slows the command instead of filling memory. */
  out(text: string): Promise<void>;
  err(text: string): void;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Errors go to a terminal: progress may be drawn in place. */
  readonly terminal: boolean;
  /** Columns of the terminal that output goes to; undefined when it goes to a file or pipe. */
  readonly columns: number | undefined;
  /** Fires at Ctrl-C. */
  readonly signal: AbortSignal;
}

export function json(io: Io, value: unknown): Promise<void> {
  return io.out(`${JSON.stringify(value, undefined, io.columns === undefined ? undefined : 2)}\n`);
}

/** Prints an error as code, message and hint; as one JSON object when asked. */
export function printError(io: Io, error: unknown, asJson: boolean): Exit {
  const code = error instanceof EngineError ? error.code : 'UNEXPECTED';
  const message = error instanceof Error ? error.message : String(error);
  const hint = error instanceof EngineError ? error.hint : undefined;
  if (asJson) io.err(`${JSON.stringify({ error: { code, message, ...(hint === undefined ? {} : { hint }) } })}\n`);
  else io.err(`error ${code}: ${message}\n${hint === undefined ? '' : `  hint: ${hint}\n`}`);
  if (code === 'UNEXPECTED' && io.env.QUIRE_DEBUG && error instanceof Error) io.err(`${error.stack}\n`);
  return exitOf(code);
}

function exitOf(code: string): Exit {
  switch (code) {
    case 'CANCELLED':
      return EXIT.interrupted;
    case 'INVALID_ARGUMENT':
      return EXIT.usage;
    case 'CORRUPT':
    case 'UNSUPPORTED_FORMAT':
      return EXIT.damaged;
    case 'LOCKED':
      return EXIT.busy;
    default:
      return EXIT.failed;
  }
}

/**
 * Rows of text as a table: columns as wide as their widest cell, the column `stretch` cut so that a line fits the
 * terminal. Without a terminal cells are separated by tabs and nothing is cut.
 */
export function table(
  rows: readonly (readonly string[])[],
  options: { columns: number | undefined; stretch: number },
): string {
  if (options.columns === undefined) return rows.map((row) => `${row.map(oneLine).join('\t')}\n`).join('');
  const width = (i: number) => rows.reduce((widest, row) => Math.max(widest, oneLine(row[i] ?? '').length), 0);
  const widths = (rows[0] ?? []).map((_, i) => width(i));
  const others = widths.reduce((sum, width, i) => sum + (i === options.stretch ? 0 : width + 2), 0);
  widths[options.stretch] = Math.min(widths[options.stretch] ?? 0, Math.max(10, options.columns - others));
  const line = (row: readonly string[]) =>
    row
      .map((cell, i) => cut(oneLine(cell), widths[i] ?? 0).padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd();
  return rows.map((row) => `${line(row)}\n`).join('');
}

/** Text on lines of at most `width`, broken at blanks. */
export function wrap(text: string, width: number, indent = ''): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && indent.length + line.length + 1 + word.length > width) {
      lines.push(indent + line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  if (line !== '') lines.push(indent + line);
  return lines.join('\n');
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}

/** Control characters could rewrite the terminal; papers are data. */
function oneLine(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ');
}

// Help where nothing is found: the query without one of its conditions, quotes or signs, and what it then finds.

import type { Answer } from './answer.ts';
import { piecesOf, without } from './operators.ts';
import type { ReadQuery } from './query.ts';

export interface Help {
  /** The part that was taken away. */
  readonly without: string;
  readonly query: string;
  readonly total: number;
  readonly more: boolean;
}

/** Parts that are tried. */
const TRIED = 4;

export async function zeroHelp(
  { text }: ReadQuery,
  search: (query: string) => Promise<Answer>,
): Promise<readonly Help[]> {
  const parts = [...piecesOf(text)].filter(({ sign, prefix, isQuoted }) => sign !== '' || prefix !== '' || isQuoted);
  const help: Help[] = [];
  for (const part of parts.slice(0, TRIED)) {
    const query = without(text, part);
    if (query === '') continue;
    const { found, total, more } = await search(query);
    if (found.length === 0) continue;
    help.push({ without: text.slice(part.start, part.end), query, total: total ?? found.length, more });
  }
  return help;
}

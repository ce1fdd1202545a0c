// A case of the relevance suite: a query, a sentence that says what must hold and why, and what must hold.

import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { SearchPage, Services } from '../../src/services/index.ts';

export interface Case {
  readonly query: string;
  readonly why: string;
  readonly options?: { readonly exact?: boolean; readonly sort?: 'date' | 'votes' };
  /** Ids at the top, in this order. */
  readonly first?: readonly string[];
  /** The hits are those of `first` and no others. */
  readonly only?: boolean;
  /** The kind of the first hit. */
  readonly reason?: string;
  /** Ids that are found. */
  readonly found?: readonly string[];
  readonly absent?: readonly string[];
  /** All hits that hold a word of the query. */
  readonly by_words?: readonly string[];
  /** A kind that no hit has. */
  readonly absent_reason?: string;
  /** Pairs: the first is found, and above the second. */
  readonly above?: readonly (readonly [string, string])[];
  /** How many hits there are. */
  readonly hits?: number;
  /** How often an id is among the hits. */
  readonly count?: readonly [string, number];
  /** What some note matches, and what none does. */
  readonly note?: string;
  readonly no_note?: string;
  /** What the paper that is not here is added by. */
  readonly missing?: string;
  /** A word that no paper has and the first word searched instead. */
  readonly replaced?: readonly [string, string];
  /** A part that the query finds something without. */
  readonly help?: string;
}

export function casesIn(file: string): readonly Case[] {
  const lines = readFileSync(new URL(file, import.meta.url), 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Case); // a file of this folder
}

/** Hits that are looked at. */
const LIMIT = 60;

export async function check(services: Services, one: Case): Promise<void> {
  const page = await services.search(one.query, { limit: LIMIT, ...one.options });
  const ids = page.hits.map(idsOf);
  const place = (id: string) => ids.findIndex((each) => each.includes(id));
  const shown = page.hits
    .slice(0, 8)
    .map(({ reason, work }, i) => `${reason} ${ids[i]?.join('=')} ${work.title.slice(0, 40)}`);
  const told = `${one.why}\n${JSON.stringify(one.query)} finds\n  ${shown.join('\n  ')}\nnotes: ${page.notes.join(' ')}`;
  for (const [i, id] of (one.first ?? []).entries()) expect(place(id), told).toBe(i);
  if (one.only === true) expect(page.hits, told).toHaveLength(one.first?.length ?? 0);
  if (one.hits !== undefined) expect(page.hits, told).toHaveLength(one.hits);
  if (one.reason !== undefined) expect(page.hits[0]?.reason, told).toBe(one.reason);
  for (const id of one.found ?? []) expect(place(id), `${told}\n${id} is not found`).toBeGreaterThanOrEqual(0);
  for (const id of one.absent ?? []) expect(place(id), `${told}\n${id} is found`).toBe(-1);
  if (one.by_words !== undefined) {
    const byWords = page.hits.flatMap(({ reason }, i) => (reason === 'meaning' ? [] : [ids[i]?.[0]]));
    expect(byWords, told).toEqual(one.by_words);
  }
  if (one.absent_reason !== undefined) {
    expect(
      page.hits.map(({ reason }) => reason as string),
      told,
    ).not.toContain(one.absent_reason);
  }
  for (const [better, worse] of one.above ?? []) {
    expect(place(better), `${told}\n${better} is not found`).toBeGreaterThanOrEqual(0);
    if (place(worse) >= 0) expect(place(better), `${told}\n${better} is below ${worse}`).toBeLessThan(place(worse));
  }
  if (one.count !== undefined) {
    const [id, times] = one.count;
    expect(
      ids.filter((each) => each.includes(id)),
      told,
    ).toHaveLength(times);
  }
  checkWords(page, one, told);
}

function checkWords(page: SearchPage, one: Case, told: string): void {
  if (one.note !== undefined) expect(page.notes.join('\n'), told).toMatch(new RegExp(one.note));
  if (one.no_note !== undefined) expect(page.notes.join('\n'), told).not.toMatch(new RegExp(one.no_note));
  if (one.missing !== undefined) expect(page.missing?.add, told).toBe(one.missing);
  if (one.replaced !== undefined) {
    expect(
      page.replaced.map(({ typed, instead }) => [typed, instead[0]]),
      told,
    ).toContainEqual(one.replaced);
  }
  if (one.help !== undefined)
    expect(
      (page.help ?? []).map(({ without }) => without),
      told,
    ).toContain(one.help);
}

/** Every name of a hit in the files: the ids of its records. */
function idsOf({ work }: SearchPage['hits'][number]): readonly string[] {
  return work.sources.map(({ id }) => id);
}

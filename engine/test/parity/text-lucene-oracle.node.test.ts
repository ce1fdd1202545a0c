// Compares text analysis with an installed Lucene over new seeded texts; QUIRE_WRITE_FIXTURES=1 also writes the committed
// answers. The automaton and the case mapping are compared completely, not by sample.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { english, porter, WordScanner } from '@quire/engine/text';
import { describe, expect } from 'vitest';
import { byteTable, decodeBase64, lookUp } from '../../src/text/codepoints.ts';
import { LowerCase } from '../../src/text/lowercase.ts';
import * as table from '../../src/text/tables/word-break.ts';
import { count, seed } from '../support/env.ts';
import { javaOracle, whenLucene } from '../support/oracle.node.ts';
import { paperFile, whenShared } from '../support/shared.node.ts';
import { type Row, rowsOf, wordRows } from './text-answers.ts';
import { hardTexts, suffixedWords, toHex } from './text-cases.ts';

const COMMITTED = { seed: 20261122, texts: 320, words: 1500 };

/** A text that ends in half a pair gets a space: Lucene would lose the token that it was reading (ADR 9). */
const whole = (text: string) => (/[\ud800-\udbff]$/.test(text) ? `${text} ` : text);
/** One line of JSON a text; parsed where it is compared, for there are many. */
const ask = (what: string, texts: readonly string[]): string[] => {
  const lines = javaOracle('Analysis', texts.map((text) => `${toHex(whole(text))}\n`).join(''), { args: [what] });
  const answers = lines.trimEnd().split('\n');
  expect(answers.length).toBe(texts.length);
  return answers;
};
const withoutTypes = (answer: string): Row[] =>
  (JSON.parse(answer) as [string, number, number, number, string][]).map(([term, step, start, end]) => [
    term,
    step,
    start,
    end,
  ]);

describe('Lucene', () => {
  whenLucene().it('breaks words with an automaton equivalent to ours, over all code points', () => {
    const lucene = JSON.parse(javaOracle('Analysis', '', { args: ['automaton'] })) as LuceneAutomaton;
    const { pairs, actions } = compareAutomata(lucene);
    expect(pairs).toBeGreaterThan(50);
    expect(new Set(actions.values()).size).toBe(9); // eight types and none
  });

  whenLucene().it('lower-cases every code point like ours', () => {
    const theirs = new Map(JSON.parse(javaOracle('Analysis', '', { args: ['lower'] })) as [number, number][]);
    const lower = new LowerCase();
    for (let c = 0; c < 0x110000; c++) {
      const expected = theirs.get(c) ?? c;
      if (lower.codePoint(c) !== expected) expect(lower.codePoint(c), `U+${c.toString(16)}`).toBe(expected);
    }
    expect(theirs.size).toBe(1393);
  });

  whenLucene().it('gives the same words, types and offsets', () => {
    const texts = hardTexts(seed('words'), count(4000, 100_000));
    const scanner = new WordScanner();
    ask('standard', texts).forEach((answer, i) => {
      same(wordRows(scanner, texts[i]!), JSON.parse(answer), `text ${i}: ${toHex(texts[i]!)}`);
    });
  });

  whenLucene().it('gives the same English terms, positions and offsets', () => {
    const texts = hardTexts(seed('english'), count(4000, 100_000));
    const analyzer = english();
    ask('english', texts).forEach((answer, i) => {
      same(rowsOf(analyzer.analyze(texts[i]!)), withoutTypes(answer), `text ${i}: ${toHex(texts[i]!)}`);
    });
  });

  const papers = paperFile('arxiv.jsonl.gz');
  (existsSync(papers) ? whenLucene() : whenShared(papers)).it('gives the same English terms for real abstracts', () => {
    const texts = papersOf(papers, count(2000, 20_000));
    const analyzer = english();
    ask('english', texts).forEach((answer, i) => {
      same(rowsOf(analyzer.analyze(texts[i]!)), withoutTypes(answer), texts[i]!);
    });
  });

  whenLucene().it('stems invented words with every suffix like ours', () => {
    const words = suffixedWords(seed('stems'), count(50_000, 1_000_000)).filter((word) => word !== '');
    expect(words.map(porter)).toEqual(luceneStems(words));
  });

  whenLucene().it('gives the committed answers', () => {
    const texts = hardTexts(COMMITTED.seed, COMMITTED.texts);
    const words = suffixedWords(COMMITTED.seed, COMMITTED.words);
    const lines = ask('english', texts).map((answer) => JSON.stringify(withoutTypes(answer)));
    const stems = luceneStems(words).join(' ');
    const { seed: from } = COMMITTED;
    const file = `{"seed":${from},"words":${words.length},"stems":"${stems}","texts":[\n${lines.join(',\n')}\n]}\n`;
    const path = fileURLToPath(new URL('./fixtures/text-lucene-9.12.json', import.meta.url));
    expect(file.length).toBeLessThan(200_000);
    if (process.env.QUIRE_WRITE_FIXTURES === '1') writeFileSync(path, asciiOnly(file));
  });
});

/** Deep equality that prints details only on failure, because there are many texts. */
function same(ours: unknown, theirs: unknown, which: string): void {
  if (JSON.stringify(ours) !== JSON.stringify(theirs)) expect(ours, which).toEqual(theirs);
  expect(Array.isArray(theirs)).toBe(true);
}

/** Titles and abstracts at equal distances in a file of papers. */
function papersOf(path: string, wanted: number): string[] {
  const lines = gunzipSync(readFileSync(path)).toString('utf8').trimEnd().split('\n');
  const step = Math.max(1, Math.floor(lines.length / wanted));
  return lines
    .filter((_, i) => i % step === 0)
    .map((line) => JSON.parse(line) as { title: string; abstract?: string })
    .map(({ title, abstract }) => `${title}\n${abstract ?? ''}`);
}

/** JSON in ASCII: every other character is escaped. */
function asciiOnly(json: string): string {
  return json.replace(/[^\n -~]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Stems of words of ASCII letters, as PorterStemFilter alone gives them. */
function luceneStems(words: readonly string[]): string[] {
  return ask('stem', words).map((answer) => withoutTypes(answer)[0]?.[0] ?? '');
}

interface LuceneAutomaton {
  readonly runs: readonly (readonly [length: number, value: number])[];
  readonly ZZ_TRANS: readonly number[];
  readonly ZZ_ROWMAP: readonly number[];
  readonly ZZ_ACTION: readonly number[];
}

/**
 * Walks both automata at once over every pair of states that some text reaches. Every pair must agree on which rule
 * it accepts, so that the longest match of both is the same for every text.
 */
function compareAutomata(lucene: LuceneAutomaton): { pairs: number; actions: Map<number, number> } {
  const classes = byteTable(table.WORD_BREAK_RUNS);
  const next = decodeBase64(table.WORD_BREAK_NEXT);
  const symbols = new Map<string, readonly [ours: number, theirs: number]>();
  let at = 0;
  for (const [length, theirs] of lucene.runs) {
    for (const end = at + length; at < end; at++) {
      const ours = lookUp(classes, at);
      symbols.set(`${ours},${theirs}`, [ours, theirs]);
    }
  }
  const IGNORE = 1; // Lucene's rule for a character outside words
  const actions = new Map<number, number>([[0, 0]]);
  const seen = new Set(['1,0']);
  const queue: (readonly [number, number])[] = [[1, 0]];
  for (const [s, l] of queue) {
    for (const [ours, theirs] of symbols.values()) {
      const s2 = next[s * table.WORD_BREAK_CLASSES + ours]!;
      const l2 = lucene.ZZ_TRANS[lucene.ZZ_ROWMAP[l]! + theirs]!;
      const accept = s2 === 0 ? 0 : Number(table.WORD_BREAK_ACCEPT[s2]);
      const action = l2 === -1 || lucene.ZZ_ACTION[l2] === IGNORE ? 0 : lucene.ZZ_ACTION[l2]!;
      if (!actions.has(action)) actions.set(action, accept);
      expect(accept, `after classes ${ours}/${theirs} from states ${s}/${l}`).toBe(actions.get(action));
      if (s2 === 0 || l2 === -1) {
        expect(s2 === 0 && (l2 === -1 || lucene.ZZ_ACTION[l2] === IGNORE)).toBe(true);
      } else if (!seen.has(`${s2},${l2}`)) {
        seen.add(`${s2},${l2}`);
        queue.push([s2, l2]);
      }
    }
  }
  return { pairs: seen.size, actions };
}

// Compares WordPiece with installed HuggingFace tokenizers over new seeded texts and every code point. With
// QUIRE_WRITE_FIXTURES=1 it also trains the small vocabulary and writes the committed answers.

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Rng } from '@quire/engine/internals';
import { BertText, wordPiece } from '@quire/engine/text';
import { describe, expect } from 'vitest';
import { count, isLong, seed } from '../support/env.ts';
import { pythonOracle, whenPython } from '../support/oracle.node.ts';
import { hardTexts, suffixedWords, toHex } from './text-cases.ts';
import { variants, type WordPieceCase, wellFormed, wordPieceCases } from './wordpiece-cases.ts';

const COMMITTED = { seed: 20261122, cases: 260 };
const fixture = (name: string) => fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url));
const writes = process.env.QUIRE_WRITE_FIXTURES === '1';
const json = () => readFileSync(fixture('wordpiece-tokenizer.json'), 'utf8');

function ask(tokenizer: string, cases: readonly WordPieceCase[]): number[][] {
  const request = { tokenizer, cases: cases.map((one) => ({ ...one, text: wellFormed(one.text) })) };
  const lines = pythonOracle('wordpiece.py', `${JSON.stringify(request)}\n`, { args: ['encode'] })
    .trimEnd()
    .split('\n');
  expect(lines.length).toBe(cases.length);
  return lines.map((line) => JSON.parse(line) as number[]);
}

const optionsOf = ({ maxLength, special }: WordPieceCase) => ({
  ...(maxLength === undefined ? {} : { maxLength }),
  ...(special === undefined ? {} : { specialTokens: special }),
});

describe('HuggingFace tokenizers', () => {
  whenPython().it('trained the committed vocabulary', () => {
    if (!writes) return expect(json()).toContain('"WordPiece"');
    const texts = [...hardTexts(1, 3000).map(wellFormed), suffixedWords(1, 20_000).join(' ')];
    writeFileSync(
      fixture('wordpiece-tokenizer.json'),
      pythonOracle('wordpiece.py', JSON.stringify(texts), { args: ['train'] }),
    );
  });

  whenPython().it('normalises and splits every code point like ours', () => {
    const theirs = JSON.parse(pythonOracle('wordpiece.py', '', { args: ['properties'] })) as Properties;
    const none = { cleanText: false, handleChineseChars: false, stripAccents: false, lowercase: false };
    const steps = [
      [theirs.clean, new BertText({ ...none, cleanText: true })],
      [theirs.chinese, new BertText({ ...none, handleChineseChars: true })],
      [theirs.accents, new BertText({ ...none, stripAccents: true })],
      [theirs.lower, new BertText({ ...none, lowercase: true })],
    ] as const;
    const spaces = new Set(theirs.spaces);
    const punctuation = new Set(theirs.punctuation);
    for (let c = 0; c < 0x110000; c++) {
      if (c >= 0xd800 && c < 0xe000) continue;
      if (c >= 0x30000 && !isLong && c % 61 !== 0 && c >>> 12 !== 0xe0) continue; // unassigned or private
      const text = String.fromCodePoint(c);
      for (const [changes, bert] of steps) {
        const expected = changes[c] ?? text;
        const got = bert.normalize(text);
        if (got !== expected) expect(toHex(got), `U+${c.toString(16)}`).toBe(toHex(expected));
      }
      const pieces = steps[0][1].split(`a${text}b`).length;
      const expected = punctuation.has(c) ? 3 : spaces.has(c) ? 2 : 1;
      if (pieces !== expected) expect(pieces, `U+${c.toString(16)}`).toBe(expected);
    }
    expect(spaces.size + punctuation.size).toBe(751);
  });

  whenPython().it('gives the same ids for 10,000 texts', () => {
    const cases = wordPieceCases(seed('word pieces'), count(10_000, 100_000));
    const tokenizer = wordPiece(json());
    ask(json(), cases).forEach((ids, i) => {
      expect(
        [...tokenizer.encode(cases[i]!.text, optionsOf(cases[i]!)).ids],
        `case ${i}: ${toHex(cases[i]!.text)}`,
      ).toEqual(ids);
    });
  });

  whenPython().it('gives the same ids under every setting', () => {
    for (const [what, variant] of variants(json())) {
      const cases = wordPieceCases(seed(what), count(500, 5000));
      const tokenizer = wordPiece(variant);
      ask(variant, cases).forEach((ids, i) => {
        const { text } = cases[i]!;
        expect([...tokenizer.encode(text, optionsOf(cases[i]!)).ids], `${what}, case ${i}: ${toHex(text)}`).toEqual(
          ids,
        );
      });
    }
  });

  whenPython().it('gives the same ids for words of a megabyte and runs of marks', () => {
    const rng = new Rng(5);
    const many = (make: () => string, n: number) => Array.from({ length: n }, make).join('');
    const cases: WordPieceCase[] = [
      { text: 'a'.repeat(1_000_000) },
      { text: many(() => String.fromCodePoint(0x61 + rng.below(26)), 1_000_000) },
      { text: '漢'.repeat(100_000) },
      { text: `e${'\u0301'.repeat(1000)}` },
      {
        text: `x${many(() => rng.pick(['\u0323', '\u0301', '\u1df6', '\u1dfb', '\u{1e94a}', '\u{1d165}', '\u302e', '\u1939']), 2000)}`,
      },
      { text: '.'.repeat(10_000) },
    ];
    const long = JSON.parse(json());
    long.model.max_input_chars_per_word = 2_000_000; // the reference is quadratic there, so the text is shorter than a megabyte
    const shorter = cases.map(({ text }) => ({ text: text.slice(0, 3000) }));
    for (const [variant, asked] of [
      [json(), cases],
      [JSON.stringify(long), shorter],
    ] as const) {
      const tokenizer = wordPiece(variant);
      ask(variant, asked).forEach((ids, i) => {
        const mine = tokenizer.encode(asked[i]!.text).ids;
        expect(mine.length, `case ${i}`).toBe(ids.length);
        expect(ids.every((id, at) => id === mine[at])).toBe(true);
      });
    }
  });

  whenPython().it('gives the committed answers', () => {
    const answers = variants(json()).map(([what, variant], i) => {
      const cases = wordPieceCases(COMMITTED.seed + i, i === 0 ? COMMITTED.cases : 40);
      return `{"what":${JSON.stringify(what)},"ids":${JSON.stringify(ask(variant, cases))}}`;
    });
    const file = `{"seed":${COMMITTED.seed},"variants":[\n${answers.join(',\n')}\n]}\n`;
    expect(file.length).toBeLessThan(150_000);
    if (writes) writeFileSync(fixture('wordpiece-ids.json'), file);
  });
});

interface Properties {
  readonly clean: Readonly<Record<number, string>>;
  readonly chinese: Readonly<Record<number, string>>;
  readonly accents: Readonly<Record<number, string>>;
  readonly lower: Readonly<Record<number, string>>;
  readonly spaces: readonly number[];
  readonly punctuation: readonly number[];
}

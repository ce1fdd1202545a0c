// Compares BPE and Unigram with installed HuggingFace tokenizers over new seeded texts and every code point. With
// QUIRE_WRITE_FIXTURES=1 it also trains the small vocabularies and writes the committed answers.

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Rng } from '@quire/engine/internals';
import { tokenizer } from '@quire/engine/text';
import { describe, expect } from 'vitest';
import { count, isLong, seed } from '../support/env.ts';
import { pythonOracle, whenPython } from '../support/oracle.node.ts';
import { hardTexts, suffixedWords, toHex } from './text-cases.ts';
import { type Trained, tokenizerCases, tokenizerVariants } from './tokenizer-cases.ts';
import { GPT2_PATTERN } from './tokenizer-patterns.ts';
import { type WordPieceCase, wellFormed } from './wordpiece-cases.ts';

const COMMITTED = { seed: 20261130, cases: 14 };
const fixture = (name: string) => fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url));
const writes = process.env.QUIRE_WRITE_FIXTURES === '1';
const trained = () => JSON.parse(readFileSync(fixture('tokenizers.json'), 'utf8')) as Trained;

function ask(json: string, cases: readonly WordPieceCase[]): number[][] {
  const request = { tokenizer: json, cases: cases.map((one) => ({ ...one, text: wellFormed(one.text) })) };
  const answer = pythonOracle('wordpiece.py', `${JSON.stringify(request)}\n`, { args: ['encode'] });
  const lines = answer.trimEnd().split('\n');
  expect(lines.length).toBe(cases.length);
  return lines.map((line) => JSON.parse(line) as number[]);
}

/** Every assigned code point; of the large blocks of ideographs and syllables, and of planes 2 and up, one in 61. */
function isAsked(c: number): boolean {
  if ((c >= 0xd800 && c < 0xe000) || (c >= 0x33400 && c < 0xe0000)) return false;
  const isLarge =
    (c >= 0x3400 && c < 0xd800) || (c >= 0xe000 && c < 0xf900) || (c >= 0x12000 && c < 0x1d000) || c >= 0x20000;
  return isLong || !isLarge || c % 61 === 0;
}

describe('HuggingFace tokenizers, BPE and Unigram', () => {
  whenPython().it('trained the committed vocabularies', () => {
    if (!writes) return expect(Object.keys(trained())).toEqual(['bytes', 'characters', 'unigram']);
    const texts = [...hardTexts(1, 1500).map(wellFormed), suffixedWords(1, 10_000).join(' ')];
    const file = pythonOracle('subwords.py', JSON.stringify(texts), { args: ['train'] });
    expect(file.length).toBeLessThan(150_000);
    writeFileSync(fixture('tokenizers.json'), file);
  });

  whenPython().it('give the same ids under every setting', () => {
    for (const [what, json] of tokenizerVariants(trained())) {
      const cases = tokenizerCases(seed(what), count(600, 6000));
      const made = tokenizer(json);
      ask(json, cases).forEach((ids, i) => {
        const { text, maxLength = Infinity, special = true } = cases[i]!;
        const mine = made.encode(text, { maxLength, specialTokens: special }).ids;
        expect([...mine], `${what}, case ${i}: ${toHex(text)}`).toEqual(ids);
      });
    }
  });

  whenPython().it('know the same letters, numbers, digits, spaces and marks', () => {
    const theirs = JSON.parse(pythonOracle('subwords.py', '', { args: ['properties'] })) as Record<string, number[]>;
    // Every character is unknown, and a run of unknown characters is one token: the ids count the words.
    const model = { type: 'BPE', vocab: { '\u{10ffff}': 0 }, merges: [], unk_token: '\u{10ffff}', fuse_unk: true };
    const words = (pre_tokenizer: object, normalizer: object | null = null) => {
      const made = tokenizer(JSON.stringify({ model, pre_tokenizer, normalizer }));
      return (text: string) => made.encode(text).ids.length;
    };
    const pattern = words({ type: 'Split', pattern: { Regex: GPT2_PATTERN }, behavior: 'Isolated', invert: false });
    const blanks = words({ type: 'WhitespaceSplit' });
    const digits = words({ type: 'Digits', individual_digits: true });
    const accents = words({ type: 'WhitespaceSplit' }, { type: 'StripAccents' });
    const mine: Record<string, (character: string) => boolean> = {
      letters: (c) => pattern(`b${c}`) === 1,
      numbers: (c) => pattern(`2${c}`) === 1,
      spaces: (c) => blanks(c) === 0,
      digits: (c) => digits(`b${c}`) === 2,
      marks: (c) => blanks(c) === 1 && accents(c) === 0,
    };
    for (const [kind, isOfKind] of Object.entries(mine)) {
      const found: number[] = [];
      for (let c = 0; c < 0xe1000; c++) if (isAsked(c) && isOfKind(String.fromCodePoint(c))) found.push(c);
      expect(found, kind).toEqual(theirs[kind]!.filter(isAsked));
    }
  });

  whenPython().it('give the same normal forms for random characters', () => {
    for (const type of ['NFC', 'NFD', 'NFKC', 'NFKD', 'Lowercase', 'StripAccents']) {
      const json = JSON.stringify({ ...(trained().bytes as object), normalizer: { type } });
      const rng = new Rng(seed(type));
      const character = () => String.fromCodePoint(rng.below(rng.below(3) === 0 ? 0x20000 : 0x3400));
      const cases = Array.from({ length: count(4000, 40_000) }, () => ({
        text: `a${character()}${character()}${rng.pick(['\u0301', '\u0323\u0301', '\u05b0', ''])}${character()}`,
      }));
      const made = tokenizer(json);
      ask(json, cases).forEach((ids, i) => {
        expect([...made.encode(cases[i]!.text).ids], `${type}: ${toHex(cases[i]!.text)}`).toEqual(ids);
      });
    }
  });

  whenPython().it('give the committed answers', () => {
    const answers = tokenizerVariants(trained()).map(([what, json], i) => {
      const ids = ask(json, tokenizerCases(COMMITTED.seed + i, COMMITTED.cases));
      return `{"what":${JSON.stringify(what)},"ids":${JSON.stringify(ids)}}`;
    });
    const file = `{"seed":${COMMITTED.seed},"variants":[\n${answers.join(',\n')}\n]}\n`;
    expect(file.length).toBeLessThan(100_000);
    if (writes) writeFileSync(fixture('tokenizer-ids.json'), file);
  });
});

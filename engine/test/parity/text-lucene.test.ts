// Equality with Lucene 9.12 without Lucene: its committed answers on our own seeded texts, written by
// `QUIRE_WRITE_FIXTURES=1 npx vitest run engine/test/parity/text-lucene-oracle.node.test.ts`.

import { english, porter } from '@quire/engine/text';
import { describe, expect, it } from 'vitest';
import answers from './fixtures/text-lucene-9.12.json' with { type: 'json' };
import { rowsOf } from './text-answers.ts';
import { hardTexts, suffixedWords, toHex } from './text-cases.ts';

describe("Lucene's committed answers", () => {
  it('are the English terms, positions and offsets of every text', () => {
    const texts = hardTexts(answers.seed, answers.texts.length);
    const analyzer = english();
    let tokens = 0;
    texts.forEach((text, i) => {
      expect(rowsOf(analyzer.analyze(text)), `text ${i}: ${toHex(text)}`).toEqual(answers.texts[i]);
      tokens += answers.texts[i]!.length;
    });
    expect(tokens).toBeGreaterThan(3000);
  });

  it('are the stems of every word', () => {
    const words = suffixedWords(answers.seed, answers.words);
    expect(words.map(porter).join(' ')).toBe(answers.stems);
  });
});

// Equality with HuggingFace tokenizers 0.23 without Python: its committed ids of our own seeded texts, for a small
// vocabulary that was trained on them. Written by
// `QUIRE_WRITE_FIXTURES=1 npx vitest run engine/test/parity/text-wordpiece-oracle.node.test.ts`.

import { wordPiece } from '@quire/engine/text';
import { describe, expect, it } from 'vitest';
import answers from './fixtures/wordpiece-ids.json' with { type: 'json' };
import tokenizer from './fixtures/wordpiece-tokenizer.json' with { type: 'json' };
import { toHex } from './text-cases.ts';
import { variants, wordPieceCases } from './wordpiece-cases.ts';

describe("the committed ids of HuggingFace's tokenizers", () => {
  variants(JSON.stringify(tokenizer)).forEach(([what, json], i) => {
    it(`equal ours: ${what}`, () => {
      const answer = answers.variants[i]!;
      expect(answer.what).toBe(what);
      const { encode } = wordPiece(json);
      wordPieceCases(answers.seed + i, answer.ids.length).forEach(({ text, maxLength, special = true }, c) => {
        const { ids, truncated } = encode(text, { maxLength: maxLength ?? Infinity, specialTokens: special });
        expect([...ids], `case ${c}: ${toHex(text)}`).toEqual(answer.ids[c]);
        expect(truncated && ids.length < (maxLength ?? Infinity)).toBe(false);
      });
    });
  });
});

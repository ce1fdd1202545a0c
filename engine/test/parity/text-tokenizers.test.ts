// Equality with HuggingFace tokenizers 0.23 without Python: its committed ids of our own seeded texts, for small BPE and
// Unigram vocabularies. Written by
// `QUIRE_WRITE_FIXTURES=1 npx vitest run engine/test/parity/text-tokenizers-oracle.node.test.ts`.

import { tokenizer } from '@quire/engine/text';
import { describe, expect, it } from 'vitest';
import answers from './fixtures/tokenizer-ids.json' with { type: 'json' };
import trained from './fixtures/tokenizers.json' with { type: 'json' };
import { toHex } from './text-cases.ts';
import { tokenizerCases, tokenizerVariants } from './tokenizer-cases.ts';

describe("the committed ids of HuggingFace's BPE and Unigram", () => {
  tokenizerVariants(trained).forEach(([what, json], i) => {
    it(`equal ours: ${what}`, () => {
      const answer = answers.variants[i]!;
      expect(answer.what).toBe(what);
      const made = tokenizer(json);
      tokenizerCases(answers.seed + i, answer.ids.length).forEach(({ text, maxLength, special = true }, c) => {
        const { ids, truncated } = made.encode(text, { maxLength: maxLength ?? Infinity, specialTokens: special });
        expect([...ids], `case ${c}: ${toHex(text)}`).toEqual(answer.ids[c]);
        expect(truncated && ids.length < (maxLength ?? Infinity)).toBe(false);
      });
    });
  });
});

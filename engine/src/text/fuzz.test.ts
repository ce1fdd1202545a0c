// Untrusted input: texts of users and tokenizer files. The only error is an EngineError; nothing hangs or grows without
// bound; every returned range lies in the text.

import { describe, expect, it } from 'vitest';
import answers from '../../test/parity/fixtures/wordpiece-tokenizer.json' with { type: 'json' };
import { hardText } from '../../test/parity/text-cases.ts';
import { count, seed } from '../../test/support/env.ts';
import { EngineError, type TokenStream } from '../core/index.ts';
import { Rng } from '../core/rng.ts';
import { analyzers } from './analyzers.ts';
import { highlight } from './highlight.ts';
import { sentences } from './sentences.ts';
import { wordPiece } from './wordpiece.ts';

const INPUTS = count(2000, 100_000);

/** Texts that no person writes: hard texts, raw units, and repeated pieces. */
function anyText(rng: Rng): string {
  const kind = rng.below(4);
  if (kind === 0) return hardText(rng);
  if (kind === 1) return String.fromCharCode(...Array.from({ length: rng.below(200) }, () => rng.below(0x10000)));
  if (kind === 2)
    return String.fromCharCode(...Array.from({ length: 1 + rng.below(4) }, () => rng.below(0x10000))).repeat(
      rng.below(300),
    );
  return (
    hardText(rng) + rng.pick(['\u0000', '<b>', '"', '\\', '{{x}}', '%00', '\ud800', '\r\n\r\n', '. ']) + hardText(rng)
  );
}

function checkStream(text: string, { length, terms, positions, starts, ends }: TokenStream): void {
  expect([terms.length, positions.length, starts.length, ends.length]).toEqual([length, length, length, length]);
  for (let i = 0; i < length; i++) {
    const sound =
      terms[i] !== '' &&
      starts[i]! < ends[i]! &&
      ends[i]! <= text.length &&
      (i === 0 || (positions[i]! > positions[i - 1]! && starts[i]! >= ends[i - 1]!));
    if (!sound) expect.fail(`token ${i} of ${JSON.stringify(text)}`);
  }
}

describe('fuzz', () => {
  it(`analyses any text (${INPUTS} of them)`, () => {
    const rng = new Rng(seed('fuzz analysis'));
    const all = ['english', 'unicode', 'unicode-folded'].map((name) => analyzers(name));
    for (let i = 0; i < INPUTS; i++) {
      const text = anyText(rng);
      for (const analyzer of all) checkStream(text, analyzer.analyze(text));
    }
  });

  it('splits and highlights any text within its bounds', () => {
    const rng = new Rng(seed('fuzz highlight'));
    const analyzer = analyzers('english');
    for (let i = 0; i < INPUTS; i++) {
      const text = anyText(rng);
      let last = 0;
      for (const { start, end } of sentences(text)) {
        if (start < last || end <= start || end > text.length)
          expect.fail(`sentence at ${start} of ${JSON.stringify(text)}`);
        last = end;
      }
      const { terms } = analyzer.analyze(text);
      const maxLength = 1 + rng.below(400);
      const { ranges, passage } = highlight(text, analyzer, terms.slice(0, rng.below(5)), { maxLength });
      for (const { start, end } of [...ranges, passage]) {
        if (start < 0 || end < start || end > text.length) expect.fail(`range ${start} of ${JSON.stringify(text)}`);
      }
    }
  });

  it('cuts any text into ids below the size of the vocabulary', () => {
    const rng = new Rng(seed('fuzz word pieces'));
    const tokenizer = wordPiece(JSON.stringify(answers));
    for (let i = 0; i < INPUTS; i++) {
      const maxLength = 2 + rng.below(300);
      const { ids } = tokenizer.encode(anyText(rng), { maxLength });
      if (ids.length > maxLength || ids.some((id) => id >= tokenizer.size)) expect.fail(`input ${i}`);
    }
  });

  it(`opens or refuses any tokenizer.json (${INPUTS} damaged ones)`, () => {
    const rng = new Rng(seed('fuzz tokenizer.json'));
    const vocab = Object.fromEntries(Object.entries(answers.model.vocab).slice(0, 40));
    const small = JSON.stringify({ ...answers, model: { ...answers.model, vocab } });
    let opened = 0;
    for (let i = 0; i < INPUTS; i++) {
      try {
        const tokenizer = wordPiece(rng.below(2) === 0 ? damagedText(rng, small) : damagedTree(rng, small));
        for (const id of tokenizer.encode(anyText(rng), { maxLength: 100 }).ids) {
          if (id >= tokenizer.size) expect.fail(`id ${id} of ${tokenizer.size}`);
        }
        opened++;
      } catch (error) {
        if (!(error instanceof EngineError)) throw error;
      }
    }
    expect(opened).toBeGreaterThan(INPUTS / 100);
    expect(opened).toBeLessThan(INPUTS);
  });
});

/** Characters changed, cut out or doubled. */
function damagedText(rng: Rng, json: string): string {
  let text = json;
  for (let n = 1 + rng.below(3); n > 0; n--) {
    const at = rng.below(text.length);
    const length = rng.below(20);
    const piece = rng.pick(['', '"', '{', ']', '0', '-1', '1e99', 'null', ',', text.slice(at, at + length)]);
    text = text.slice(0, at) + piece + text.slice(at + rng.below(4));
  }
  return text;
}

/** Still JSON: one value replaced by another kind of value. */
function damagedTree(rng: Rng, json: string): string {
  const values: readonly unknown[] = [
    null,
    true,
    0,
    -1,
    1e300,
    0.5,
    '',
    'x',
    '[UNK]',
    '(',
    [],
    {},
    [[]],
    { id: 1 },
    2 ** 31,
  ];
  let node = JSON.parse(json) as Record<string, unknown>;
  const root = node;
  for (;;) {
    const key = rng.pick(Object.keys(node));
    const child = node[key];
    if (rng.below(3) === 0 || typeof child !== 'object' || child === null || Object.keys(child).length === 0) {
      node[key] = rng.pick(values);
      return JSON.stringify(root);
    }
    node = child as Record<string, unknown>;
  }
}

// The total order of results, against the bytes that it stands for.

import { describe, expect, it } from 'vitest';
import { compareBytes } from './byte-strings.ts';
import { compareHits, compareUtf8 } from './order.ts';
import { encodeUtf8 } from './utf8.ts';

/** Strings that UTF-16 order and byte order disagree on, among them lone surrogates. */
const units = [
  '',
  'a',
  '\u007f',
  'é',
  '\u07ff',
  '\u0800',
  '\ud7ff',
  '\ud800',
  '\udbff',
  '\udc00',
  '\udfff',
  '\ue000',
  '\uffff',
];

describe('compareUtf8', () => {
  it('orders as the UTF-8 bytes, also pairs and lone surrogates', () => {
    const strings = units.flatMap((x) => units.flatMap((y) => units.map((z) => `${x}${y}${z}`)));
    const bytes = strings.map((text) => encodeUtf8(text));
    let wrong = 0;
    for (let i = 0; i < strings.length; i += 7) {
      for (let j = 0; j < strings.length; j++) {
        if (Math.sign(compareUtf8(strings[i]!, strings[j]!)) !== Math.sign(compareBytes(bytes[i]!, bytes[j]!))) wrong++;
      }
    }
    expect(wrong).toBe(0);
  });
});

it('hits rank by score, then by id; the two zeros are one score', () => {
  const hits = [
    { id: 'b', score: 0 },
    { id: 'a', score: -0 },
    { id: '\u{1f600}', score: 1 },
    { id: '\uffff', score: 1 },
  ];
  expect(hits.sort(compareHits).map((hit) => hit.id)).toEqual(['\uffff', '\u{1f600}', 'a', 'b']);
});

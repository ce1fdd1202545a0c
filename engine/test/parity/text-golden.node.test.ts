// The published term counts of the English analyzer: CACM's original files and SciFact's flat texts.

import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { readCacm } from '@quire/engine/evaluation';
import { english } from '@quire/engine/text';
import { expect } from 'vitest';
import { benchmark, whenShared } from '../support/shared.node.ts';

const cacm = benchmark('cacm', 'raw', 'cacm.tar.gz');
const scifact = benchmark('scifact', 'corpus.jsonl.gz');

function countTerms(texts: Iterable<string>): { total: number; unique: number } {
  const analyzer = english();
  const unique = new Set<string>();
  let total = 0;
  for (const text of texts) {
    const { terms, length } = analyzer.analyze(text);
    total += length;
    for (const term of terms) unique.add(term);
  }
  return { total, unique: unique.size };
}

whenShared(cacm).it('CACM has 320,968 terms, 14,363 different ones, as published', () => {
  const documents = readCacm(gunzipSync(readFileSync(cacm)));
  const texts = Array.from(documents, ({ text }) => text);
  expect(countTerms(texts)).toEqual({ total: 320_968, unique: 14_363 });
});

whenShared(scifact).it('SciFact has 838,128 terms flat and 784,591 in its texts alone, as published', () => {
  const lines = gunzipSync(readFileSync(scifact)).toString('utf8').trimEnd().split('\n');
  const rows = lines.map((line) => JSON.parse(line) as { title: string; text: string });
  expect(countTerms(rows.map(({ title, text }) => `${title}\n${text}`)).total).toBe(838_128);
  expect(countTerms(rows.map(({ text }) => text)).total).toBe(784_591);
});

// Compares BM25 with Lucene's committed answers: the same documents with the same float32 scores. It needs no Lucene.
import { describe, expect, it } from 'vitest';
import { inverted } from '../../src/indexes/index.ts';
import { english } from '../../src/text/index.ts';
import { Segments } from '../support/inverted.ts';
import { answers } from './lucene-bm25-answers.ts';
import {
  answerLine,
  B,
  DOCUMENTS,
  digest,
  documents,
  FIELDS,
  HITS,
  K1,
  QUERIES,
  queries,
} from './lucene-bm25-cases.ts';

describe("BM25 and Lucene's committed answers", () => {
  it(`agree bit for bit on the best ${HITS} of ${QUERIES} queries`, async () => {
    const texts = documents(DOCUMENTS);
    const analyzer = english();
    const analysed = texts.map((text) => ({ body: analyzer.analyze(text.body), title: analyzer.analyze(text.title) }));
    const fields = Object.fromEntries(FIELDS.map((name) => [name, 1]));
    const index = await Segments.of(inverted({ space: 'test-words', fields, k1: K1, b: B }), analysed);
    expect(answers.length).toBe(QUERIES);
    for (const [i, tree] of queries(texts, QUERIES).entries()) {
      const found = await index.search(tree, HITS);
      expect(digest(answerLine(found)), `query ${i} ${JSON.stringify(tree)}`).toBe(answers[i]);
    }
  });
});

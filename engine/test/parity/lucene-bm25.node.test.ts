// Compares BM25 with an installed Lucene: documents and float32 score bits of the best 1,000, for 1,000 queries.
// QUIRE_WRITE_ANSWERS=1 rewrites lucene-bm25-answers.ts, which lucene-bm25.test.ts checks without Lucene.
import { writeFileSync } from 'node:fs';
import { expect } from 'vitest';
import { BitSet } from '../../src/core/bitset.ts';
import { inverted } from '../../src/indexes/index.ts';
import { english } from '../../src/text/index.ts';
import { isLong } from '../support/env.ts';
import { Segments } from '../support/inverted.ts';
import { javaOracle, whenLucene } from '../support/oracle.node.ts';
import {
  answerLine,
  B,
  DOCUMENTS,
  digest,
  documentLine,
  documents,
  FIELDS,
  HITS,
  K1,
  QUERIES,
  queries,
  queryLine,
} from './lucene-bm25-cases.ts';

whenLucene().describe('BM25 and Lucene', () => {
  const texts = documents(DOCUMENTS);
  const trees = queries(texts, QUERIES);
  const analyzer = english();
  const analysed = texts.map((text) => ({ body: analyzer.analyze(text.body), title: analyzer.analyze(text.title) }));
  const lines = trees.map((tree) => queryLine(tree, HITS));
  const ask = (more: readonly string[]) => {
    const stdin = [...texts.map(documentLine), ...more, ...lines].join('\n');
    return javaOracle('Bm25', stdin, { args: [String(K1), String(B)] })
      .split('\n')
      .slice(0, QUERIES);
  };
  const kind = inverted({
    space: 'test-words',
    fields: Object.fromEntries(FIELDS.map((name) => [name, 1])),
    k1: K1,
    b: B,
  });

  whenLucene().it('agree bit for bit on 1,000 queries, pruned and exhaustive', async () => {
    const answers = ask([]);
    const index = await Segments.of(kind, analysed);
    for (const [i, tree] of trees.entries()) {
      const exhaustive = i % 3 === 0;
      const found = await index.search(tree, HITS, { exhaustive });
      expect(answerLine(found), `query ${i} ${JSON.stringify(tree)}`).toBe(answers[i]);
    }
    if (process.env.QUIRE_WRITE_ANSWERS === '1') writeAnswers(answers);
  });

  whenLucene().it('agree when documents are deleted but not merged away, over several segments', async () => {
    const deleted = texts.map((_, i) => i).filter((i) => i % 7 === 3);
    const answers = ask(deleted.map((i) => `X ${i}`));
    const cuts = [0, 700, 701, 2200, DOCUMENTS];
    const parts = cuts.slice(1).map((end, i) => analysed.slice(cuts[i], end));
    const index = await Segments.of(kind, ...parts);
    const accept = cuts.slice(1).map((end, i) => {
      const live = BitSet.full(end - cuts[i]!);
      for (const d of deleted) if (d >= cuts[i]! && d < end) live.delete(d - cuts[i]!);
      return live;
    });
    for (const [i, tree] of trees.entries()) {
      if (!isLong && i % 4 !== 0) continue;
      const found = await index.search(tree, HITS, { accept });
      expect(answerLine(found), `query ${i} ${JSON.stringify(tree)}`).toBe(answers[i]);
    }
  });
});

function writeAnswers(answers: readonly string[]): void {
  const lines = answers.map((answer) => `  '${digest(answer)}',`);
  const text = `// Lucene 9.12.3's answers to lucene-bm25-cases.ts: hits, FNV-1a of "doc:bits …", the first two. Written by
// QUIRE_WRITE_ANSWERS=1 npx vitest run engine/test/parity/lucene-bm25.node.test.ts

export const answers: readonly string[] = [
${lines.join('\n')}
];
`;
  writeFileSync(new URL('./lucene-bm25-answers.ts', import.meta.url), text);
}

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { distillationTexts } from './distillation-texts.ts';
import { KnownPassages, readKnownPassages } from './known-passages.ts';
import { readPlainTexts } from './plain-texts.ts';

const folder = mkdtempSync(join(tmpdir(), 'quire-plain-'));
afterAll(() => rmSync(folder, { recursive: true }));
const written = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

const PASSAGE = 'one two three four five six seven eight nine ten eleven twelve';

describe('known passages', () => {
  it('are twelve words in a row, whatever stands between them', () => {
    const passages = new KnownPassages();
    passages.add(`before ${PASSAGE} after`);
    expect(passages.contains(`Other words. ${PASSAGE.toUpperCase().replaceAll(' ', ', ')}!`)).toBe(true);
    expect(passages.contains(PASSAGE.replace('seven', '7'))).toBe(false);
    expect(passages.contains(PASSAGE.slice(4))).toBe(false);
    expect(passages.contains(PASSAGE.split(' ').reverse().join(' '))).toBe(false);
  });

  it('are read from the benchmarks that a folder has; none is an error', () => {
    const data = join(folder, 'data');
    mkdirSync(join(data, 'cacm'), { recursive: true });
    expect(() => readKnownPassages(data)).toThrow('holds none of the benchmarks');
    writeFileSync(
      join(data, 'cacm', 'corpus.jsonl'),
      `${JSON.stringify({ _id: '1', title: 'one two', text: PASSAGE.slice(8) })}\n`,
    );
    expect(readKnownPassages(data).contains(PASSAGE)).toBe(true);
  });
});

describe('plain texts', () => {
  it('are read in order, without those that repeat a benchmark', async () => {
    const a = written('a.jsonl', `{"text":"A","title":"T","source":"s"}\n\n{"text":"${PASSAGE}","source":"s"}\n`);
    const b = written('b.jsonl', '{"text":"B","source":"t"}\n');
    const passages = new KnownPassages();
    passages.add(PASSAGE);
    expect(await readPlainTexts([a, b], passages)).toEqual({
      texts: [
        { title: 'T', text: 'A', source: 's' },
        { title: '', text: 'B', source: 't' },
      ],
      known: 1,
    });
    expect((await readPlainTexts([a, b])).texts).toHaveLength(3);
  });

  it('that are damaged or missing are named with their line', async () => {
    await expect(readPlainTexts([join(folder, 'none')])).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(readPlainTexts([written('c.jsonl', '\n{')])).rejects.toThrow('Line 2 of');
    await expect(readPlainTexts([written('d.jsonl', '{"text":"x"}')])).rejects.toThrow('lacks text or source');
  });
});

describe('the texts of a distillation', () => {
  const plain = Array.from({ length: 50 }, (_, i) => ({
    title: `title ${i}`,
    text: `This is the first sentence of text ${i}. This is the second sentence of text ${i}.`,
    source: i % 2 === 0 ? 'even' : 'odd',
  }));
  const shares = { wholes: 1, titles: 1, sentences: 0 };

  it('take so many of each source, and give wholes, titles and sentences in their shares', () => {
    const options = { seed: 3, ...shares };
    const even = { source: 'even', count: 10, ...shares };
    const texts = distillationTexts([], plain, { ...options, sources: [even] });
    expect(texts.filter((text) => text.includes('\n'))).toHaveLength(10);
    expect(texts).toHaveLength(20);
    expect(texts.every((text) => Number(/^title (\d+)/.exec(text)![1]) % 2 === 0)).toBe(true);
    expect(distillationTexts([], plain, { ...options, sources: [even] })).toEqual(texts);
    expect(distillationTexts([], plain, { ...options, seed: 4, sources: [even] })).not.toEqual(texts);
    const sentences = distillationTexts([], plain, {
      ...options,
      sources: [{ ...even, wholes: 0, titles: 0, sentences: 2 }],
    });
    expect(sentences).toHaveLength(20);
    expect(sentences.every((text) => /^This is the (first|second) sentence of text \d+\.$/.test(text))).toBe(true);
  });

  it('of a source without texts are an error that names it', () => {
    const sources = [{ source: 'other', count: 1, ...shares }];
    expect(() => distillationTexts([], plain, { seed: 1, ...shares, sources })).toThrow('the source other');
  });
});

// Works, bags and sentences of the training set.
import { describe, expect, it } from 'vitest';
import { RaggedBuilder, rowOf, rowsOf } from '../linear/ragged.ts';
import { sideOf } from '../split.ts';
import { BagReader } from './bags.ts';
import { sentenceEnds, tokeniseWorks } from './texts.ts';
import { heldOutSide, isLicensed, judge, parseWork, type TrainingWork, titleKey } from './works.ts';

const work = (changes: Partial<TrainingWork> = {}): TrainingWork => ({
  key: keyOn('train'),
  title: 'A title',
  abstract: 'An abstract.',
  textSource: 'arxiv',
  year: 2025,
  ...changes,
});

/** A key on that side of the split. */
function keyOn(side: string): string {
  for (let i = 0; ; i++) if (sideOf(`arxiv:${i}`) === side) return `arxiv:${i}`;
}

describe('works', () => {
  it('are read from what `quire works --jsonl` prints', () => {
    const line = JSON.stringify({ ...work(), authors: ['A'], sources: [{ source: 'arxiv', id: '1' }] });
    expect(parseWork(line, 1)).toEqual(work());
    expect(parseWork(JSON.stringify({ key: 'k', title: 't', textSource: 's' }), 1)).toMatchObject({ abstract: '' });
  });

  it.each(['{', 'null', '[]', '{"key":"","title":"t","textSource":"s"}', '{"key":"k"}'])(
    'refuse the line %s',
    (line) => {
      expect(() => parseWork(line, 7)).toThrow('Line 7');
    },
  );

  it.each([
    { textSource: 'arxiv', year: 2025, licensed: true },
    { textSource: 'arxiv', year: undefined, licensed: true },
    { textSource: 'acl-anthology', year: 2016, licensed: true },
    { textSource: 'acl-anthology', year: 2015, licensed: false },
    { textSource: 'acl-anthology', year: undefined, licensed: false },
    { textSource: 'conferences', year: 2024, licensed: false },
    { textSource: 'hf-daily', year: 2024, licensed: false },
  ])('of $textSource in $year: licensed $licensed', ({ licensed, ...changes }) => {
    expect(isLicensed(work(changes))).toBe(licensed);
  });

  it.each([
    { verdict: 'taken', changes: {} },
    { verdict: 'other side', changes: { key: keyOn('dev') } },
    { verdict: 'other side', changes: { key: keyOn('test') } },
    { verdict: 'not licensed', changes: { textSource: 'conferences' } },
    { verdict: 'no abstract', changes: { abstract: '' } },
    { verdict: 'twin of a held-out work', changes: { title: 'Held: OUT!' } },
    { verdict: 'in a benchmark', changes: { title: 'Évaluated  here' } },
  ])('are judged: $verdict', ({ verdict, changes }) => {
    const rule = { heldOutTitles: new Set(['held out']), benchmarkTitles: new Set(['evaluated here']) };
    expect(judge(work(changes), rule)).toBe(verdict);
  });

  it('of dev and test are used for measuring under any licence, if they have an abstract', () => {
    expect(heldOutSide(work())).toBeUndefined();
    expect(heldOutSide(work({ key: keyOn('dev'), textSource: 'conferences' }))).toBe('dev');
    expect(heldOutSide(work({ key: keyOn('test') }))).toBe('test');
    expect(heldOutSide(work({ key: keyOn('test'), abstract: '' }))).toBeUndefined();
  });

  it('share a title key when only case, accents and punctuation differ', () => {
    expect(titleKey('  Naïve  Bayes: a Re-View!')).toBe('naive bayes a re view');
    expect(titleKey('?!')).toBe('');
  });
});

describe('bags', () => {
  it('count tokens by first occurrence, each text alone', () => {
    const builder = new RaggedBuilder();
    builder.push([3, 1, 3, 2]);
    builder.push([]);
    builder.push([1, 3]);
    const texts = builder.build();
    expect(rowsOf(texts)).toBe(3);
    expect([...rowOf(texts, 2)]).toEqual([1, 3]);
    const bags = new BagReader(5);
    expect(bags.read(texts, 0)).toBe(3);
    expect([...bags.ids.subarray(0, 3)]).toEqual([3, 1, 2]);
    expect([...bags.values.subarray(0, 3)]).toEqual([2, 1, 1]);
    expect(bags.read(texts, 1)).toBe(0);
    expect(bags.read(texts, 2)).toBe(2);
    expect([...bags.values.subarray(0, 2)]).toEqual([1, 1]);
  });

  it('weigh by √count and token weight, at unit length; an empty bag stays empty', () => {
    const bags = new BagReader(4);
    const n = bags.add(Uint32Array.of(0, 0, 0, 0, 1), 0, 5);
    bags.weigh(Float32Array.of(1.5, 4, 0, 0), n);
    expect(bags.values[0]).toBeCloseTo(3 / 5, 14);
    expect(bags.values[1]).toBeCloseTo(4 / 5, 14);
    bags.clear();
    const zeros = bags.add(Uint32Array.of(2), 0, 1);
    bags.weigh(Float32Array.of(1, 1, 0, 0), zeros);
    expect(bags.values[0]).toBe(0);
  });
});

describe('sentences', () => {
  const STOP = new Set([9]);
  it.each([
    { name: 'end at stops', tokens: [1, 2, 3, 4, 5, 9, 1, 2, 3, 4, 5, 9], ends: [6, 12] },
    { name: 'swallow short stretches', tokens: [1, 9, 2, 9, 3, 9, 4, 4, 4, 4, 4, 9], ends: [6, 12] },
    { name: 'take a short rest into the last one', tokens: [1, 2, 3, 4, 5, 9, 1], ends: [7] },
    { name: 'need no stop', tokens: [1, 2], ends: [2] },
    { name: 'of nothing', tokens: [], ends: [] },
  ])('$name', ({ tokens, ends }) => {
    expect(sentenceEnds(tokens, STOP)).toEqual(ends);
  });

  it('are found in every abstract', () => {
    const tokenise = (text: string) => [...text].map(Number);
    const works = [
      { title: '12', abstract: '1234591234599' },
      { title: '', abstract: '' },
    ];
    const texts = tokeniseWorks(works, tokenise, { stops: STOP });
    expect([...texts.titles.ids]).toEqual([1, 2]);
    expect([...texts.abstracts.offsets]).toEqual([0, 13, 13]);
    expect([...texts.sentences.ids]).toEqual([6, 13]);
  });
});

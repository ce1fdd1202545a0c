import { readFileSync } from 'node:fs';
import { english, sentences } from '@quire/engine/text';
import { describe, expect, it } from 'vitest';
import { paperAnalyzer } from './analyzer.ts';
import { excerpts, type TermWeights } from './excerpt.ts';

const analyzers = { terms: paperAnalyzer(), offsets: english() };
const TEXT =
  'Müller et al. propose pre-trained agents.  Retrieval-augmented generation (RAG) hopes\nto be probable. ' +
  "The model's probability, hoping, 3D_data and naïve Bayes: visibility.";

/** The same by analyzing the whole text: places of the words of each term. */
function everyWord(text: string): ReadonlyMap<string, readonly (readonly [number, number])[]> {
  const tokens = analyzers.offsets.analyze(text);
  const places = new Map<string, [number, number][]>();
  for (let i = 0; i < tokens.length; i++) {
    const [start, end] = [tokens.starts[i] ?? 0, tokens.ends[i] ?? 0];
    const word = text.slice(start, end);
    const term = /^\p{ASCII}*$/u.test(word) ? (tokens.terms[i] ?? '') : (analyzers.terms.analyze(word).terms[0] ?? '');
    places.set(term, [...(places.get(term) ?? []), [start, end]]);
  }
  return places;
}

function abstracts(): readonly string[] {
  const sample = new URL('../../sample/papers.jsonl', import.meta.url);
  const rows = readFileSync(sample, 'utf8').trim().split('\n');
  return rows.map((row) => (JSON.parse(row) as { summary?: string }).summary ?? '').filter((text) => text !== '');
}

describe('excerpts', () => {
  it('marks every word that analyzing the whole text would mark, for every term of it', () => {
    for (const text of [TEXT, ...abstracts()]) {
      const spans = sentences(text);
      for (const [term, places] of everyWord(text)) {
        const excerpt = excerpts(new Map([[term, 1]]), analyzers)(text);
        const best = spans.find(({ start, end }) => places.some(([from]) => from >= start && from < end));
        const inBest = places.filter(([from, to]) => best !== undefined && from >= best.start && to <= best.end);
        expect(excerpt?.text, term).toBe(text.slice(best?.start, best?.end));
        expect(excerpt?.marks, term).toEqual(
          inBest.map(([from, to]) => [from - (best?.start ?? 0), to - (best?.start ?? 0)]),
        );
      }
    }
  });

  it('recognises a word by the beginning that it shares with its stem', () => {
    const stems = [
      'probabl',
      'abl',
      'hop',
      'ti',
      'relat',
      'visual',
      'gener',
      'happi',
      'oper',
      'visibl',
      'a',
      'of',
      'rag',
    ];
    const ends =
      'ability ational tional ization ation ator alism iveness fulness ousness ality ivity bility e ed ing s ies y ied ly ment er';
    for (const stem of stems) {
      for (const end of ['', ...ends.split(' ')]) {
        const word = `${stem}${end}`;
        const [term] = analyzers.offsets.analyze(word).terms;
        if (term === undefined) continue;
        const excerpt = excerpts(new Map([[term, 1]]), analyzers)(word);
        expect(excerpt?.marks, `${word} → ${term}`).toEqual([[0, word.length]]);
      }
    }
  });

  it('takes the sentence that says most, the first one where nothing matches, and none of an empty text', () => {
    const weights: TermWeights = new Map([
      ['rag', 3],
      ['agent', 1],
    ]);
    const best = excerpts(weights, analyzers);
    expect(best(TEXT)?.text).toMatch(/^Retrieval/);
    expect(excerpts(new Map([['zebra', 1]]), analyzers)(TEXT)).toEqual({
      text: 'Müller et al. propose pre-trained agents.',
      marks: [],
    });
    expect(best('')).toBeUndefined();
    expect(excerpts(new Map(), analyzers)('One. Two.')?.text).toBe('One.');
  });
});

import { describe, expect, it } from 'vitest';
import { english } from './english.ts';
import { highlight } from './highlight.ts';

const analyzer = english();
const marked = (text: string, terms: readonly string[]) =>
  highlight(text, analyzer, terms).ranges.map(({ start, end }) => text.slice(start, end));
const passage = (text: string, terms: readonly string[], maxLength?: number) => {
  const { start, end } = highlight(text, analyzer, terms, maxLength === undefined ? {} : { maxLength }).passage;
  return text.slice(start, end);
};

describe('highlight', () => {
  it('finds every inflection of a term, at its place in the source', () => {
    expect(marked('Retrieving retrieval; RETRIEVED <b>retrievals</b>.', ['retriev'])).toEqual([
      'Retrieving',
      'retrieval',
      'RETRIEVED',
      'retrievals',
    ]);
  });

  it('gives ranges, so that text that looks like markup stays text', () => {
    const text = '<script>alert("dense")</script> & dense';
    expect(highlight(text, analyzer, ['dens']).ranges).toEqual([
      { start: 15, end: 20 },
      { start: 34, end: 39 },
    ]);
  });

  it('joins tokens that touch', () => {
    expect(highlight('検索', analyzer, ['検', '索']).ranges).toEqual([{ start: 0, end: 2 }]);
  });

  const text = 'We begin with dense dense dense words. Dense retrieval helps a lot. Retrieval of dense things is late.';
  it('prefers the sentence with more different terms, the earliest of equals', () => {
    expect(passage(text, ['dens', 'retriev'])).toBe('Dense retrieval helps a lot.');
  });

  it('lets rare terms weigh more', () => {
    const weight = (term: string) => (term === 'late' ? 10 : 1);
    const { start } = highlight(text, analyzer, ['dens', 'retriev', 'late'], { weight }).passage;
    expect(text.slice(start)).toBe('Retrieval of dense things is late.');
  });

  it('shows the beginning when nothing matches, and nothing of nothing', () => {
    expect(passage(text, ['absent'])).toBe('We begin with dense dense dense words.');
    expect(highlight('', analyzer, ['x'])).toEqual({ ranges: [], passage: { start: 0, end: 0 } });
  });

  it('cuts a long sentence at tokens, around the matches', () => {
    const long = `${'filler '.repeat(100)}dense passage retrieval ${'filler '.repeat(100)}end.`;
    const cut = passage(long, ['dens', 'passag', 'retriev'], 60);
    expect(cut).toContain('dense passage retrieval');
    expect(cut.length).toBeLessThanOrEqual(60);
    expect(cut).toMatch(/^\w.*\w$/);
    expect(passage(long, [], 60).length).toBeLessThanOrEqual(60);
    expect(passage(`${'filler '.repeat(100)}the last match`, ['match'], 60)).toMatch(/filler the last match$/);
  });

  it('never cuts a pair where a text has no tokens', () => {
    const cut = passage('\u{1d7ff}\u2e2e'.repeat(0) + '\ud83f\udfff'.repeat(200), [], 11);
    expect(cut.length).toBe(10);
  });
});

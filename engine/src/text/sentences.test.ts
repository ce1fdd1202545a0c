import { describe, expect, it } from 'vitest';
import { sentences } from './sentences.ts';

const split = (text: string) => sentences(text).map(({ start, end }) => text.slice(start, end));

describe('sentences', () => {
  const table: readonly (readonly [what: string, sentences: readonly string[]])[] = [
    ['full stops before capitals', ['We study it.', 'It works.']],
    ['questions and exclamations', ['Is it so?', 'Yes!', 'Really?!', 'Well…', 'Good.']],
    ['abbreviations of papers', ['See Fig. 3 and Eq. 2, cf. Smith et al. [4], e.g. Table 1.', 'Then stop.']],
    ['et al. before a new sentence', ['We follow Smith et al.', 'The rest is new.']],
    ['initials and titles', ['Dr. J. R. R. Tolkien met Prof. A. Turing.', 'They talked.']],
    ['decimals and versions', ['It rose by 3.14 to v2.0.1 at p < .05.', 'Fine.']],
    ['lower case after a stop', ['Yahoo! is not a stop. nor is this.', 'This is.']],
    ['quotes and brackets after the stop', ['He said "it works."', '(It did.)', 'So be it.']],
    ['list numbers at the beginning', ['1. Introduction comes first.', '2. Then the rest.']],
    ['digits that begin a sentence', ['We used it.', '42 papers agreed.']],
    ['names of agencies', ['It began in the U.S. 5 years ago.', 'It ended.']],
  ];
  for (const [what, expected] of table) it(what, () => expect(split(expected.join(' '))).toEqual(expected));

  it('ends at 。！？ without a blank', () => {
    expect(split('これは文です。次です！そう？「はい。」終')).toEqual([
      'これは文です。',
      '次です！',
      'そう？',
      '「はい。」',
      '終',
    ]);
  });

  it('ends at a blank line, not at a line feed', () => {
    expect(split('A title\n\nFirst line\ngoes on.\n \t\nLast')).toEqual(['A title', 'First line\ngoes on.', 'Last']);
  });

  it('has nothing to say about nothing', () => {
    expect(sentences('')).toEqual([]);
    expect(sentences(' \n\n\t ')).toEqual([]);
    expect(split('...')).toEqual(['...']);
  });

  it('covers everything but white space, in order', () => {
    const text = '  One. Two etc. Three!  \n\n Four (five. Six) “Seven.” 8. ';
    let last = 0;
    for (const { start, end } of sentences(text)) {
      expect(text.slice(last, start).trim()).toBe('');
      expect(text.slice(start, end).trim()).toBe(text.slice(start, end));
      last = end;
    }
    expect(text.slice(last).trim()).toBe('');
  });

  it('is linear on 200,000 units of every kind', () => {
    for (const piece of ['.', '. ', 'a.', '\n', ' \n', ')', '."', '. (((((', '?! ', 'i.e. ']) {
      const text = piece.repeat(Math.ceil(200_000 / piece.length));
      expect(sentences(text).length).toBeLessThanOrEqual(text.length);
      expect(sentences(`${text}x`).length).toBeLessThanOrEqual(text.length);
    }
  });
});

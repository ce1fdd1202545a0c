import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { piecesOf, plainText } from './tex.ts';

/** Pieces as text: maths in ⟦⟧, styles in their element. */
const shown = (text: string) =>
  piecesOf(text)
    .map((piece) => {
      if (piece.kind === 'math') return piece.display ? `⟦⟦${piece.tex}⟧⟧` : `⟦${piece.tex}⟧`;
      return piece.style === undefined ? piece.text : `<${piece.style}>${piece.text}</${piece.style}>`;
    })
    .join('');

describe('texts of sources', () => {
  it.each([
    // remains of TeX whose backslashes a source has lost
    ['1.45times faster', '1.45× faster'],
    ['32times and 2 times', '32× and 2×'],
    ['256times256 pixels', '256×256 pixels'],
    ['sometimes three times a day', 'sometimes three times a day'],
    ['geq 50% of papers', '≥ 50% of papers'],
    ['leq0.0001% of the corpus', '≤0.0001% of the corpus'],
    // styles
    ['{\\bf Motivation:} we', '<strong>Motivation:</strong> we'],
    ['\\textbf{Quire} is', '<strong>Quire</strong> is'],
    ['an \\emph{open} problem', 'an <em>open</em> problem'],
    ['{\\it in vitro}', '<em>in vitro</em>'],
    ['\\texttt{pip install}', '<code>pip install</code>'],
    ['\\textbf{a \\emph{b} c}', '<strong>a </strong><em>b</em><strong> c</strong>'],
    ['{BERT} and {\\sc Glove}', 'BERT and Glove'],
    ['\\textsc{RankLib}', 'RankLib'],
    // characters
    ['65\\% of 5\\,000 \\& more', '65% of 5 000 & more'],
    ['G\\"odel, Erd\\H{o}s, \\v{S}koda, na\\"{\\i}ve', 'Gödel, Erdős, Škoda, naïve'],
    ['Stra\\ss e, \\O re, \\L{}ukasz', 'Straße, Øre, Łukasz'],
    ["``quoted'' text--based and 1990--2000", '“quoted” text–based and 1990–2000'],
    ['a --- b', 'a — b'],
    ['Figure~3', 'Figure\u00a03'],
    ['as in \\cite{x2020} and~\\citep{y}', 'as in  and\u00a0'],
    ['see \\url{https://x.org/a_b}', 'see <code>https://x.org/a_b</code>'],
    ['\\href{https://x.org}{the page}', 'the page'],
    ['10 \\times 20 \\pm 3, \\alpha', '10 × 20 ± 3, α'],
    // maths
    ['$k$-NN', '⟦k⟧-NN'],
    ['$$x^2$$ and \\[y\\] and \\(z\\)', '⟦⟦x^2⟧⟧ and ⟦⟦y⟧⟧ and ⟦z⟧'],
    ['$\\mathcal{O}(n \\log n)$ time', '⟦\\mathcal{O}(n \\log n)⟧ time'],
    ['{$\\ell_1$}', '⟦\\ell_1⟧'],
    // dollars and backslashes that are none
    ['costs $5 and $10 a day', 'costs $5 and $10 a day'],
    ['a $ b $ c', 'a $ b $ c'],
    ['a stray $ sign', 'a stray $ sign'],
    ['\\$5 or \\$6', '$5 or $6'],
    ['\\unknown{x} y', '\\unknownx y'],
    ['C:\\', 'C:\\'],
    ['open { brace', 'open  brace'],
    ['', ''],
  ])('%s', (text, expected) => {
    expect(shown(text)).toBe(expected);
  });

  it('without TeX are one unchanged piece', () => {
    const text = 'Naïve café “quotes” – 100 % and a_b^c, x < y';
    expect(piecesOf(text)).toEqual([{ kind: 'text', text }]);
  });

  it('are plain where no markup can be', () => {
    expect(plainText('$\\alpha$-{\\bf Rank} at 2\\%')).toBe('α-Rank at 2%');
  });

  it('of any kind end, and lose no letter of ordinary text', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('\\', '$', '{', '}', 'a', ' ', '%', "'") }), (text) => {
        expect(piecesOf(text).every((piece) => piece.kind === 'math' || piece.text !== '')).toBe(true);
      }),
    );
    expect(plainText('{'.repeat(5_000)).length).toBe(0);
    expect(plainText('\\textbf{'.repeat(2_000))).not.toContain('{');
    expect(shown(`$${'x'.repeat(5_000)}`)).toContain('xxx');
  });
});

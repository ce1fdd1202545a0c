import { describe, expect, it } from 'vitest';
import { Tex } from './text.tsx';

const shown = (text: string, marks: readonly (readonly [number, number])[] = []) => String(Tex({ text, marks }));

describe('titles and abstracts on a page', () => {
  it('show formulas as MathML without styles', () => {
    const html = shown('The $\\ell_1$ norm, $\\textcolor{red}{x}$ and $\\mathbb{R}^{2}$');
    expect(html).toContain('<math');
    expect(html).toContain('<msub>');
    expect(html).not.toMatch(/ style=/);
  });

  it('show the source of a formula that cannot be read', () => {
    expect(shown('a $\\frac{1}{$ b')).toContain('<code class="tex">$\\frac{1}{$</code>');
    expect(shown('$\\undefinedmacro{x}$')).toContain('<code class="tex">');
  });

  it('escape everything else, inside formulas too', () => {
    for (const text of [
      '<script>a</script>',
      '$<script>a</script>$',
      '\\textbf{<b>}',
      '$\\text{<img src=x>}$',
      '$\\href{javascript:a}{b}$',
    ])
      expect(shown(text), text).not.toMatch(/<script|<img|<b>|href=/);
  });

  it('mark ranges of the received text, across TeX and formulas', () => {
    expect(shown('one two three', [[4, 7]])).toContain('one <mark>two</mark> three');
    expect(shown('\\textbf{one two} three', [[12, 15]])).toContain('<strong>one <mark>two</mark></strong>');
    const across = shown('a $x$ b c', [[0, 7]]);
    expect(across).toMatch(/<mark>a <\/mark>.*<math.*<mark> b<\/mark> c/);
    expect(
      shown('one two', [
        [4, 7],
        [0, 3],
      ]),
    ).toContain('one <mark>two</mark>');
  });
});

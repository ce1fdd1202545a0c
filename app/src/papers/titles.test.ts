// Which titles and names are the same, and which are not.
import { describe, expect, it } from 'vitest';
import { nameKey, titleKey } from './titles.ts';

describe('titleKey', () => {
  it.each([
    ['Small Indexes for  Big\nQuestions', 'small indexes for big questions.'],
    ['“Attention” — is it all?', '"Attention" - is it all?'],
    ['Pre-training of naïve Bayés', 'Pretraining of naive Bayes'],
    ["G\\\"odel, {\\'E}t\\'e and \\v{S}koda", 'Gödel, Été and Škoda'],
    ['$\\ell_1$-norm \\emph{regularisation}', 'ell_1-norm regularisation'],
    ['GenM$^3$: $\\alpha$-stable', 'GenM3: α-stable'],
    ['$\\mathtt{[M]}$O \\textit{Agents}', '[M]O Agents'],
    ['R&D at 50\\%', 'R\\&D at 50%'],
    ['Straße \\ss \\o', 'strasse ss ø'],
    ['ﬁne ﬂow', 'fine flow'],
    ['Zero\u00adshot\u200b learning', 'zeroshot learning'],
  ])('%j equals %j', (a, b) => {
    expect(titleKey(a)).toBe(titleKey(b));
  });

  it.each([
    ['C', 'C++'],
    ['C#', 'C'],
    ['Part 1', 'Part 2'],
    ['学习排序', '学习检索'],
    ['Обучение', 'Поиск'],
  ])('%j differs from %j', (a, b) => {
    expect(titleKey(a)).not.toBe(titleKey(b));
  });

  it('leaves nothing of signs alone and keeps every script', () => {
    expect(titleKey('?!—…')).toBe('');
    expect(titleKey('学习排序 2')).toBe('学习排序2');
  });
});

describe('nameKey', () => {
  it.each([
    ['João F. Henriques', 'Joao F Henriques'],
    ['Henriques, João F.', 'joao f. henriques'],
    ["Moreno D'Incà", 'Moreno D’Inca'],
    ['Jean-Luc  Picard', 'jean luc picard'],
  ])('%j is %j', (a, b) => {
    expect(nameKey(a)).toBe(nameKey(b));
  });

  it('keeps different people apart', () => {
    expect(nameKey('Ada Example')).not.toBe(nameKey('Adam Example'));
  });
});

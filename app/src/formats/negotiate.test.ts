import { describe, expect, it } from 'vitest';
import { FORMATS } from './index.ts';
import { acceptedFormat, formatNamed, withoutExtension } from './negotiate.ts';

const asked = (accept: string | undefined) => {
  const answer = acceptedFormat(accept, FORMATS);
  return answer.kind === 'format' ? answer.format.name : answer.kind;
};

describe('the format of a request', () => {
  it.each([
    [undefined, 'page'],
    ['*/*', 'page'],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'page'],
    ['application/atom+xml', 'atom'],
    ['text/markdown, text/html;q=0.9', 'markdown'],
    ['text/html;q=0.5, application/x-bibtex', 'bibtex'],
    ['application/json', 'json-feed'],
    ['application/vnd.citationstyles.csl+json', 'csl-json'],
    ['text/*;q=0.3, text/csv', 'csv'],
    ['*/*, text/html;q=0', 'atom'],
    ['image/png', 'none'],
    ['text/markdown;q=0', 'none'],
    ['text/markdown;q=nonsense', 'none'],
  ])('Accept: %s is answered with %s', (accept, name) => {
    expect(asked(accept)).toBe(name);
  });

  it.each([
    ['/papers/2604.21806.bib', '/papers/2604.21806', 'bibtex'],
    ['/papers/date/2026-04-24.csl.json', '/papers/date/2026-04-24', 'csl-json'],
    ['/papers/trending.json', '/papers/trending', 'json-feed'],
  ])('%s is %s as %s', (path, bare, name) => {
    expect(withoutExtension(path, FORMATS)).toMatchObject({ path: bare, format: { name } });
  });

  it('takes an identifier for no extension', () => {
    expect(withoutExtension('/papers/2604.21806', FORMATS)).toBeUndefined();
    expect(withoutExtension('/.json', FORMATS)).toBeUndefined();
  });

  it('finds a format by name and by extension', () => {
    expect(formatNamed('BibTeX', FORMATS)?.name).toBe('bibtex');
    expect(formatNamed('csl.json', FORMATS)?.name).toBe('csl-json');
    expect(formatNamed('.ris', FORMATS)?.name).toBe('ris');
    expect(formatNamed('docx', FORMATS)).toBeUndefined();
  });
});

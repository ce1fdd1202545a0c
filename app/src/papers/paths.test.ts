import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { paperPath } from './paths.ts';

/** The id that a server reads from the address after a browser has normalised it. */
function idAt(path: string): string | undefined {
  const url = new URL(path, 'http://localhost/papers/date/2025-01-01?offset=3#x');
  if (url.hash !== '') return undefined;
  if (url.pathname === '/paper') return url.searchParams.get('id') ?? undefined;
  return decodeURIComponent(url.pathname.slice('/papers/'.length));
}

describe('paperPath', () => {
  it.each([
    '.',
    '..',
    '%2e',
    ' a ',
    'a/b',
    '/',
    '//',
    'a?b#c',
    'a%',
    '%zz',
    'a+b',
    'a&id=b',
    '\\',
    'の',
    '\t\n',
    'date',
  ])('leads back to %j', (id) => expect(idAt(paperPath(id))).toBe(id));

  it('leads back to any text', () => {
    const id = fc.oneof(
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1_000 }),
      fc.string({ unit: fc.constantFrom('.', '/', '%', '2', 'e', ' ', '?', '#', '&', '+', '\\'), minLength: 1 }),
    );
    fc.assert(fc.property(id, (text) => text.startsWith('arxiv:') || idAt(paperPath(text)) === text));
  });

  it('keeps the short form for plain ids', () => {
    expect(paperPath('arxiv:2503.11731')).toBe('/papers/2503.11731');
    expect(paperPath('arxiv:math/0611800')).toBe('/paper?id=math%2F0611800');
    expect(paperPath('doi:10.1/x')).toBe('/paper?id=doi%3A10.1%2Fx');
  });

  it('stays shorter than the longest address that the server reads', () => {
    expect(paperPath('の'.repeat(1_000)).length).toBeLessThan(10_000);
  });
});

// How tests open a page: the answer arrives, an error in the page is an error in the test, and headers apply.
import { expect } from 'vitest';
import { pageAnswer, whenChromium } from '../engine/test/support/chromium.node.ts';

const site = (script: string) => (path: string) =>
  path === 'index.html' ? '<script type="module" src="main.js"></script>' : path === 'main.js' ? script : undefined;
const answer = (expression: string) => `await fetch('/answer', { method: 'POST', body: ${expression} });`;

whenChromium().describe('a page in Chromium', () => {
  const { it } = whenChromium();

  it('answers', async () => {
    expect(await pageAnswer(site(answer("'naïve ' + (20 + 1)")))).toBe('naïve 21');
  });

  it('rejects with the error of the page', async () => {
    await expect(pageAnswer(site("throw new Error('broken here')"))).rejects.toThrow('broken here');
  });

  it('is served with the headers of the test', async () => {
    const headers = { 'content-security-policy': "default-src 'self'" };
    await expect(pageAnswer(site(answer("eval('1 + 1')")), { headers })).rejects.toThrow(/script-src/);
  });
});

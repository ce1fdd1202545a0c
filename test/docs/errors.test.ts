// docs/errors.md has one section, and one row of its table, for each code of the engine, with a cause and a fix.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const read = (path: string) => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8');
const guide = read('docs/errors.md');
const codes = [...read('engine/src/core/errors.ts').matchAll(/^ {2}\| '([A-Z_]+)'/gm)].map(([, code]) => code ?? '');

describe('docs/errors.md', () => {
  it('has a section and a row for exactly the codes of EngineError', () => {
    expect(codes.length).toBeGreaterThan(10);
    expect([...guide.matchAll(/^## ([A-Z_]+)$/gm)].map(([, code]) => code).sort()).toEqual([...codes].sort());
    expect([...guide.matchAll(/^\| \[`([A-Z_]+)`\]/gm)].map(([, code]) => code).sort()).toEqual([...codes].sort());
  });

  it.each(codes)('%s has a cause and a fix', (code) => {
    const [, section = ''] = guide.split(`\n## ${code}\n`);
    const [text = ''] = section.split('\n## ');
    expect(text).toContain('**Cause:**');
    expect(text).toContain('**Fix:**');
  });
});

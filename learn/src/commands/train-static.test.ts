// The training command over a few hundred generated papers, end to end.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { staticEncoder } from '@quire/engine/encoders';
import { readStaticModel } from '@quire/engine/node';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { papers } from '../../test/papers.ts';
import { trainStaticCommand } from './train-static.ts';

const folder = mkdtempSync(join(tmpdir(), 'quire-train-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let printed = '';
beforeEach(() => {
  printed = '';
  const keep = (text: string | Uint8Array) => {
    printed += text;
    return true;
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(keep);
  vi.spyOn(process.stderr, 'write').mockImplementation(keep);
});
afterEach(() => vi.restoreAllMocks());

function write(name: string, lines: readonly object[]): string {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  return path;
}

describe('train-static', () => {
  it('trains a model that loads from a file of works, with the same bytes each time, and leaves no checkpoint', async () => {
    const works = write('works.jsonl', papers(700));
    for (const set of ['scifact', 'scitldr'])
      write(`benchmarks/${set}/corpus.jsonl`, [{ _id: '1', title: 'x', text: 'y' }]);
    const run = (out: string) =>
      trainStaticCommand([
        ...['--works', works, '--out', join(folder, out), '--benchmarks', join(folder, 'benchmarks')],
        ...['--scratch', join(folder, 'scratch'), '--epochs', '2'],
      ]);
    expect(await run('a')).toBe(0);
    expect(printed).toMatch(/works taken: 5\d\d/);
    expect(readdirSync(join(folder, 'scratch'))).toEqual([]);
    const model = await readStaticModel(join(folder, 'a'));
    const { vec } = staticEncoder(model).encodeSync(papers(1)[0]!.title);
    expect(Math.hypot(...vec)).toBeCloseTo(1, 5);
    expect(await run('b')).toBe(0);
    for (const file of ['config.json', 'tokenizer.json', 'weights.safetensors']) {
      expect(readFileSync(join(folder, 'b', file)).equals(readFileSync(join(folder, 'a', file)))).toBe(true);
    }
  });

  it('returns 1 when a benchmark whose papers must not be trained on is missing', async () => {
    const works = write('works.jsonl', papers(5));
    const args = ['--works', works, '--out', join(folder, 'c'), '--benchmarks', join(folder, 'nowhere')];
    expect(await trainStaticCommand(args)).toBe(1);
    expect(printed).toContain('No corpus of scifact');
  });

  it.each([[[]], [['--works', 'x']], [['--works', 'x', '--out', 'y', '--seed', 'one']], [['--nonsense']]])(
    'prints the usage and returns 2 for %j',
    async (args) => {
      expect(await trainStaticCommand(args)).toBe(2);
      expect(printed).toContain('Example: node learn/bin/train-static.mjs');
    },
  );

  it('fails with NOT_FOUND for a model folder without files', async () => {
    await expect(readStaticModel(join(folder, 'empty'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

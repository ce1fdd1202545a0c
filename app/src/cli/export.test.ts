// Formats on the command line: whole lists into files, and `--format` of the commands that list papers.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PAPERS, writeRows } from '../../test/papers.ts';
import { EXIT, type Streams } from './io.ts';
import { run } from './program.ts';

async function quire(...args: readonly string[]) {
  let [out, err] = ['', ''];
  const streams: Streams = {
    out: async (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    env: {},
    terminal: false,
    columns: undefined,
    signal: new AbortController().signal,
  };
  return { exit: await run(args, streams), out, err };
}

let folder: string;
let data: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'quire-export-'));
  data = join(folder, 'data');
  await quire('import', writeRows(join(folder, 'papers.jsonl'), PAPERS), '--data-dir', data);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('quire export', () => {
  it('writes a list into a file by the end of its name, and what it wrote is imported again', async () => {
    const file = join(folder, 'all.jsonl');
    expect(await quire('export', 'all', '-o', file, '--data-dir', data)).toMatchObject({
      exit: EXIT.ok,
      out: '',
      err: '',
    });
    const again = join(folder, 'again');
    await quire('import', file, '--data-dir', again);
    const list = async (where: string) =>
      (await quire('list', '--all', '-n', '100', '--data-dir', where)).out.replace(/r:\w+/, 'r:'); // such a key names the source
    expect(await list(again)).toBe(await list(data));
    expect((await quire('export', 'all', '-o', file, '--data-dir', data)).err).toContain('already there');
    expect((await quire('export', 'all', '-o', file, '--force', '-n', '2', '--data-dir', data)).exit).toBe(EXIT.ok);
    expect(readFileSync(file, 'utf8').trim().split('\n')).toHaveLength(2);
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('writes days, searches, similar papers and one paper to the output', async () => {
    const at = ['--data-dir', data];
    expect((await quire('export', '2025-03-18', '--format', 'bibtex', ...at)).out.match(/^@/gm)).toHaveLength(2);
    expect((await quire('export', 'search', 'quantum', 'walruses', '--format', 'ris', ...at)).out).toMatch(
      /^TY {2}- .*\r\n/,
    );
    expect((await quire('export', 'similar', '2503.00003', '--format', 'csv', ...at)).out).toMatch(/^key,title,/);
    expect((await quire('export', 'paper', '2503.00001', '--format', 'md', ...at)).out).toContain('## BibTeX');
    expect(
      (await quire('export', 'newest', ...at)).out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as object),
    ).toHaveLength(2);
  });

  it('says what is wrong', async () => {
    const at = ['--data-dir', data];
    expect(await quire('export', 'yesterday', ...at)).toMatchObject({
      exit: EXIT.usage,
      err: expect.stringContaining('search WORDS'),
    });
    expect(await quire('export', 'all', '--format', 'docx', ...at)).toMatchObject({
      exit: EXIT.usage,
      err: expect.stringContaining('bibtex'),
    });
    expect(await quire('export', 'all', '-o', join(folder, 'x.docx'), ...at)).toMatchObject({ exit: EXIT.usage });
    expect((await quire('export', 'paper', 'nothing', ...at)).exit).toBe(EXIT.nothing);
    const empty = join(folder, 'empty.bib');
    expect((await quire('export', '2001-01-01', '-o', empty, ...at)).exit).toBe(EXIT.nothing);
    expect(existsSync(empty)).toBe(false);
  });
});

describe('--format', () => {
  it('is an option of list, search, show and similar, and excludes --json', async () => {
    const at = ['--data-dir', data];
    expect((await quire('list', '--format', 'bibtex', ...at)).out.match(/^@/gm)).toHaveLength(2);
    expect((await quire('search', 'walruses', '--format', 'csl-json', '-n', '1', ...at)).out).toMatch(/^\[\n\{"id":/);
    expect((await quire('show', '2503.00001', '--format', 'bibtex', ...at)).out).toMatch(/^@misc\{example2025small,/);
    expect(
      (await quire('similar', '2503.00003', '--format', 'atom', '-n', '2', ...at)).out.match(/<entry>/g),
    ).toHaveLength(2);
    expect((await quire('show', 'nothing', '--format', 'ris', ...at)).exit).toBe(EXIT.nothing);
    expect((await quire('list', '--format', 'bibtex', '--json', ...at)).exit).toBe(EXIT.usage);
  });
});

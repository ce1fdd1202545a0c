import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { makeTextsCommand } from '../commands/make-texts.ts';
import { debianTexts } from './debian.ts';
import { parseTextSource, textsOf } from './files.ts';
import { oboTexts } from './obo.ts';
import { pythonTexts } from './python.ts';
import { restructuredTexts } from './restructured.ts';
import { termTexts } from './terms.ts';
import { wordnetTexts } from './wordnet.ts';

const folder = mkdtempSync(join(tmpdir(), 'quire-texts-'));
afterAll(() => rmSync(folder, { recursive: true }));

const of = (texts: Iterable<{ title: string; text: string }>) => [...texts].map(({ title, text }) => [title, text]);

describe('texts are read from', () => {
  it('WordNet: words and gloss of each synset, without the licence at the top', () => {
    const file = [
      '  1 This software and database is provided by its authors.',
      '00012345 03 n 02 paper_trail 0 audit_trail 0 001 @ 00001740 n 0000 | records of what was done; "it left a paper trail"  ',
      '00012399 00 a 01 idle(p) 0 000 | not working',
    ].join('\n');
    expect(of(wordnetTexts(file, 's'))).toEqual([
      ['paper trail, audit trail', 'records of what was done; "it left a paper trail"'],
      ['idle', 'not working'],
    ]);
  });

  it('OBO: names and definitions of living terms, without escapes and references', () => {
    const file = String.raw`format-version: 1.2

[Term]
id: X:1
name: folding
def: "The act of folding, as in \"to fold\"; see [1]." [X:curators]

[Term]
id: X:2
name: gone
def: "Was here." []
is_obsolete: true

[Term]
id: X:3
name: unknown

[Typedef]
id: part_of
name: part of
def: "A relation." []
`;
    expect(of(oboTexts(file, 's'))).toEqual([['folding', 'The act of folding, as in "to fold"; see [1].']]);
  });

  it('JSON ontologies: labels and descriptions of terms that are not deprecated', () => {
    const terms = {
      a: { label: 'leaf', description: 'A flat  organ\nof a plant.' },
      b: { label: 'old', description: 'Out of use.', deprecated: true },
      c: { label: 'bare' },
    };
    expect(of(termTexts(JSON.stringify(terms), 's'))).toEqual([['leaf', 'A flat organ of a plant.']]);
  });

  it('Debian: name, title and paragraphs of a description', () => {
    const file = `Package: folder
Description-md5: 00
Description-en: folds papers
 Folds papers into
 works.
 .
 It is fast.

Package: bare
Description-en: says no more
`;
    expect(of(debianTexts(file, 's'))).toEqual([['folder: folds papers', 'Folds papers into works.\nIt is fast.']]);
  });

  it('reStructuredText: prose under its heading, without roles, directives and code', () => {
    const prose =
      'The function :func:`~os.fold` returns the ``page`` of a paper, which is the number of its first side.';
    const file = `Folding\n=======\n\n${prose}\n\n.. note:: Something else that is long enough to be the text of a note in here.\n\n>>> fold(the, paper, that, is, given, to, the, function, of, the, name)\n\n* short\n`;
    expect(of(restructuredTexts(file, 's'))).toEqual([
      ['Folding', 'The function os.fold returns the page of a paper, which is the number of its first side.'],
    ]);
  });

  it('Python: functions with a docstring, as far as their indentation goes', () => {
    const file = `class A:
    def fold(
        self, paper,
    ):
        """Fold a paper once more.

        And again.
        """
        return paper

    def bare(self):
        return 1

def short():
    """No."""
    a = 1
    return a
`;
    const [only, ...rest] = of(pythonTexts(file, 's'));
    expect(rest).toEqual([]);
    expect(only![0]).toBe('Fold a paper once more.');
    expect(only![1]).toMatch(/^def fold\(\n {4}self, paper,\n\):\n[\s\S]* {4}return paper$/);
  });
});

describe('a source of texts', () => {
  it('is a file or a folder, each text once, long ones cut, tests of Python left out', () => {
    const path = join(folder, 'python');
    mkdirSync(join(path, 'test'), { recursive: true });
    const code = (line: string) => `def fold(x):\n    """Fold a paper once more."""\n    y = 1\n${line}    return y\n`;
    writeFileSync(join(path, 'a.py'), code(''));
    writeFileSync(join(path, 'b.py'), code(''));
    writeFileSync(join(path, 'c.py'), code(`    y = "${'x'.repeat(2000)}"\n`));
    writeFileSync(join(path, 'test_a.py'), code('    z = 2\n'));
    writeFileSync(join(path, 'test', 'd.py'), code('    z = 3\n'));
    const texts = [...textsOf({ format: 'python', source: 'own', path })];
    expect(texts.map(({ text }) => text.length)).toEqual([69, 1500]);
    expect(new Set(texts.map(({ source }) => source))).toEqual(new Set(['own']));
  });

  it.each(['go.obo', 'obo:=x', 'pdf:a=b'])('written as %s is refused with the formats', (text) => {
    expect(() => parseTextSource(text)).toThrow(`"${text}" is no source of texts`);
  });

  it('goes into one file with the others', async () => {
    const out = join(folder, 'texts.jsonl');
    const obo = join(folder, 'x.obo');
    writeFileSync(obo, '[Term]\nname: folding\ndef: "The act of folding a paper." []\n');
    const printed = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    expect(await makeTextsCommand([`obo:x=${obo}`, `obo:y=${obo}`, '--out', out])).toBe(0);
    printed.mockRestore();
    const { readPlainTexts } = await import('../data/plain-texts.ts');
    expect((await readPlainTexts([out])).texts).toEqual([
      { title: 'folding', text: 'The act of folding a paper.', source: 'x' },
      { title: 'folding', text: 'The act of folding a paper.', source: 'y' },
    ]);
  });
});

// No character of a record, of a file name or of an argument controls the terminal. The verbs come from the program
// itself: one without a case here fails the first test.

import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EVIL, evil, HOSTILE_ROW } from '../../test/hostile.ts';
import { inFolder, PAPERS, writeRows } from '../../test/papers.ts';
import { isHostile } from '../output/characters.ts';
import { ioOn, type Streams } from './io.ts';
import { run, VERBS } from './program.ts';
import { progress } from './progress.ts';

interface Ran {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

async function quire(args: readonly string[], over: Partial<Streams> = {}): Promise<Ran> {
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
    ...over,
  };
  return { exit: await run(args, streams), out, err };
}

/** Line breaks are the program's own, and so are the tabs between cells and the sequence that clears the bar. */
function hostileIn(text: string): readonly string[] {
  return text
    .replaceAll('\r\u001b[K', '\n')
    .split(/[\n\t]/)
    .filter(isHostile);
}

const names = VERBS.map((verb) => verb(ioOn({} as Streams), () => undefined).name()); // a verb touches io only when run

describe('hostile text', () => {
  let folder = '';
  let leave: () => void = () => undefined;
  let left: Promise<void> = Promise.resolve();
  /** A name that a file can have: no slash and no NUL. */
  const evilName = evil('p').replaceAll('\u0000', '').replaceAll('/', '');

  beforeAll(async () => {
    await new Promise<void>((entered) => {
      left = inFolder(async (path) => {
        folder = path;
        entered();
        await new Promise<void>((done) => {
          leave = done;
        });
      });
    });
    const file = writeRows(join(folder, `${evilName}.jsonl`), [HOSTILE_ROW, ...PAPERS]);
    await quire(['import', file, '--data-dir', join(folder, 'data')]);
  });
  afterAll(async () => {
    leave();
    await left;
  });

  const data = () => ['--data-dir', join(folder, 'data')];
  const aborted = AbortSignal.abort();
  /** Command lines of every verb: with hostile records, with hostile arguments, and with files of hostile names. */
  const CASES: Readonly<Record<string, () => readonly (readonly string[])[]>> = {
    serve: () => [
      ['serve', '--port', '0', '--no-sample', '--data-dir', join(folder, evilName, 'served')],
      ['serve', '--host', evil('host'), '--data-dir', join(folder, 'served')],
    ],
    import: () => {
      const rows = [`{"title": "${EVIL}", broken`, { ...HOSTILE_ROW, upvotes: EVIL }, { id: EVIL }, HOSTILE_ROW];
      const file = writeRows(join(folder, `rows${evilName}.jsonl`), rows as never);
      return [
        ['import', file, '--source', evil('source'), ...data()],
        ['import', file, '--source', evil('source').replaceAll('\u0000', ''), ...data()],
        ['import', file, ...data()],
        ['import', join(folder, evil('none')), ...data()],
        ['import', folder, ...data()],
      ];
    },
    search: () => [
      ['search', 'retrieval', '--mode', 'lexical', ...data()],
      ['search', evil('walruses'), ...data()],
      ['search', `"${evil('phrase')}" xyzzy${EVIL}`, ...data()],
      ['search', 'a', '--mode', evil('mode'), ...data()],
    ],
    show: () => [
      ['show', evil('identifier'), ...data()],
      ['show', evil('nothing'), ...data()],
      ['show', 'a', '--data-dir', join(folder, evil('none'))],
    ],
    similar: () => [
      ['similar', '2503.00003', ...data()],
      ['similar', evil('nothing'), ...data()],
    ],
    list: () => [
      ['list', ...data()],
      ['list', '--all', ...data()],
      ['list', '--day', evil('day'), ...data()],
    ],
    export: () => [
      ['export', 'all', '--format', 'markdown', ...data()],
      ['export', 'search', evil('walruses'), ...data()],
      ['export', evil('list'), ...data()],
      ['export', 'all', '-o', join(folder, evil('none'), 'all.bib'), ...data()],
    ],
    sample: () => [
      ['sample', 'remove', ...data()],
      ['sample', 'remove', '--data-dir', join(folder, evil('none'))],
    ],
    works: () => [
      ['works', join(folder, `${evilName}.jsonl`)],
      ['works', join(folder, evil('none'))],
    ],
    model: () => {
      const bad = join(folder, `model${evilName}`);
      mkdirSync(bad, { recursive: true });
      writeFileSync(join(bad, 'config.json'), JSON.stringify({ model_type: EVIL }));
      mkdirSync(join(folder, 'data', 'models', evilName), { recursive: true });
      writeFileSync(join(folder, 'data', 'models', evilName, 'config.json'), `{"fusion": "${EVIL}"}`);
      return [
        ['model', 'add', bad, ...data()],
        ['model', 'add', bad, '--name', 'm', '--query-prefix', EVIL, ...data()],
        ['model', 'add', evil('owner/name'), ...data()],
        ['model', 'add', bad, '--products', evil('products'), ...data()],
        ['model', 'list', ...data()],
        ['model', 'check', ...data()],
        ['model', 'show', evil('none'), ...data()],
        ['model', 'use', evil('none'), ...data()],
        ['model', 'tune', evil('none'), evil('set'), ...data()],
        ['model', 'remove', evil('none'), ...data()],
      ];
    },
    train: () => {
      const rest = ['--works', join(folder, evil('works')), '--teacher', join(folder, evil('t')), '--out', folder];
      const recipe = join(folder, `recipe${evilName}.json`);
      writeFileSync(recipe, JSON.stringify({ kind: EVIL }));
      return [
        ['train', join(folder, evil('none')), ...rest],
        ['train', recipe, ...rest],
        ['train', recipe, ...rest, '--kernels', evil('kernels')],
      ];
    },
    eval: () => [
      ['eval', evil('dataset'), '--data', folder],
      ['eval', '--data', join(folder, evil('none'))],
      ['eval', 'cacm', '--data', folder, '--pipeline', evil('pipeline'), '--run', join(folder, evil('none'), 'x')],
    ],
    doctor: () => [
      ['doctor', '--deep', ...data()],
      ['doctor', '--data-dir', join(folder, evil('none'))],
    ],
  };

  it('has a case for every verb of the program', () => {
    expect(Object.keys(CASES).sort()).toEqual([...names].sort());
  });

  it.each(names)('reaches neither a terminal nor a pipe: %s', async (verb) => {
    const wrong = [
      [verb, evil('a'), evil('b'), evil('c')],
      [verb, `--${evil('option')}`],
      ['help', `${verb}${EVIL}`],
      [`${verb}${EVIL}`],
    ];
    for (const args of [...(CASES[verb]?.() ?? []), ...wrong]) {
      const served = verb === 'serve' ? { signal: aborted } : {};
      for (const over of [{}, { columns: 60, terminal: true }]) {
        const { out, err } = await quire(args, { ...over, ...served });
        expect(out + err, JSON.stringify(args)).not.toBe('');
        expect(hostileIn(out), JSON.stringify(args)).toEqual([]);
        expect(hostileIn(err), JSON.stringify(args)).toEqual([]);
      }
    }
  });

  it.each(names.filter((name) => name !== 'serve'))(
    'is escaped in JSON that parses to the same text: %s',
    async (verb) => {
      for (const args of CASES[verb]?.() ?? []) {
        const { out, err } = await quire([...args, '--json']);
        expect(hostileIn(out), JSON.stringify(args)).toEqual([]);
        expect(hostileIn(err), JSON.stringify(args)).toEqual([]);
        for (const line of out.split('\n').filter((each) => each !== '')) JSON.parse(line);
      }
    },
  );

  it('is the same text after JSON', async () => {
    const { out, err } = await quire(['show', evil('identifier'), '--json', ...data()]);
    expect(err).toBe('');
    const { work } = JSON.parse(out) as { work: { venue: string; keywords: string[] } };
    expect(work).toMatchObject({ venue: HOSTILE_ROW.venue, keywords: [evil('keyword')] });
  });

  it('has one way to the streams of the process', () => {
    const source = fileURLToPath(new URL('..', import.meta.url));
    const writers = readdirSync(source, { recursive: true, encoding: 'utf8' })
      .filter((path) => /(?<!\.test)\.tsx?$/.test(path))
      .filter((path) => /process\.std(?:out|err)|\bconsole\./.test(readFileSync(join(source, path), 'utf8')));
    expect(writers).toEqual([join('cli', 'main.ts')]);
  });

  it('in the name of the folder stays out of the message that nothing is built', async () => {
    const bin = join(folder, evilName, 'app', 'bin');
    mkdirSync(bin, { recursive: true });
    copyFileSync(new URL('../../bin/quire.js', import.meta.url), join(bin, 'quire.mjs'));
    const { status, stderr } = spawnSync(process.execPath, [join(bin, 'quire.mjs')], { encoding: 'utf8' });
    expect([status, stderr.includes('npm run build'), hostileIn(stderr)]).toEqual([1, true, []]);
  });

  it('in a file name stays out of the bar', () => {
    let written = '';
    const err = (text: string) => {
      written += text;
    };
    const streams = { terminal: true, err } as Partial<Streams> as Streams; // progress uses these two alone
    const bar = progress(ioOn(streams), () => 0);
    bar.update(1, 2, evil('file'));
    bar.end();
    expect([written.includes(' 50 %'), hostileIn(written)]).toEqual([true, []]);
  });
});

// `quire eval` over several sets, pipelines and encoders in one call.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeModel } from '../../test/model-folder.ts';
import { inFolder } from '../../test/papers.ts';
import { EXIT, type Streams } from './io.ts';
import { run } from './program.ts';

async function quire(args: readonly string[], over: Partial<Streams> = {}) {
  let [out, err] = ['', ''];
  const streams: Streams = {
    out: async (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    ...{ env: {}, terminal: false, columns: undefined, signal: new AbortController().signal },
    ...over,
  };
  return { exit: await run(args, streams), out, err };
}

const WORDS = 'dense sparse index graph vector query rank learn'.split(' ');

/** A set of 30 documents; query i is the title of document i. */
function writeSet(data: string, name: string): void {
  const folder = join(data, name);
  mkdirSync(join(folder, 'qrels'), { recursive: true });
  const title = (i: number) => `${WORDS[i % 8]} ${WORDS[(i * 3 + 1) % 8]} study of ${name} ${i}`;
  const ids = Array.from({ length: 30 }, (_, i) => i);
  const lines = (rows: readonly object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  const texts = ids.map((i) => ({ _id: `d${i}`, title: title(i), text: `papers of ${WORDS[(i * 5) % 8]}` }));
  writeFileSync(join(folder, 'corpus.jsonl'), lines(texts));
  writeFileSync(
    join(folder, 'queries.jsonl'),
    lines(ids.slice(0, 10).map((i) => ({ _id: `q${i}`, text: title(i).slice(0, -3) }))),
  );
  const rows = ids.slice(0, 10).map((i) => `q${i}\td${i}\t1\n`);
  for (const split of ['test', 'dev'])
    writeFileSync(join(folder, 'qrels', `${split}.tsv`), `query-id\tcorpus-id\tscore\n${rows.join('')}`);
}

describe('quire eval over several systems', () => {
  it('compares them with the first one on each set and over all queries, and writes a file of each', async () => {
    await inFolder(async (folder) => {
      const data = join(folder, 'sets');
      for (const name of ['one', 'two']) writeSet(data, name);
      const model = writeModel(join(folder, 'tiny'));
      const args = [
        ...[
          'eval',
          'one',
          'two:dev',
          '--data',
          data,
          '--pipeline',
          'bm25,dense,hybrid',
          '--data-dir',
          join(folder, 'data'),
        ],
        ...['--model', 'static-v1', '--model', model, '--weight', '0.4', '--out', join(folder, 'results')],
        ...['--cache', join(folder, 'cache')],
      ];
      const { exit, out, err } = await quire([...args, '--json']);
      expect([exit, err.includes('error')], err).toEqual([EXIT.ok, false]);
      const { results, comparisons } = JSON.parse(out) as {
        results: { dataset: string; split: string; pipeline: string; encoder?: string; fusion?: { weight: number } }[];
        comparisons: { set: string; system: string; n: number; p: number; adjustedP: number }[];
      };
      expect(
        results.map(({ dataset, split, pipeline, encoder = '' }) => [dataset, split, pipeline, encoder].join(' ')),
      ).toEqual(
        ['one test', 'two dev'].flatMap((set) =>
          ['bm25 ', 'dense static-v1', 'hybrid static-v1', 'dense tiny', 'hybrid tiny'].map(
            (system) => `${set} ${system}`,
          ),
        ),
      );
      expect(results.find(({ pipeline }) => pipeline === 'hybrid')?.fusion?.weight).toBe(0.4);
      expect(comparisons.filter(({ set }) => set === 'all').map(({ system, n }) => [system, n])).toEqual(
        ['dense static-v1', 'hybrid static-v1 0.4', 'dense tiny', 'hybrid tiny 0.4'].map((system) => [system, 20]),
      );
      for (const { p, adjustedP } of comparisons) expect(adjustedP).toBeGreaterThanOrEqual(p);
      const files = readdirSync(join(folder, 'results')).sort();
      expect(files).toContain('two.dev.hybrid.tiny.w0.4.json');
      expect(files).toHaveLength(10);
      const file = JSON.parse(readFileSync(join(folder, 'results', 'one.test.dense.tiny.json'), 'utf8'));
      expect(file).toMatchObject({
        ...{ format: 'quire-result', dataset: { name: 'one', split: 'test' }, queries: 10 },
        configuration: { pipeline: 'dense', encoder: 'tiny', space: expect.stringContaining('transformer-int8-') },
        circumstances: { date: expect.stringMatching(/^\d{4}-/), commit: expect.any(String) },
      });
      // A second run reads the vectors and gives the same numbers.
      const again = await quire([...args, '--json']);
      const without = (text: string) => text.replace(/"wallMs":\d+/g, '');
      expect(without(again.out)).toBe(without(out));
      expect(readdirSync(join(folder, 'cache'))).toHaveLength(1);
      const table = await quire(args, { columns: 160 });
      expect(table.out).toMatch(/^all +hybrid tiny 0\.4 +20 /m);
    });
  });

  it('chooses the weight of a model on a split for tuning, and keeps it', async () => {
    await inFolder(async (folder) => {
      const [data, dir] = [join(folder, 'sets'), ['--data-dir', join(folder, 'data')]];
      writeSet(data, 'one');
      await quire(['model', 'add', writeModel(join(folder, 'tiny')), ...dir]);
      const args = ['--data', data, '--cache', join(folder, 'cache'), ...dir];
      const { exit, out, err } = await quire(['model', 'tune', 'tiny', 'one:dev', '--json', ...args]);
      expect([exit, err.includes('error')], err).toEqual([EXIT.ok, false]);
      const { fusion, curve, sets } = JSON.parse(out) as {
        fusion: { weight: number };
        curve: { weight: number; mean: number }[];
        sets: string[];
      };
      const best = Math.max(...curve.map(({ mean }) => mean));
      expect(fusion.weight).toBe(curve.find(({ mean }) => mean === best)?.weight);
      expect([curve.length, sets]).toEqual([17, ['one dev']]);
      const shown = JSON.parse((await quire(['model', 'show', 'tiny', '--json', ...dir])).out);
      expect(shown).toMatchObject({ isTuned: true, fusion, tuned: { on: ['one dev'] } });
      expect((await quire(['model', 'tune', 'tiny', 'one:test', ...args])).exit).toBe(EXIT.usage);
      expect((await quire(['model', 'tune', 'static-v1', 'one:dev', ...args])).exit).toBe(EXIT.usage);
    });
  });

  it('refuses what belongs to one system, a weight that is none and an unknown model', async () => {
    await inFolder(async (folder) => {
      const data = join(folder, 'sets');
      writeSet(data, 'one');
      const base = ['eval', 'one', '--data', data];
      const two = await quire([...base, '--pipeline', 'bm25,lexical', '--result', join(folder, 'x')]);
      expect([two.exit, two.err.includes('--out FOLDER')]).toEqual([EXIT.usage, true]);
      expect((await quire([...base, '--weight', '2'])).exit).toBe(EXIT.usage);
      expect((await quire([...base, '--pipeline', 'hybrid', '--model', 'none'])).err).toContain(
        'There is no model "none"',
      );
    });
  });
});

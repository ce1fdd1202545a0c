// `quire model`: a model comes in, is listed, shown, checked and removed; every refusal says what to do.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startHub } from '../../test/hub.ts';
import { BERT, modelFolder, writeModel } from '../../test/model-folder.ts';
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

describe('quire model', () => {
  it.each(['add', 'use', 'tune', 'list', 'show', 'check', 'remove'])(
    '%s has help with examples and exit codes',
    async (verb) => {
      const { exit, out } = await quire(['model', verb, '--help']);
      expect([exit, out.includes('Examples:'), out.includes('Exit codes: 0')]).toEqual([EXIT.ok, true, true]);
      expect((await quire(['model', verb, '--nothing'])).err).toContain(`"quire model ${verb} --help"`);
      expect((await quire(['help', 'model'])).out).toMatch(new RegExp(`^  ${verb} `, 'm'));
    },
  );

  it('adds a folder, and lists, shows, checks and removes it', async () => {
    await inFolder(async (folder) => {
      const dir = ['--data-dir', join(folder, 'data')];
      const source = writeModel(join(folder, 'tiny'));
      const added = await quire(['model', 'add', source, ...dir]);
      expect(added).toMatchObject({
        exit: EXIT.ok,
        out: expect.stringContaining('tiny: bert, 24 dimensions, 300 tokens'),
      });
      const listed = (await quire(['model', 'list', ...dir])).out;
      expect(listed).toMatch(/^static-v1\tshipped/m);
      expect(listed).toMatch(/^tiny\tadded\tbert\t0\.3 \(not tuned\)\t24 dimensions, \d+ kB, from /m);
      const shown = JSON.parse((await quire(['model', 'show', 'tiny', '--json', ...dir])).out);
      expect(shown).toMatchObject({ name: 'tiny', source, dim: 24, products: 'int8', pooling: 'mean' });
      expect(await quire(['model', 'check', 'tiny', ...dir])).toMatchObject({
        exit: EXIT.ok,
        out: expect.stringMatching(/^ok +tiny/),
      });
      const weights = join(folder, 'data', 'models', 'tiny', 'model.safetensors');
      writeFileSync(weights, readFileSync(weights).subarray(0, 1_000));
      expect(await quire(['model', 'check', ...dir])).toMatchObject({
        exit: EXIT.damaged,
        out: expect.stringContaining('damaged  tiny: model.safetensors: it has 1000 bytes'),
      });
      expect((await quire(['model', 'add', source, ...dir])).exit).toBe(EXIT.usage);
      expect((await quire(['model', 'remove', 'static-v1', ...dir])).exit).toBe(EXIT.usage);
      expect((await quire(['model', 'remove', 'tiny', ...dir])).exit).toBe(EXIT.ok);
      expect(await quire(['model', 'show', 'tiny', ...dir])).toMatchObject({
        exit: EXIT.failed,
        err: expect.stringMatching(/The models are: .*static-v1/),
      });
    });
  });

  it('adds a model of a hub, and tells its size first', async () => {
    await inFolder(async (folder) => {
      const hub = await startHub('owner/tiny', modelFolder(BERT));
      const dir = ['--data-dir', join(folder, 'data')];
      const env = { QUIRE_HUB: hub.url };
      try {
        const { exit, out, err } = await quire(['model', 'add', 'owner/tiny', '--json', ...dir], { env });
        expect([exit, err]).toEqual([
          EXIT.ok,
          expect.stringMatching(/owner\/tiny \(c0ffee012345\) from \S+: \d+ kB of weights/),
        ]);
        expect(JSON.parse(out)).toMatchObject({ name: 'tiny', source: `${hub.url}/owner/tiny@${hub.commit}` });
        expect(readdirSync(join(folder, 'data', 'models'))).toEqual(['tiny']);
        const none = await quire(['model', 'add', 'owner/none', ...dir], { env });
        expect(none).toMatchObject({
          exit: EXIT.failed,
          err: expect.stringContaining('The hub has no model "owner/none"'),
        });
        expect((await quire(['model', 'add', 'none', ...dir], { env })).err).toContain('There is no folder none');
        expect((await quire(['model', 'add', 'a/b', ...dir], { env: { QUIRE_HUB: 'x' } })).exit).toBe(EXIT.usage);
      } finally {
        await hub.close();
      }
    });
  });
});

// Asks the transformers library itself. QUIRE_TRANSFORMERS names a Python that has it (pip install torch transformers); QUIRE_MINILM names the
// folder of all-MiniLM-L6-v2, which is then compared, too. QUIRE_WRITE_FIXTURES=1 writes fixtures/transformers.json.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformerEncoder } from '@quire/engine/encoders';
import { readTransformerFolder } from '@quire/engine/node';
import { describe, expect, it } from 'vitest';
import { BERT, MODERN_BERT, modelFolder } from '../support/model-folder.ts';
import answers from './fixtures/transformers.json';
import { difference, LENGTHS, rowsFrom, SEED, tokensOf } from './transformers-cases.ts';

const python = process.env.QUIRE_TRANSFORMERS;
const minilm = process.env.QUIRE_MINILM;
const script = fileURLToPath(new URL('../../../test/oracle/python/transformers_states.py', import.meta.url));
const fixture = fileURLToPath(new URL('./fixtures/transformers.json', import.meta.url));

function ask(...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(python!, [script, ...args], { encoding: 'utf8', maxBuffer: 1 << 30 });
  if (status !== 0) throw new Error(stderr);
  return stdout.trim();
}

function askAboutFolder(config: typeof BERT | typeof MODERN_BERT): string {
  const folder = mkdtempSync(join(tmpdir(), 'quire-transformers-'));
  try {
    for (const [path, bytes] of modelFolder(config, SEED)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), bytes);
    }
    return ask(folder, String(LENGTHS), String(config.vocab_size));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const asks = python === undefined ? describe.skip : describe;
asks(`the transformers library${python === undefined ? ' (skipped: QUIRE_TRANSFORMERS is not set)' : ''}`, () => {
  it('gives the answers of the fixture', { timeout: 600_000 }, () => {
    const found = { bert: askAboutFolder(BERT), modernbert: askAboutFolder(MODERN_BERT) };
    if (process.env.QUIRE_WRITE_FIXTURES === '1') {
      writeFileSync(fixture, `${JSON.stringify(found, null, 2)}\n`);
      return;
    }
    for (const [name, config] of [
      ['bert', BERT],
      ['modernbert', MODERN_BERT],
    ] as const) {
      const [own, kept] = [rowsFrom(found[name], config.hidden_size), rowsFrom(answers[name], config.hidden_size)];
      for (const [i, row] of own.entries()) expect(difference(row, kept[i]!)).toBeLessThan(1e-5);
    }
  });

  it.skipIf(minilm === undefined)(
    `gives the hidden states of all-MiniLM-L6-v2 within 1e-4, every row, lengths 1 to 300${minilm === undefined ? ' (skipped: QUIRE_MINILM is not set)' : ''}`,
    { timeout: 1_200_000 },
    async () => {
      const model = await readTransformerFolder(minilm!);
      const encoder = await transformerEncoder(model);
      const { width, vocabulary } = model.transformer;
      const wanted = rowsFrom(ask(minilm!, String(LENGTHS), String(vocabulary), '--all'), width);
      let worst = 0;
      let at = 0;
      for (let n = 1; n <= LENGTHS; n++) {
        const states = await encoder.hiddenStates(tokensOf(n, vocabulary));
        for (let row = 0; row < n; row++)
          worst = Math.max(worst, difference(states.subarray(row * width, (row + 1) * width), wanted[at++]!));
      }
      console.log(`all-MiniLM-L6-v2, ${at} rows: largest difference ${worst}`);
      expect(worst).toBeLessThan(1e-4);
      encoder.close();
    },
  );
});

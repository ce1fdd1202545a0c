// Type tests: the compiler must accept retrieval.ts with every @ts-expect-error in it.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));

it('retrieve(terms, denseIndex, 10) does not compile, and the rest of the algebra compiles', () => {
  const folder = mkdtempSync(join(tmpdir(), 'quire-types-'));
  const config = join(folder, 'tsconfig.json');
  const compilerOptions = {
    noEmit: true,
    composite: false,
    declaration: false,
    noUnusedLocals: false,
    types: [],
    lib: ['ES2023', 'WebWorker'],
    allowImportingTsExtensions: true,
    paths: { '@quire/engine/*': [join(root, 'engine/src/*/index.ts')] },
  };
  const files = [join(root, 'engine/test/types/retrieval.ts')];
  try {
    writeFileSync(config, JSON.stringify({ extends: join(root, 'tsconfig.base.json'), compilerOptions, files }));
    const tsc = spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', config], {
      encoding: 'utf8',
    });
    const own = tsc.stdout.split('\n').filter((line) => line.includes('test/types/retrieval.ts'));
    expect(own).toEqual([]);
    expect(tsc.error).toBeUndefined();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

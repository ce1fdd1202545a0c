// The SQLite driver needs no compiler and no download: its package holds a binary for every platform.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';

const entry = createRequire(import.meta.url).resolve('@photostructure/sqlite/package.json');

it.each([
  'darwin-arm64/@photostructure+sqlite.glibc.node',
  'darwin-x64/@photostructure+sqlite.glibc.node',
  'linux-arm64/@photostructure+sqlite.glibc.node',
  'linux-arm64/@photostructure+sqlite.musl.node',
  'linux-x64/@photostructure+sqlite.glibc.node',
  'linux-x64/@photostructure+sqlite.musl.node',
  'win32-arm64/@photostructure+sqlite.glibc.node',
  'win32-x64/@photostructure+sqlite.glibc.node',
])('the package of the driver holds the binary %s', (name) => {
  expect(existsSync(join(dirname(entry), 'prebuilds', name))).toBe(true);
});

it('the install script of the driver only looks for a binary that loads', () => {
  const { scripts } = JSON.parse(readFileSync(entry, 'utf8'));
  expect(scripts.install).toBe('node-gyp-build');
});

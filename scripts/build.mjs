// Builds the repository: the kernels (AssemblyScript to a generated TypeScript module), the packages (tsc), the
// style sheet, script and fonts of the pages (vite). Each step prints its time; the first failure stops the build.
import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { filesBelow } from './lib/files.mjs';
import { rememberBuild, sourceHash } from './lib/fresh.mjs';
import { at, root } from './lib/paths.mjs';

if (process.argv.includes('--clean')) {
  for (const name of ['engine', 'learn', 'app']) rmSync(at(name, 'dist'), { recursive: true, force: true });
}

const hash = sourceHash();
step('kernels', 'scripts/kernels.mjs');
step('packages', 'node_modules/typescript/bin/tsc', '-b');
for (const name of ['engine', 'learn', 'app']) dropStale(name);
step('assets', 'app/scripts/assets.mjs');
rememberBuild(hash);

/** Runs a script of the repository with this Node; a step whose script does not exist is skipped. */
function step(name, script, ...args) {
  if (!existsSync(at(script))) return;
  const start = process.hrtime.bigint();
  const done = spawnSync(process.execPath, [at(script), ...args], { cwd: root, stdio: 'inherit' });
  if (done.status !== 0) {
    console.error(`build: ${name} failed`);
    process.exit(1);
  }
  console.log(`build: ${name} in ${(Number(process.hrtime.bigint() - start) / 1e9).toFixed(1)} s`);
}

/** Deletes compiled files without a source, so that no file of a renamed source is packed or loaded. */
function dropStale(name) {
  for (const file of filesBelow(at(name, 'dist'), /\.(js|d\.ts)$/)) {
    const source = at(name, 'src', file.replace(/\.(js|d\.ts)$/, ''));
    if (!existsSync(`${source}.ts`) && !existsSync(`${source}.tsx`)) rmSync(at(name, 'dist', file));
  }
}

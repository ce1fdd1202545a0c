// Runs the engine's suite on Node 24 from any version of Node: installs the npm package `node` into this folder at first
// use and runs scripts/test.mjs with it. Arguments are passed to vitest.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = dirname(fileURLToPath(import.meta.url));
const windows = process.platform === 'win32';
const node = join(folder, 'node_modules', 'node', 'bin', windows ? 'node.exe' : 'node');
const { dependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

if (versionOf(node) !== `v${dependencies.node}`) install();
const test = join(folder, '..', 'scripts', 'test.mjs');
const done = spawnSync(node, [test, '--engine', ...process.argv.slice(2)], { stdio: 'inherit' });
process.exitCode = done.status ?? 1;

function install() {
  console.log(`runner: installing Node ${dependencies.node} (npm package node)`);
  const done = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: folder, stdio: 'inherit', shell: windows });
  if (done.status === 0 && versionOf(node) === `v${dependencies.node}`) return;
  console.error('runner: Node 24 could not be installed; the lines above say why');
  process.exit(1);
}

function versionOf(path) {
  return existsSync(path) ? spawnSync(path, ['-v'], { encoding: 'utf8' }).stdout.trim() : undefined;
}

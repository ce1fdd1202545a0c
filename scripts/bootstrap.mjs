// Prepares a clone: checks the version of Node, runs npm ci when node_modules differs from package-lock.json, and builds
// when a source changed. Runs before `npm start` and `npm test`, without dependencies, and prints one line for each step.
// It needs no network when nothing changed.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { needsBuild } from './lib/fresh.mjs';
import { at, root } from './lib/paths.mjs';

const OLDEST_NODE = [20, 19];

checkNode();
const installed = installIfNeeded();
const built = buildIfNeeded();
if (!installed && !built) console.log('bootstrap: installed and built already');

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return;
  console.error(`bootstrap: this is Node ${process.versions.node}; Quire needs Node ${OLDEST_NODE.join('.')} or newer`);
  process.exit(1);
}

function installIfNeeded() {
  const missing = firstDifference();
  if (missing === undefined) return false;
  console.log(`bootstrap: installing with npm ci (${missing})`);
  // Install scripts never run: they could fetch binaries from other hosts, and no package here needs one.
  npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], 'installing failed');
  return true;
}

/** The first difference between node_modules and package-lock.json, in words; undefined when they agree. */
function firstDifference() {
  const record = at('node_modules', '.package-lock.json');
  if (!existsSync(record)) return 'nothing is installed yet';
  const have = JSON.parse(readFileSync(record, 'utf8')).packages;
  const want = JSON.parse(readFileSync(at('package-lock.json'), 'utf8')).packages;
  for (const [path, wanted] of Object.entries(want)) {
    if (!path.startsWith('node_modules/') && !path.includes('/node_modules/')) continue; // the workspaces themselves
    const name = path.replace(/^.*node_modules\//, '');
    const there = have[path];
    if (there === undefined && (wanted.optional || wanted.peer)) continue; // for another platform
    if (there?.version !== wanted.version || there?.link !== wanted.link)
      return `${name} differs from package-lock.json`;
    if (!existsSync(at(path))) return `${name} is missing`;
  }
  return undefined;
}

function buildIfNeeded() {
  const why = needsBuild();
  if (why === undefined) return false;
  console.log(`bootstrap: building (${why})`);
  const done = spawnSync(process.execPath, [at('scripts', 'build.mjs')], { cwd: root, stdio: 'inherit' });
  if (done.status !== 0) stop('the build failed');
  return true;
}

function npm(args, failure) {
  const script = process.env.npm_execpath; // set when npm started this script: the path of that npm
  const useScript = script !== undefined && /npm[^/\\]*\.c?js$/.test(script);
  const done = useScript
    ? spawnSync(process.execPath, [script, ...args], { cwd: root, stdio: 'inherit' })
    : spawnSync('npm', args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
  if (done.status !== 0) stop(failure);
}

function stop(failure) {
  console.error(`bootstrap: ${failure}; see the lines above`);
  process.exit(1);
}

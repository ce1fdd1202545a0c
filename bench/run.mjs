// `npm run bench NAME -- …`: runs bench/NAME/run.mjs (or bench/NAME.mjs). At first use it installs the peers into this
// folder from its own package.json, so they are not dependencies of Quire. Without a name it lists the benches.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = dirname(fileURLToPath(import.meta.url));
const [name, ...args] = process.argv.slice(2);
const script = [join(folder, `${name}`, 'run.mjs'), join(folder, `${name}.mjs`)].find((path) => existsSync(path));

if (name === undefined || script === undefined || name === 'run') usage();
else {
  install();
  const done = spawnSync(process.execPath, ['--expose-gc', script, ...args], { stdio: 'inherit' });
  process.exitCode = done.status ?? 1;
}

function usage() {
  const names = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(folder, entry.name, 'run.mjs')))
    .map((entry) => entry.name);
  console.error(
    `bench: ${name === undefined ? 'give a name' : `no bench is called ${name}`}; there are: ${names.join(', ')}`,
  );
  process.exitCode = 2;
}

/** Installs the peers when one of the manifest is missing or has another version. */
function install() {
  const { dependencies = {}, optionalDependencies = {} } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  );
  // Optional peers may fail to install: their rows say so.
  const missing = Object.entries({ ...dependencies, ...optionalDependencies }).filter(
    ([peer, version]) => installedVersion(peer) !== version,
  );
  if (missing.length === 0) return;
  console.log(`bench: installing ${missing.map(([peer]) => peer).join(', ')} into bench/`);
  const windows = process.platform === 'win32';
  // The manifest names exact versions; a lockfile would list packages for platforms that some registries lack.
  const ask = ['install', '--no-package-lock', '--no-audit', '--no-fund'];
  // onnxruntime-node, which one peer depends on, would fetch CUDA files from another server.
  const env = { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' };
  const done = spawnSync('npm', ask, { cwd: folder, stdio: 'inherit', shell: windows, env });
  if (done.status !== 0) process.exit(1);
}

function installedVersion(peer) {
  const path = join(folder, 'node_modules', peer, 'package.json');
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).version : undefined;
}

// Installs onnxruntime-node on demand into a folder of its own (.cache/accelerate, or QUIRE_ACCELERATE), so that no package depends on it:
// `quire train --executor onnx` and the benches use it from there. Its install script, which would fetch CUDA files, does not run.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { at } from './lib/paths.mjs';

const VERSION = '1.30.0';
const PACKAGE = 'onnxruntime-node';
const usage = `Usage: npm run accelerate [-- --help]

Installs ${PACKAGE} ${VERSION} (about 290 MB, MIT licence) into .cache/accelerate, or into the folder that
QUIRE_ACCELERATE names. "quire train --executor onnx" then trains with it. To remove it, delete the folder.
`;

if (process.argv.length > 2) {
  process.stdout.write(usage);
  process.exitCode = process.argv[2] === '--help' ? 0 : 2;
} else process.exitCode = install(resolve(process.env.QUIRE_ACCELERATE ?? at('.cache', 'accelerate')));

function install(folder) {
  const manifest = join(folder, 'node_modules', PACKAGE, 'package.json');
  if (existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).version === VERSION) {
    console.log(`accelerate: ${PACKAGE} ${VERSION} is in ${folder}`);
    return 0;
  }
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, 'package.json'),
    `${JSON.stringify({ private: true, dependencies: { [PACKAGE]: VERSION } })}\n`,
  );
  console.log(`accelerate: installing ${PACKAGE} ${VERSION} into ${folder}`);
  const ask = ['install', '--ignore-scripts', '--no-package-lock', '--no-audit', '--no-fund'];
  const done = spawnSync('npm', ask, { cwd: folder, stdio: 'inherit', shell: process.platform === 'win32' });
  if (done.status !== 0) {
    console.error(
      `accelerate: npm ended with ${done.status ?? done.error?.message}; nothing needs the runtime, training works without it`,
    );
    return 1;
  }
  console.log(`accelerate: ready; use "quire train ... --executor onnx"`);
  return 0;
}

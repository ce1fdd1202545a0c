// Compiles all packages at once, tests included, in strict mode. (The build compiles each package separately.)
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

export const name = 'types of sources and tests';

/** @returns {string[]} the compiler's errors */
export function check(root) {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const project = join(root, 'tsconfig.test.json');
  if (!existsSync(project)) return ['tsconfig.test.json is missing'];
  const done = spawnSync(process.execPath, [tsc, '-p', project, '--pretty', 'false'], { cwd: root, encoding: 'utf8' });
  if (done.status === 0) return [];
  const lines = `${done.stdout}${done.stderr}`.split('\n').filter((line) => line !== '' && !line.startsWith(' '));
  return lines.length > 0 ? lines : [`tsc ended with ${done.status}`];
}

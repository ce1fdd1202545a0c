// Runs the formatter and linter over the whole tree, as a check, and lists their first problems.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

export const name = 'format and lint';

/** @returns {string[]} the problems that biome reports */
export function check(root) {
  const biome = join(root, 'node_modules', '@biomejs', 'biome', 'bin', 'biome');
  const args = [biome, 'check', '--reporter=github', '--max-diagnostics=40', '.'];
  const done = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  if (done.status === 0) return [];
  const lines = done.stdout.split('\n').filter((line) => line.startsWith('::error'));
  return lines.length > 0
    ? lines.map((line) => plain(line, root))
    : [`biome ended with ${done.status}: ${done.stderr.slice(0, 500)}`];
}

/** `::error title=rule,file=x,line=3,…::message` as `x:3: rule: message`. */
function plain(line, root) {
  const [, fields = '', message = ''] = /^::error ?(.*?)::(.*)$/.exec(line) ?? [];
  const field = (key) => new RegExp(`(?:^|,)${key}=([^,]*)`).exec(fields)?.[1] ?? '';
  return `${field('file').replace(`${root}/`, '')}:${field('line')}: ${field('title')}: ${message}`;
}

// The result file of `npm run test:long`: machine, commit, seed, duration, result, and the slowest files.
import { execFileSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { root } from './paths.mjs';

/** The text of docs/results/test-long.md. */
export function longReport({ parts, lines, failed, started }) {
  const seconds = ((Date.now() - started) / 1000).toFixed(0);
  const rows = parts.flatMap((part) =>
    [...part.files]
      .sort((a, b) => b.ms - a.ms)
      .slice(0, 15)
      .map(({ file, ms }) => `| ${part.name} | ${file} | ${(ms / 1000).toFixed(1)} |`),
  );
  return [
    '# The long test run',
    '',
    'Written by `npm run test:long`: every suite with the full counts. Do not edit by hand.',
    '',
    `- when: ${new Date(started).toISOString().slice(0, 16)}Z, took ${seconds} s`,
    `- commit: ${commit()}`,
    `- seed: QUIRE_SEED=${process.env.QUIRE_SEED}`,
    `- machine: ${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, ${process.platform}, Node ${process.version}`,
    `- result: ${lines.at(-1)}`,
    ...failed.map((name) => `- failed: ${name}`),
    '',
    '| runtime | slowest files | seconds |',
    '|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

function commit() {
  try {
    const git = (...args) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
    return `${git('rev-parse', '--short', 'HEAD')}${git('status', '--porcelain') === '' ? '' : ' with local changes'}`;
  } catch {
    return 'unknown (no git)';
  }
}

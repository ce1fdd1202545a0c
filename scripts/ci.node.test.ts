// CI adds up its suites, prints the plain counts last, and fails when a suite fails or ends before its counts.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { unless } from '../engine/test/support/skip.ts';
import { at, runs } from './lib/paths.mjs';

const counts = (passed: number, failed: number, skipped: number) =>
  `${passed} passed, ${failed} failed, ${skipped} skipped`;
const suite = (line: string, status = 0) => `echo '${line}' && echo '${line} (1: no ../shared)' && exit ${status}`;

/** Runs .ci/run over a repository with these shell lines as its two suites. */
function ci(test: string, node24: string): { status: number | null; last: string | undefined } {
  const folder = mkdtempSync(join(tmpdir(), 'quire-ci-'));
  try {
    mkdirSync(join(folder, '.ci'));
    cpSync(at('.ci', 'run'), join(folder, '.ci', 'run'));
    const scripts = { oracles: 'exit 0', test, 'test:node24': node24 };
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'ci', private: true, scripts }));
    // With a chromium on the path, .ci/run installs nothing.
    mkdirSync(join(folder, 'bin'));
    writeFileSync(join(folder, 'bin', 'chromium'), '#!/bin/sh\n', { mode: 0o755 });
    const env = { ...process.env, PATH: `${join(folder, 'bin')}:${process.env.PATH}` };
    const done = spawnSync('bash', [join(folder, '.ci', 'run')], { env, encoding: 'utf8' });
    return { status: done.status, last: done.stdout.trimEnd().split('\n').at(-1) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

unless(runs('bash', '--version') ? undefined : 'no bash').describe('.ci/run', () => {
  it('adds up the counts of the suites', () => {
    expect(ci(suite(counts(10, 0, 2)), suite(counts(5, 0, 1)))).toEqual({ status: 0, last: counts(15, 0, 3) });
  });

  it('fails when a suite fails', () => {
    expect(ci(suite(counts(9, 1, 2), 1), suite(counts(5, 0, 1)))).toEqual({ status: 1, last: counts(14, 1, 3) });
  });

  it('fails when a suite counts failures but exits with 0', () => {
    expect(ci(suite(counts(10, 0, 2)), suite(counts(4, 1, 1)))).toEqual({ status: 1, last: counts(14, 1, 3) });
  });

  it('fails when a suite ends before its counts', () => {
    expect(ci('echo building && exit 1', suite(counts(5, 0, 1)))).toEqual({ status: 1, last: counts(5, 1, 1) });
  });
});

// The test run: the checks of the repository, all suites in this Node, the suite of the engine in Chromium, and the sum of
// their counts. `npm test -- <arguments>` passes the arguments to vitest and runs only that. `--long` uses the full counts
// and a new seed and writes docs/results/test-long.md. With CI=true a skip whose toolchain is present is a failure.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runChecks } from './checks/all.mjs';
import { chromiumPath } from './lib/chromium.mjs';
import { longReport } from './lib/long-report.mjs';
import { at, root, runs } from './lib/paths.mjs';
import { summary, verdict } from './lib/verdict.mjs';

const own = new Set(['--long', '--browser', '--node', '--engine']);
const given = process.argv.slice(2);
const has = (flag) => given.includes(flag);
const passed = given.filter((argument) => !own.has(argument));
const whole = passed.length === 0 && !has('--browser') && !has('--node') && !has('--engine');
const scratch = mkdtempSync(join(tmpdir(), 'quire-test-'));
const started = Date.now();

if (has('--long')) process.env.QUIRE_LONG = '1';
process.env.QUIRE_SEED ??= has('--long') ? String(Math.floor(Math.random() * 2 ** 31)) : '20261122';
console.log(
  `tests: Node ${process.version}, seed QUIRE_SEED=${process.env.QUIRE_SEED}${has('--long') ? ', full counts' : ''}`,
);

const parts = [];
if (whole) parts.push(await runChecks());
if (!has('--browser')) parts.push(vitest('node', has('--engine') && passed.length === 0 ? ['engine/'] : passed));
if (whole || has('--browser')) parts.push(browser());
rmSync(scratch, { recursive: true, force: true });
finish();

function vitest(name, args, config = 'vitest.config.ts') {
  const path = join(scratch, `${name}.json`);
  const tool = at('node_modules', 'vitest', 'vitest.mjs');
  const reporters = ['--reporter=default', `--reporter=${at('scripts', 'lib', 'count-reporter.mjs')}`];
  const env = { ...process.env, QUIRE_COUNTS: path };
  const done = spawnSync(process.execPath, [tool, 'run', '--config', at(config), ...reporters, ...args], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env,
  });
  if (!existsSync(path))
    return {
      name,
      passed: 0,
      failed: [`vitest (${name}) ended with ${done.status ?? done.signal} and no result`],
      skipped: [],
      files: [],
    };
  const part = JSON.parse(readFileSync(path, 'utf8'));
  if (done.status !== 0 && part.failed.length === 0)
    part.failed.push(`vitest (${name}) ended with ${done.status ?? done.signal}`);
  return { name, ...part };
}

function browser() {
  const reason = chromiumPath() === undefined ? 'no Chromium' : undefined;
  if (reason === undefined) return vitest('chromium', passed, 'vitest.browser.config.ts');
  console.log(`tests: the engine's suite in a browser is skipped: ${reason}`);
  return { name: 'chromium', passed: 0, failed: [], skipped: [{ name: 'the suite in Chromium', reason }], files: [] };
}

function finish() {
  const machine = {
    java: runs('java', '-version') && runs('mvn', '-v'),
    python: runs('python3', '--version'),
    chromium: chromiumPath() !== undefined,
    shared: existsSync(process.env.QUIRE_DATA ?? at('..', 'shared', 'data', 'benchmarks')),
  };
  const strict = /^(1|true)$/.test(process.env.CI ?? '');
  const result = verdict(parts, { strict, has: machine, filtered: passed.length > 0 });
  const lines = summary(result);
  if (result.failed.length > 0) console.log(`\nfailed:\n${result.failed.map((name) => `  ${name}`).join('\n')}`);
  if (has('--long')) {
    mkdirSync(at('docs', 'results'), { recursive: true });
    writeFileSync(at('docs', 'results', 'test-long.md'), longReport({ parts, lines, failed: result.failed, started }));
  }
  console.log(`\n${lines.join('\n')}`);
  process.exitCode = result.failed.length > 0 ? 1 : 0;
}

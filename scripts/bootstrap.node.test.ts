// The bootstrap in a small clone: it refuses an old Node, names what is missing, and does nothing when nothing changed.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { at } from './lib/paths.mjs';

let clone: string;
beforeEach(() => {
  clone = mkdtempSync(join(tmpdir(), 'quire-bootstrap-'));
  for (const path of ['scripts/bootstrap.mjs', 'scripts/lib/fresh.mjs', 'scripts/lib/paths.mjs']) {
    cpSync(at(path), join(clone, path));
  }
  write('scripts/build.mjs', built);
  write('package-lock.json', lock('1.0.0'));
  write('node_modules/.package-lock.json', record('1.0.0'));
  write('node_modules/thing/index.js', '');
  write('engine/src/a.ts', 'export const a = 1;');
});
afterEach(() => rmSync(clone, { recursive: true, force: true }));

// Replaces the build: it records the hash of its sources like the real build, and makes the output folder.
const built = `
  import { mkdirSync } from 'node:fs';
  import { rememberBuild, sourceHash } from './lib/fresh.mjs';
  mkdirSync('engine/dist', { recursive: true });
  rememberBuild(sourceHash());`;

// Replaces npm: it prints its arguments.
const npm = 'console.log("npm " + process.argv.slice(2).join(" "))';

// The packages that npm installed, and the lockfile with one more package, which is for another platform.
const record = (version: string, more = {}) =>
  JSON.stringify({ packages: { '': {}, 'node_modules/thing': { version }, ...more } });
const lock = (version: string) => record(version, { 'node_modules/elsewhere': { version: '1.0.0', optional: true } });

function write(path: string, text: string): void {
  mkdirSync(join(clone, path, '..'), { recursive: true });
  writeFileSync(join(clone, path), text);
}

function bootstrap(...node: string[]): { status: number | null; output: string } {
  write('npm-cli.js', npm);
  const env = { ...process.env, npm_execpath: join(clone, 'npm-cli.js') };
  const done = spawnSync(process.execPath, [...node, 'scripts/bootstrap.mjs'], { cwd: clone, env, encoding: 'utf8' });
  return { status: done.status, output: done.stdout + done.stderr };
}

describe('bootstrap', () => {
  it('builds once, then does nothing', () => {
    expect(bootstrap().output).toMatch(/building \(nothing was built here yet\)/);
    expect(bootstrap()).toEqual({ status: 0, output: 'bootstrap: installed and built already\n' });
  });

  it.each([
    ['a source', () => write('engine/src/a.ts', 'export const a = 2;'), /building \(a source changed\)/],
    [
      'the output',
      () => rmSync(join(clone, 'engine/dist'), { recursive: true }),
      /building \(engine\/dist is missing\)/,
    ],
    ['the lockfile', () => write('package-lock.json', lock('1.0.1')), /installing with npm ci \(thing differs/],
    ['a package', () => rmSync(join(clone, 'node_modules/thing'), { recursive: true }), /npm ci \(thing is missing\)/],
    ['everything', () => rmSync(join(clone, 'node_modules'), { recursive: true }), /nothing is installed yet/],
  ])('notices that %s changed', (_what, change, message) => {
    bootstrap();
    change();
    expect(bootstrap().output).toMatch(message);
  });

  it('installs without running scripts of packages', () => {
    rmSync(join(clone, 'node_modules'), { recursive: true });
    expect(bootstrap().output).toContain('npm ci --ignore-scripts');
  });

  it('does not build after a change of a test', () => {
    bootstrap();
    write('engine/src/a.test.ts', 'export const a = 2;');
    expect(bootstrap().output).toBe('bootstrap: installed and built already\n');
  });

  it.each(['18.20.0', '20.18.3'])('refuses Node %s and names the version that it needs', (version) => {
    write('old.mjs', `Object.defineProperty(process.versions, 'node', { value: '${version}' });`);
    const { status, output } = bootstrap('--import', pathToFileURL(join(clone, 'old.mjs')).href);
    expect(status).toBe(1);
    expect(output).toContain(`this is Node ${version}; Quire needs Node 20.19 or newer`);
  });

  it('stops when the build fails', () => {
    write('scripts/build.mjs', 'process.exit(3)');
    const { status, output } = bootstrap();
    expect(status).toBe(1);
    expect(output).toContain('the build failed');
  });
});

describe('the install', () => {
  it('contains no Node: node -v in an npm script is the version of the caller', () => {
    const path = `${at('node_modules', '.bin')}${delimiter}${process.env.PATH}`;
    const done = spawnSync('node', ['-v'], { env: { ...process.env, PATH: path }, encoding: 'utf8' });
    expect(done.stdout.trim()).toBe(process.version);
    expect(existsSync(at('node_modules', 'node'))).toBe(false);
  });
});

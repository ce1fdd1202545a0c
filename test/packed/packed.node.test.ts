// The engine as a new user gets it: packed and installed into empty folders. The example of the README runs in Node, in a
// Vite build, and on a plain page without cross-origin isolation whose policy allows only 'wasm-unsafe-eval'.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pageAnswer, whenChromium } from '../../engine/test/support/chromium.node.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const program = /```ts\n([\s\S]*?)```/.exec(readFileSync(join(root, 'engine/README.md'), 'utf8'))?.[1] ?? '';
const POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'";

/** Sends the log of the program to the test, one JSON list a line, when the program has ended. */
const report = (specifiers: (text: string) => string) => `
const lines = [];
console.log = (...words) => lines.push(JSON.stringify(words));
${specifiers(program).replace(/^import [\s\S]*?;$/gm, '')}
await fetch('/answer', { method: 'POST', body: lines.join('\\n') });
`;
const imports = () => (program.match(/^import [\s\S]*?;$/gm) ?? []).join('\n');

let home = '';
let expected: string[] = [];

/** The tarball that `npm publish` would upload, made once. */
function pack(): string {
  const npm = ['pack', '--pack-destination', home, '--loglevel=error'];
  execFileSync('npm', npm, { cwd: join(root, 'engine'), stdio: ['ignore', 'pipe', 'pipe'] });
  const tarball = readdirSync(home).find((name) => name.endsWith('.tgz'));
  if (tarball === undefined) throw new Error('npm pack made no tarball; run npm run build first');
  return join(home, tarball);
}

/** An empty folder with the engine installed from the tarball, offline. */
function folder(name: string, tarball: string): string {
  const path = join(home, name);
  mkdirSync(path);
  writeFileSync(join(path, 'package.json'), JSON.stringify({ name, private: true, type: 'module' }));
  const npm = ['install', tarball, '--offline', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  execFileSync('npm', npm, { cwd: path, stdio: ['ignore', 'pipe', 'pipe'] });
  return path;
}

const site = (base: string) => (path: string) => {
  const file = join(base, path);
  return existsSync(file) ? readFileSync(file) : undefined;
};

describe('the packed engine', () => {
  let tarball = '';
  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), 'quire-packed-'));
    tarball = pack();
  }, 120_000);
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  it('has an example of at most 15 lines that indexes, searches, saves, reopens and explains', () => {
    expect(program.trim().split('\n').length).toBeLessThanOrEqual(15);
    for (const step of ['.add(', '.search(', '.close()', 'explain: true']) expect(program).toContain(step);
    expect(program.match(/openCollection\(/g)).toHaveLength(2);
  });

  it('runs the example in Node as an ES module', () => {
    const path = folder('node', tarball);
    writeFileSync(join(path, 'main.mjs'), program);
    const output = execFileSync(process.execPath, ['main.mjs'], { cwd: path, encoding: 'utf8' });
    expected = output.trim().split('\n');
    expect(expected).toHaveLength(1);
    expect(expected[0]).toMatch(/^star \d+\.\d+ \{"value":/);
    expect(readdirSync(join(path, 'papers')).length).toBeGreaterThan(1);
  });

  whenChromium().it(
    'runs it in a Vite build, with the same answer',
    async () => {
      const path = folder('vite', tarball);
      const out = join(path, 'dist');
      writeFileSync(join(path, 'index.html'), '<!doctype html><script type="module" src="/main.js"></script>');
      writeFileSync(join(path, 'main.js'), `${imports()}\n${report((text) => text)}`);
      const { build } = await import('vite');
      await build({ root: path, logLevel: 'error', configFile: false, build: { outDir: out, target: 'es2022' } });
      const answer = await pageAnswer(site(out), { headers: { 'content-security-policy': POLICY } });
      expect(inWords(answer)).toEqual(expected);
    },
    120_000,
  );

  whenChromium().it(
    'runs it on a plain page under a policy with only wasm-unsafe-eval, with the same answer',
    async () => {
      const path = folder('page', tarball);
      const installed = './node_modules/@quire/engine/dist';
      const paths = imports()
        .replace("'@quire/engine'", `'${installed}/index.js'`)
        .replace("'@quire/engine/local'", `'${installed}/browser/local.js'`);
      writeFileSync(join(path, 'index.html'), '<!doctype html><script type="module" src="main.js"></script>');
      writeFileSync(join(path, 'main.js'), `${paths}\n${report((text) => text)}`);
      const answer = await pageAnswer(site(path), { headers: { 'content-security-policy': POLICY } });
      expect(inWords(answer)).toEqual(expected);
    },
    120_000,
  );
});

/** The lines as Node's console prints them. */
function inWords(answer: string): string[] {
  return answer.split('\n').map((line) => (JSON.parse(line) as unknown[]).join(' '));
}

// Runs the reference implementations: Java helpers over Lucene's jars, Python helpers over pytrec_eval and tokenizers. It
// fetches nothing (`npm run oracles` does). `oracleState` says which are available and why one is not.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { at, runs } from './paths.mjs';

const jars = at('.oracles', 'lucene');
const classes = at('.oracles', 'classes');
const sources = at('test', 'oracle', 'java');
const scripts = at('test', 'oracle', 'python');
const python = at('.oracles', 'python', process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
const MAX_ANSWER_BYTES = 1 << 30;

const listJars = () => (existsSync(jars) ? readdirSync(jars).filter((name) => name.endsWith('.jar')) : []);

/**
 * The references on this machine. `why` is a short reason for a skip, set when `available` is false;
 * `toolchain` says whether `npm run oracles` could fetch it on this machine.
 */
export function oracleState() {
  const has = { java: runs('java', '-version') && runs('javac', '-version'), python: existsSync(python) };
  const names = listJars();
  const core = names.find((name) => name.startsWith('lucene-core-'));
  return {
    lucene: entry(has.java && core !== undefined, has.java ? 'Lucene oracle absent' : 'no Java', {
      version: core?.slice('lucene-core-'.length, -'.jar'.length),
      toolchain: has.java && runs('mvn', '-v'),
    }),
    python: entry(has.python, 'Python oracles absent', { toolchain: runs('python3', '--version') }),
  };
}

const entry = (available, why, more) => ({ available, ...(available ? {} : { why }), ...more });

/** The class path of Lucene's jars, for benchmarks that start Java themselves. */
export const luceneClasspath = () =>
  listJars()
    .map((name) => join(jars, name))
    .join(delimiter);

/**
 * Runs test/oracle/java/<className>.java (compiled at first use) over `stdin` and returns its output.
 * @param {string} className a class in the default package, in a file of its name
 * @param {string | Uint8Array} stdin input of the class
 * @param {{args?: readonly string[], jvm?: readonly string[]}} [options] arguments of the class and of the JVM
 * @returns {string} its standard output
 */
export function javaOracle(className, stdin, { args = [], jvm = [] } = {}) {
  const path = [compiled(className), luceneClasspath()].join(delimiter);
  return ask('java', ['-Xmx2g', '-Dfile.encoding=UTF-8', ...jvm, '-cp', path, className, ...args], stdin);
}

/**
 * Runs test/oracle/python/<script> in the Python environment of the oracles over `stdin` and returns its output.
 * @param {string} script a file name such as `measures.py`
 * @param {string | Uint8Array} stdin input of the script
 * @param {{args?: readonly string[]}} [options] its arguments
 * @returns {string} its standard output
 */
export function pythonOracle(script, stdin, { args = [] } = {}) {
  return ask(python, ['-X', 'utf8', join(scripts, script), ...args], stdin);
}

/** Compiles one class and its references into a folder named by the hash of the sources; returns the folder. */
export function compiled(className) {
  const hash = createHash('sha256');
  for (const name of [...readdirSync(sources).sort(), ...listJars().sort()]) hash.update(`${name}\n`);
  for (const name of readdirSync(sources).sort()) hash.update(readFileSync(join(sources, name)));
  const folder = join(classes, `${className}-${hash.digest('hex').slice(0, 16)}`);
  if (existsSync(folder)) return folder;
  mkdirSync(classes, { recursive: true });
  const fresh = mkdtempSync(join(classes, 'compile-'));
  const options = ['-encoding', 'UTF-8', '-nowarn', '-d', fresh, '-cp', luceneClasspath(), '-sourcepath', sources];
  ask('javac', [...options, join(sources, `${className}.java`)], '');
  try {
    renameSync(fresh, folder);
  } catch {
    rmSync(fresh, { recursive: true, force: true }); // another process finished first
  }
  return folder;
}

function ask(command, args, stdin) {
  const done = spawnSync(command, args, { input: stdin, maxBuffer: MAX_ANSWER_BYTES, encoding: 'utf8' });
  if (done.error) throw new Error(`${command}: ${done.error.message}`, { cause: done.error });
  if (done.status !== 0) {
    throw new Error(`${command} ${args.at(-1)} ended with ${done.status ?? done.signal}:\n${done.stderr.slice(-4000)}`);
  }
  return done.stdout;
}

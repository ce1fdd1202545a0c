// Fetches the reference implementations that tests compare with into the ignored folder .oracles/: Lucene (and Anserini
// where its jar runs) with Maven, pytrec_eval and tokenizers with pip in a virtual environment. It reports what the machine
// cannot fetch. The exit code is 1 only when a toolchain is present and its fetch failed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { oracleState } from './lib/oracle.mjs';
import { at, runs } from './lib/paths.mjs';

const home = at('.oracles');
const windows = process.platform === 'win32';
mkdirSync(home, { recursive: true });

const outcomes = [
  fetchOnce('lucene', at('test', 'oracle', 'pom.xml'), ['java', 'mvn'], fetchLucene),
  fetchAnserini(),
  fetchOnce('python', at('test', 'oracle', 'requirements.txt'), ['python3'], fetchPython),
];
report();
process.exitCode = outcomes.includes('failed') ? 1 : 0;

/** Runs `fetch` unless the stamp equals the hash of the description. */
function fetchOnce(name, description, tools, fetch) {
  const missing = tools.filter((tool) => !runs(tool, tool === 'java' ? '-version' : '--version'));
  if (missing.length > 0) return say(name, 'skipped', `no ${missing.join(', no ')} on this machine`);
  const stamp = at('.oracles', `${name}.stamp`);
  const wanted = createHash('sha256').update(readFileSync(description)).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return say(name, 'ready', 'already fetched');
  rmSync(at('.oracles', name), { recursive: true, force: true });
  if (!fetch(at('.oracles', name), description)) return say(name, 'failed', 'see the lines above');
  writeFileSync(stamp, wanted);
  return say(name, 'fetched', at('.oracles', name));
}

function fetchLucene(folder, pom) {
  const goal = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';
  return run('mvn', ['-q', '-B', '-ntp', '-f', pom, goal, `-DoutputDirectory=${folder}`]);
}

/**
 * Anserini is one jar of 164 MB, compiled for Java 21; it is fetched where Java can run it. Its BM25 is Lucene's class over
 * Lucene's analyzer, so tests without it compare with Lucene.
 */
function fetchAnserini() {
  const java = javaMajor();
  if (java !== undefined && java < 21) return say('anserini', 'skipped', `its jar needs Java 21, this is ${java}`);
  return fetchOnce('anserini', at('test', 'oracle', 'anserini.txt'), ['java', 'mvn'], (folder, description) => {
    const artifact = readFileSync(description, 'utf8').trim().split('\n').at(-1);
    const goal = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy';
    return run('mvn', ['-q', '-B', '-ntp', goal, `-Dartifact=${artifact}`, `-DoutputDirectory=${folder}`]);
  });
}

function javaMajor() {
  const { stderr = '' } = spawnSync('java', ['-version'], { encoding: 'utf8' });
  const found = /version "(?:1\.)?(\d+)/.exec(stderr);
  return found ? Number(found[1]) : undefined;
}

function fetchPython(folder, requirements) {
  const python = at('.oracles', 'python', windows ? 'Scripts/python.exe' : 'bin/python');
  return (
    run('python3', ['-m', 'venv', folder]) &&
    run(python, [
      '-m',
      'pip',
      'install',
      '-q',
      '--disable-pip-version-check',
      '--only-binary=:all:',
      '-r',
      requirements,
    ])
  );
}

function run(command, args) {
  return spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] }).status === 0;
}

function say(name, outcome, detail) {
  console.log(`oracles: ${name} ${outcome} (${detail})`);
  return outcome;
}

function report() {
  const { lucene, python } = oracleState();
  const jars = existsSync(at('.oracles', 'lucene')) ? readdirSync(at('.oracles', 'lucene')).length : 0;
  console.log(
    `oracles: Lucene ${lucene.available ? `${lucene.version}, ${jars} jars` : `not available: ${lucene.why}`}`,
  );
  console.log(`oracles: pytrec_eval and tokenizers ${python.available ? 'available' : `not available: ${python.why}`}`);
}

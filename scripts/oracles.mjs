// Fetches the reference implementations that tests compare with, by their ordinary clients, into the ignored .oracles/:
// Lucene by Maven, pytrec_eval and tokenizers by pip in an environment of their own. What a machine cannot fetch is said
// and skipped. It ends with 1 only when a toolchain is present and its fetch failed.
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
  fetchOnce('python', at('test', 'oracle', 'requirements.txt'), ['python3'], fetchPython),
];
report();
process.exitCode = outcomes.includes('failed') ? 1 : 0;

/** Runs `fetch` unless the stamp says that this very description was already fetched. */
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
  // Anserini adds no answer of its own here: its BM25 is Lucene's class with a flag of Lucene's, and its one jar carries
  // every model it ships, far above the 200 MB that a test run may fetch.
  console.log('oracles: Anserini not fetched (its single jar is above 200 MB; Lucene itself is the reference)');
}

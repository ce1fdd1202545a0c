// `npm run bench queries`: what legal queries cost at worst, in processor time, on the library of all four files of papers.
//
//   npm run bench queries -- [--data-dir FOLDER] [--rounds 7] [--save]
//
// The library is made once by `quire import` in FOLDER (default: quire-bench-queries in the system's temporary folder)
// and opened again later. The bar is 100 ms of processor time for any query; an abstract of 300 words must be searched
// with all its terms. --save writes docs/results/queries.md.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const { openLibraryIn } = await import(pathToFileURL(join(root, 'app', 'dist', 'library', 'open.js')).href);
const args = process.argv.slice(2);
const option = (name) => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);
const folder = resolve(option('--data-dir') ?? join(tmpdir(), 'quire-bench-queries'));
const rounds = Number(option('--rounds') ?? 7);
/** Searches before the first one that is measured: a site's process is warm. */
const WARM_UP = 60;
const BAR_MS = 100;
const lines = [];
const say = (text) => {
  lines.push(text);
  console.log(text);
};

if (!existsSync(join(folder, 'papers.sqlite'))) importAll();
const library = openLibraryIn(folder, { orReadOnly: true });
await library.ingest.catchUp({});
await library.index.refresh();
const { works, indexed } = library.services.status();
say(`Node ${process.versions.node}, ${cpus().length} x ${cpus()[0]?.model ?? 'cpu'}, load ${loadavg()[0].toFixed(1)}`);
say(`${works} works, ${indexed} indexed; processor ms of ${rounds} rounds, the median and the most\n`);
say('| query | characters | CPU ms, median | most | found | notes |\n|---|---|---|---|---|---|');
for (let i = 0; i < WARM_UP; i++)
  await library.services.search(
    frequentWords()
      .slice(i, i + 4)
      .join(' '),
    {},
  );
let isOver = false;
for (const [name, text] of worstQueries()) await measure(name, text);
await library.close();
if (isOver) process.exitCode = 1;
if (args.includes('--save')) save();

async function measure(name, text) {
  const times = [];
  let page;
  for (let round = 0; round <= rounds; round++) {
    const start = process.cpuUsage();
    page = await library.services.search(text, {});
    const { user, system } = process.cpuUsage(start);
    if (round > 0) times.push((user + system) / 1000); // the first warms caches and the compiler
  }
  times.sort((a, b) => a - b);
  const [median, most] = [times[times.length >> 1], times.at(-1)];
  if (median > BAR_MS) isOver = true;
  const cut = page.notes.filter((note) => /^Only|^Left out/.test(note)).join(' ');
  say(`| ${name} | ${text.length} | ${median.toFixed(1)} | ${most.toFixed(1)} | ${page.total} | ${cut} |`);
  if (name.startsWith('an abstract') && cut !== '') {
    isOver = true;
    say('The abstract was cut.');
  }
}

/** Legal queries that ask for as much work as their kind can. */
function worstQueries() {
  const words = frequentWords();
  const abstract = longAbstract();
  const misspelled = (count) => words.slice(0, count).map((word) => `${word.slice(0, 2)}q${word.slice(2)}`);
  const letters = 'abcdefghijklmnopqrstuvwxyz';
  const prefixes = Array.from({ length: 500 }, (_, i) => `${letters[i % 26]}${letters[Math.floor(i / 26) % 26]}*`);
  const threes =
    'con mod pre gra tra lea net alg opt inf sta str com rep res per ima dat int dis pro par gen app met sim aut rec cla ana eva mul';
  return [
    ['one word', 'retrieval'],
    ['keywords', 'dense retrieval hard negatives'],
    [`an abstract of ${abstract.split(/\s+/).length} words`, abstract],
    ['300 different frequent words', words.slice(0, 300).join(' ')],
    [
      '300 fuzzy words',
      words
        .slice(0, 300)
        .map((word) => `${word}~`)
        .join(' '),
    ],
    ['300 misspelled words', misspelled(300).join(' ')],
    ['500 prefixes', prefixes.join(' ')],
    ['32 prefixes of three characters', threes.replace(/\w+/g, '$&*')],
    ['100,000 different words', Array.from({ length: 100_000 }, (_, i) => `word${i.toString(36)}`).join(' ')],
    ['one word of 5 MB', 'x'.repeat(5_000_000)],
    ['30 phrases of frequent words', Array.from({ length: 30 }, (_, i) => `"${words[i]} ${words[i + 1]}"`).join(' ')],
    ['one phrase of frequent words', `"${words.slice(0, 12).join(' ')}"`],
    ['4,000 quotes', '" '.repeat(4_000)],
    ['deep nesting', `${'('.repeat(5_000)}retrieval${')'.repeat(5_000)}`],
    [
      'exclusions of frequent words',
      `learning ${words
        .slice(0, 40)
        .map((word) => `-${word}`)
        .join(' ')}`,
    ],
    [
      'required frequent words',
      words
        .slice(0, 40)
        .map((word) => `+${word}`)
        .join(' '),
    ],
    [
      'exclusions alone',
      words
        .slice(0, 40)
        .map((word) => `-${word}`)
        .join(' '),
    ],
    ['a wide condition', 'year:1990..2030'],
    ['conditions and an exclusion', `year:1990..2030 -${words[0]}`],
    ['ideographs', '検索'.repeat(5_000)],
  ];
}

/** The longest abstract of at most 300 words among new papers. */
function longAbstract() {
  const count = (text) => text.split(/\s+/).length;
  const texts = library.services.list({ limit: 100 }).works.map(({ abstract }) => abstract);
  return texts.filter((text) => count(text) <= 300).sort((a, b) => count(b) - count(a))[0];
}

/** Different words of abstracts in the library, frequent ones first. */
function frequentWords() {
  const counts = new Map();
  for (const work of library.services.list({ limit: 100 }).works) {
    for (const word of work.abstract.toLowerCase().match(/\p{L}{4,}/gu) ?? []) {
      counts.set(word, (counts.get(word) ?? 0) + 1);
    }
  }
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([word]) => word);
}

function importAll() {
  const papers = process.env.QUIRE_PAPERS ?? join(root, '..', 'shared', 'data', 'papers');
  if (!existsSync(papers)) throw new Error(`bench queries: put files of papers into ${papers}`);
  const files = readdirSync(papers)
    .filter((name) => name.endsWith('.jsonl.gz'))
    .map((name) => join(papers, name));
  const quire = join(root, 'app', 'bin', 'quire.js');
  const done = spawnSync(process.execPath, [quire, 'import', ...files, '--data-dir', folder], { stdio: 'inherit' });
  if (done.status !== 0) throw new Error('bench queries: the import failed');
}

function save() {
  const head = '# npm run bench queries\n\nThe bar: at most 100 ms of processor time for any legal query.\n';
  writeFileSync(join(root, 'docs', 'results', 'queries.md'), `${head}\n${lines.join('\n')}\n`);
}

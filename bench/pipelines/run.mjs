// `npm run bench pipelines`: the parameters of the site's hybrid pipeline on splits that are there for tuning. Each set is
// indexed once as the site indexes papers; then its queries run through the pipeline with other candidates and floors.
//
//   npm run bench pipelines -- [--data FOLDER] [--queries 400]
//
// Never a test split: what is chosen here is measured there once, by `quire eval SET --pipeline hybrid`.
import { existsSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { evaluate, strictScores } from '@quire/engine/evaluation';
import { loadDataset } from '@quire/engine/node';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const built = (path) => import(pathToFileURL(join(root, 'app', 'dist', 'library', path)).href);
const { composed } = await built('compose.js');
const { indexDataset, paperLayout } = await built('evaluation-index.js');
const { documentNames } = await built('names.js');
const { loadEncoders } = await built('paper-index.js');
const { PIPELINES } = await built('pipelines.js');
const { search } = await built('search.js');

const args = process.argv.slice(2);
const option = (name) => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);
const beside = join(root, '..', 'shared', 'data', 'benchmarks');
const data = option('--data') ?? process.env.QUIRE_DATA ?? (existsSync(beside) ? beside : undefined);
const most = Number(option('--queries') ?? 400);

const SETS = [
  ['scifact', 'train'],
  ['scitldr', 'train'], // its dev split is reported by learn,
];
const CANDIDATES = [50, 100, 200];
const FLOORS = [undefined, 0.2, 0.3];
const MEASURES = ['ndcg_cut.10', 'recip_rank', 'recall.100', 'recall.1000'];
const HITS = 1_000;

console.log(
  `Node ${process.versions.node}, ${cpus().length} x ${cpus()[0]?.model ?? 'cpu'}, load ${loadavg()[0].toFixed(1)}`,
);
for (const [name, split] of SETS) await measure(name, split);

async function measure(name, split) {
  const dataset = await loadDataset(name, { data, split });
  const encoders = loadEncoders();
  const { library } = await indexDataset(dataset, paperLayout(encoders));
  const snapshot = library.snapshot();
  const sources = { names: documentNames(dataset.documents), snapshot, encoders };
  const qrels = new Map([...dataset.qrels].slice(0, most));
  console.log(`\n${name} ${split}: ${dataset.documents.length} documents, ${qrels.size} queries`);
  console.log(
    `| candidates | floor | ${MEASURES.join(' | ')} | CPU ms a query |\n|---|---|${MEASURES.map(() => '---').join('|')}|---|`,
  );
  for (const candidates of CANDIDATES) {
    for (const floor of FLOORS) {
      const pipeline = composed(hybridWith(candidates, floor), encoders);
      const run = new Map();
      const start = process.cpuUsage();
      for (const id of qrels.keys()) {
        const { ranking } = await search(dataset.queries.get(id), sources, { pipeline, wanted: HITS });
        run.set(id, strictScores(ranking.slice(0, HITS)));
      }
      const { user, system } = process.cpuUsage(start);
      const { mean } = evaluate(run, qrels, { measures: MEASURES, complete: true });
      const ms = (user + system) / 1000 / qrels.size;
      const values = Object.values(mean).map((value) => value.toFixed(4));
      console.log(`| ${candidates} | ${floor ?? 'none'} | ${values.join(' | ')} | ${ms.toFixed(1)} |`);
    }
  }
  snapshot.release();
  await library.close();
}

/** The hybrid pipeline with other parameters; without a floor every neighbour counts. */
function hybridWith(candidates, floor) {
  const { stages } = PIPELINES.hybrid;
  const [terms, dense] = stages.of;
  const neighbours = { ...dense.of, k: candidates };
  const cut = floor === undefined ? neighbours : { ...dense, floor, of: neighbours };
  const fused = { ...stages, of: [{ ...terms, k: candidates }, cut] };
  return { ...PIPELINES.hybrid, candidates, stages: fused, withoutKnownWords: fused };
}

// Makes bench/queries/site.txt: 200 ids, 200 titles and 200 quoted phrases of titles (facts of arXiv's metadata, CC0), 200
// keyword queries and 200 questions in words of our own. The same file every time.
//   node bench/site/queries.mjs ../shared/data/papers/arxiv.jsonl.gz > bench/queries/site.txt
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

const [path] = process.argv.slice(2);
const rows = gunzipSync(readFileSync(path))
  .toString()
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));
const plainTitles = rows.filter(({ title }) => /^[A-Za-z0-9 ,:()-]+$/.test(title) && title.split(' ').length >= 5);

const TOPICS = [
  'dense retrieval',
  'index compression',
  'hard negatives',
  'query expansion',
  'late interaction',
  'product quantization',
  'speech recognition',
  'machine translation',
  'protein structure',
  'graph neural networks',
  'federated learning',
  'differential privacy',
  'image segmentation',
  'video generation',
  'point clouds',
  'robot grasping',
  'traffic forecasting',
  'weather models',
  'code generation',
  'program repair',
  'theorem proving',
  'question answering',
  'summarization of papers',
  'sentiment in reviews',
  'named entities',
  'low resource languages',
  'tokenization',
  'long context',
  'sparse attention',
  'mixture of experts',
  'model pruning',
  'knowledge distillation',
  'quantized weights',
  'reinforcement learning',
  'reward models',
  'diffusion models',
  'adversarial examples',
  'data poisoning',
  'watermarks',
  'fairness of rankings',
  'recommendation',
  'click models',
  'tables and charts',
  'optical character recognition',
  'medical images',
  'drug discovery',
  'time series',
  'anomaly detection',
  'causal inference',
  'user interfaces',
]; // prettier-ignore
const QUALITIES = [
  'benchmark',
  'small models',
  'without labels',
  'survey',
  'efficient',
  'on mobile phones',
  'evaluation',
  'theory',
  'open source',
  'failure cases',
];
const QUESTIONS = [
  (t) => `how can I make ${t} cheaper?`,
  (t) => `what goes wrong with ${t} in practice?`,
  (t) => `which methods for ${t} need no labelled data?`,
  (t) => `is ${t} still useful for small teams?`,
  (t) => `how do people measure progress in ${t}?`,
  (t) => `why does ${t} fail on rare cases, and what helps?`,
];

/** Every n-th of a list, `count` of them, beginning at `from`. */
const spread = (list, count, from) =>
  Array.from({ length: count }, (_, i) => list[(from + Math.floor((i * list.length) / count)) % list.length]);
const phraseOf = ({ title }, i) => {
  const words = title.replace(/[^A-Za-z0-9 -]/g, ' ').split(/\s+/);
  const length = 2 + (i % 2);
  const start = (i * 7) % (words.length - length + 1);
  return `"${words.slice(start, start + length).join(' ')}"`;
};

const queries = [
  ...spread(rows, 200, 17).map(({ id }) => id),
  ...spread(plainTitles, 200, 29).map(({ title }) => title),
  ...spread(plainTitles, 200, 43).map(phraseOf),
  ...Array.from(
    { length: 200 },
    (_, i) => `${TOPICS[i % TOPICS.length]} ${QUALITIES[(i * 3 + Math.floor(i / TOPICS.length)) % QUALITIES.length]}`,
  ),
  ...Array.from({ length: 200 }, (_, i) =>
    QUESTIONS[((i % TOPICS.length) + Math.floor(i / TOPICS.length)) % QUESTIONS.length](TOPICS[i % TOPICS.length]),
  ),
];
process.stdout.write(queries.map((query) => `${query}\n`).join(''));

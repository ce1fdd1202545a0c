#!/usr/bin/env node
// Scores a static encoder beside BM25 and prints the report. Run `npm run build` first.
//
//   node learn/bin/score-static.mjs --model models/static-v1 --works works.jsonl --write docs/results/static-encoder.md

import { scoreStaticCommand } from '../dist/commands/score-static.js';

process.exitCode = await scoreStaticCommand(process.argv.slice(2));

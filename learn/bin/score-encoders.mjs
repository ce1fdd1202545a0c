#!/usr/bin/env node
// Scores encoders beside BM25 on the reported tasks and prints the report. Run `npm run build` first.
//
//   node learn/bin/score-encoders.mjs --model models/static-v1 --model models/quire-small --works works.jsonl

import { scoreEncodersCommand } from '../dist/commands/score-encoders.js';

process.exitCode = await scoreEncodersCommand(process.argv.slice(2));

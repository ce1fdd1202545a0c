#!/usr/bin/env node
// Trains the static encoder that ships in models/. Run `npm run build` first.
//
//   node app/bin/quire.js works FILE... --jsonl > works.jsonl
//   node learn/bin/train-static.mjs --works works.jsonl --out models/static-v1 --seed 13
//
// Ctrl-C writes a checkpoint. The same command resumes from it and gives the same bytes.

import { trainStaticCommand } from '../dist/commands/train-static.js';

process.exitCode = await trainStaticCommand(process.argv.slice(2));

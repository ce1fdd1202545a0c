#!/usr/bin/env node
// STAR and ADORE on disjoint SciFact; prints the report. Run `npm run build` first.
//
//   node learn/bin/star-adore.mjs --write docs/results/star-adore.md

import { starAdoreCommand } from '../dist/experiments/star-adore.js';

process.exitCode = await starAdoreCommand(process.argv.slice(2));

#!/usr/bin/env node
// Makes the file of texts for `quire train --texts`. Run `npm run build` first.
//
//   node learn/bin/make-texts.mjs obo:gene-ontology=go.obo wordnet:wordnet=dict --out texts.jsonl

import { makeTextsCommand } from '../dist/commands/make-texts.js';

process.exitCode = await makeTextsCommand(process.argv.slice(2));

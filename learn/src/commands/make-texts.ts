// `node learn/bin/make-texts.mjs`: makes the file for `quire train --texts` out of ontologies, dictionaries, documentation and code.

import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { parseArgs } from 'node:util';
import { FORMATS, parseTextSource, type TextSource, textsOf } from '../texts/files.ts';
import { runCommand } from './command.ts';

const USAGE = `Makes one file of texts out of files of other formats.

  FORMAT:SOURCE=PATH   a file, or a folder with such files; any number of them
                       formats: ${Object.keys(FORMATS).join(', ')}
  --out FILE           receives one JSON object a line: title, text, source (required)

Example: node learn/bin/make-texts.mjs obo:gene-ontology=go.obo wordnet:wordnet=dict --out texts.jsonl
`;

/** Returns the exit code: 0, 1 failed, 2 wrong arguments. */
export function makeTextsCommand(args: readonly string[]): Promise<number> {
  return runCommand({ usage: USAGE, read: readOptions, run: make }, args);
}

function readOptions(args: readonly string[]) {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { out: { type: 'string' } },
    allowPositionals: true,
  });
  if (values.out === undefined) throw new Error('--out is required');
  if (positionals.length === 0) throw new Error('No source of texts is given');
  return { out: values.out, sources: positionals.map(parseTextSource) };
}

async function make({ out, sources }: { out: string; sources: readonly TextSource[] }): Promise<number> {
  const file = createWriteStream(out);
  for (const source of sources) {
    let count = 0;
    let characters = 0;
    for (const text of textsOf(source)) {
      count++;
      characters += text.title.length + text.text.length;
      if (!file.write(`${JSON.stringify(text)}\n`)) await once(file, 'drain');
    }
    process.stdout.write(`${source.source}: ${count} texts, ${(characters / 1e6).toFixed(1)} million characters\n`);
  }
  file.end();
  await once(file, 'close');
  return 0;
}

// Makes a file of plain texts out of files of other formats. `models/quire-small/README.md` lists what was read, and under which licence.

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { EngineError } from '@quire/engine/core';
import type { PlainText } from '../data/plain-texts.ts';
import { debianTexts } from './debian.ts';
import { oboTexts } from './obo.ts';
import { pythonTexts } from './python.ts';
import { restructuredTexts } from './restructured.ts';
import { termTexts } from './terms.ts';
import { wordnetTexts } from './wordnet.ts';

interface Format {
  readonly read: (file: string, source: string) => Iterable<PlainText>;
  /** The files of a folder that are read. */
  readonly files: RegExp;
}

export const FORMATS: Readonly<Record<string, Format>> = {
  wordnet: { read: wordnetTexts, files: /^data\.(noun|verb|adj|adv)$/ },
  obo: { read: oboTexts, files: /\.obo$/ },
  terms: { read: termTexts, files: /\.json$/ },
  debian: { read: debianTexts, files: /Translation-en$/ },
  rst: { read: restructuredTexts, files: /\.rst(\.txt)?$/ },
  python: { read: pythonTexts, files: /(?<!test_[^/]*)\.py$/ },
};

/** `format:source=path`: "obo:gene-ontology=go.obo". */
export interface TextSource {
  readonly format: string;
  readonly source: string;
  readonly path: string;
}

/** Throws INVALID_ARGUMENT for one that is written otherwise, or has an unknown format. */
export function parseTextSource(text: string): TextSource {
  const [, format, source, path] = /^(\w+):([\w.-]+)=(.+)$/.exec(text) ?? [];
  if (format !== undefined && source !== undefined && path !== undefined && Object.hasOwn(FORMATS, format)) {
    return { format, source, path };
  }
  throw new EngineError('INVALID_ARGUMENT', `${JSON.stringify(text)} is no source of texts`, {
    hint: `Write format:source=path, for example obo:gene-ontology=go.obo. Formats: ${Object.keys(FORMATS).join(', ')}.`,
  });
}

const LEAST_CHARACTERS = 20;
const MOST_CHARACTERS = 1500;

/** The texts of a file, or of all fitting files below a folder, each text once, in the order of the paths. */
export function* textsOf({ format, source, path }: TextSource): Generator<PlainText> {
  const { read, files } = FORMATS[format]!;
  const seen = new Set<string>();
  for (const file of pathsOf(path, files)) {
    const bytes = readFileSync(file);
    const content = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
    for (const { title, text } of read(content, source)) {
      const cut = text.slice(0, MOST_CHARACTERS);
      if (cut.length < LEAST_CHARACTERS || seen.has(cut)) continue;
      seen.add(cut);
      yield { title: title.slice(0, MOST_CHARACTERS), text: cut, source };
    }
  }
}

function* pathsOf(path: string, files: RegExp): Generator<string> {
  if (!statSync(path).isDirectory()) {
    yield path;
    return;
  }
  const entries = readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const inside = join(path, entry.name);
    if (entry.isDirectory()) {
      if (!/^(tests?|testing|__pycache__)$/.test(entry.name)) yield* pathsOf(inside, files);
    } else if (files.test(entry.name)) yield inside;
  }
}

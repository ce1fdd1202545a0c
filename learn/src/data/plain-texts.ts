// Texts for distillation that are no works: definitions, package descriptions, documentation. One JSON object a line: {"title", "text", "source"}.
// `source` names where a text is from; a recipe says how many it takes of each.

import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { EngineError } from '@quire/engine/core';
import type { KnownPassages } from './known-passages.ts';

export interface PlainText {
  /** '' where a text has none. */
  readonly title: string;
  readonly text: string;
  readonly source: string;
}

export interface PlainTexts {
  readonly texts: readonly PlainText[];
  /** Texts that a benchmark contains a passage of. */
  readonly known: number;
}

/** Every text of the files, in order, without those that `known` has a passage of. Throws NOT_FOUND, or PARSE_FAILED naming the line. */
export async function readPlainTexts(paths: readonly string[], passages?: KnownPassages): Promise<PlainTexts> {
  const texts: PlainText[] = [];
  let known = 0;
  for (const path of paths) {
    for await (const text of linesOf(path)) {
      if (passages?.contains(text.text)) known++;
      else texts.push(text);
    }
  }
  return { texts, known };
}

async function* linesOf(path: string): AsyncGenerator<PlainText> {
  const input = createReadStream(path);
  try {
    let number = 0;
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      number++;
      if (line !== '') yield parsePlainText(line, path, number);
    }
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
    throw new EngineError('NOT_FOUND', `The texts ${path} do not exist`, { cause });
  }
}

function parsePlainText(line: string, path: string, number: number): PlainText {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw new EngineError('PARSE_FAILED', `Line ${number} of ${path} is not JSON`, { cause });
  }
  const { title = '', text, source } = (value ?? {}) as Readonly<Record<string, unknown>>;
  if (
    typeof title === 'string' &&
    typeof text === 'string' &&
    text !== '' &&
    typeof source === 'string' &&
    source !== ''
  )
    return { title, text, source };
  throw new EngineError('PARSE_FAILED', `Line ${number} of ${path} lacks text or source`, {
    hint: 'Each line is a JSON object with "text" and "source", and "title" where there is one.',
  });
}

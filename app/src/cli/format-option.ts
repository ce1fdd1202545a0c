// `--format`: a list of papers as BibTeX, RIS and the other formats, written as it is read.

import { EngineError } from '@quire/engine/core';
import { Option } from 'commander';
import { FORMATS, type Format, formatNamed, paperMarkdown } from '../formats/index.ts';
import { type Printable, printableDocument } from '../output/printable.ts';
import type { ListPart, OpenedList, PaperList, Services } from '../services/index.ts';
import { EXIT, type Exit } from './io.ts';

const NAMES = FORMATS.map(({ name }) => name).join(', ');
/** The site at its standard address, for addresses of pages in a format. */
const SITE = 'http://127.0.0.1:4321';

export function formatOption(): Option {
  return new Option('--format <name>', `write the papers as ${NAMES}`).conflicts('json').argParser(formatOf);
}

/** Throws INVALID_ARGUMENT for a name that is none. */
function formatOf(name: string): Format {
  const format = formatNamed(name, FORMATS);
  if (format !== undefined) return format;
  throw new EngineError('INVALID_ARGUMENT', `--format is ${JSON.stringify(name)}`, { hint: `Choose ${NAMES}.` });
}

/** Writes a list and gives the exit code; undefined where there is no such list. */
export async function writeFormat(
  services: Services,
  list: PaperList,
  format: Format,
  part: ListPart,
  write: (text: Printable) => Promise<void>,
): Promise<Exit | undefined> {
  const opened = await services.openList(list, part);
  if (opened === undefined) return undefined;
  let papers = 0;
  const counted = async function* () {
    for await (const work of opened.works) {
      papers++;
      yield work;
    }
  };
  if (list.kind === 'paper' && format.name === 'markdown') {
    for await (const work of counted()) await write(printableDocument(paperMarkdown(work, { site: SITE })));
  } else {
    for await (const chunk of format.write(counted(), factsOf(opened, part))) await write(printableDocument(chunk));
  }
  return papers > 0 ? EXIT.ok : EXIT.nothing;
}

function factsOf({ title, page, total }: OpenedList, { offset = 0 }: ListPart) {
  return {
    title,
    siteTitle: 'Daily Papers',
    site: SITE,
    page,
    self: page,
    authority: 'localhost',
    ...(total !== undefined && { total }),
    offset,
  };
}

// `quire doctor`: what is here, whether it is sound, and what to do when it is not. It changes nothing unless asked to.

import { resolve } from 'node:path';
import { EngineError } from '@quire/engine/core';
import { Command } from 'commander';
import { joined, type Printable, printable } from '../../output/printable.ts';
import { findServer, ownFolder } from '../../server/ownership.ts';
import { checkLibrary, type Finding, libraryExists, rebuildIndex, repairLibrary } from '../../services/index.ts';
import { databaseOf, EXIT, type Io, json, table } from '../io.ts';
import { progress } from '../progress.ts';
import { dataDirOption, examples, type Verb } from '../verb.ts';

interface Options {
  readonly dataDir: string;
  readonly deep?: boolean;
  readonly rebuild?: boolean;
  readonly repair?: boolean;
  readonly json?: boolean;
}

export const doctorCommand: Verb = (io, finish) =>
  new Command('doctor')
    .description('Check the library: store, index, encoder, server')
    .addOption(dataDirOption())
    .option('--deep', 'read every row and every block and verify its checksum; refold all works')
    .option('--rebuild', 'throw the index away and make it again from the store')
    .option('--repair', 'copy every sound record into a new store, make works and index again, and list what is bad')
    .option('--json', 'print one JSON object: findings with name, state, detail and hint')
    .addHelpText(
      'after',
      `${examples([
        ['quire doctor', 'a quick look'],
        ['quire doctor --deep', 'every checksum'],
        ['quire doctor --rebuild', 'a new index from the store'],
        ['quire doctor --repair', 'a new store from every record that matches its checksum; the old file is kept'],
      ])}
Exit codes: 0 sound (warnings included), 5 something is damaged, 6 another process writes the index.`,
    )
    .action(async (options: Options) => {
      const folder = resolve(options.dataDir);
      if (!libraryExists(folder, { database: databaseOf(io) })) {
        throw new EngineError('NOT_FOUND', `There is no library in ${folder}`, {
          hint: 'Name its folder with --data-dir.',
        });
      }
      const repaired = options.repair ? [await repair(io, folder)] : [];
      if (options.rebuild) await rebuild(io, folder);
      const checked = await checkLibrary(folder, { deep: options.deep ?? false, database: databaseOf(io) });
      const findings = [...repaired, ...checked, await serverOf(folder)];
      if (options.json) await json(io, { folder, findings });
      else await io.out(shown(findings, io.columns));
      finish(findings.some(({ state }) => state === 'damaged') ? EXIT.damaged : EXIT.ok);
    });

async function serverOf(folder: string): Promise<Finding> {
  const server = await findServer(folder);
  const detail = server === undefined ? 'none holds this library' : `${server.url} (process ${server.pid})`;
  return { name: 'server', state: 'ok', detail };
}

async function repair(io: Io, folder: string): Promise<Finding> {
  const owner = await ownFolder(folder); // no server may start meanwhile
  try {
    const { records, works, quarantined, unreadable, kept } = await indexing(io, (options) =>
      repairLibrary(folder, options),
    );
    const n = (count: number, one: string) => `${count.toLocaleString('en')} ${count === 1 ? one : `${one}s`}`;
    const lost = unreadable === 0 ? '' : `; ${n(unreadable, 'place')} of the old file cannot be read`;
    const detail = `${n(records, 'record')} copied, ${n(works, 'work')} made, ${n(quarantined, 'record')} in quarantine${lost}${kept === undefined ? '' : `; the old file is in ${kept}`}`;
    return { name: 'repair', state: 'ok', detail, ...(quarantined + unreadable > 0 && { hint: LOST_HINT }) };
  } finally {
    await owner?.release();
  }
}

const LOST_HINT = 'Import the files of the lost records again.';

async function rebuild(io: Io, folder: string): Promise<void> {
  if ((await findServer(folder)) !== undefined) {
    throw new EngineError('LOCKED', 'A server holds this library', { hint: 'Stop it, then rebuild the index.' });
  }
  await indexing(io, (options) => rebuildIndex(folder, options));
}

/** Runs `work` with a bar. */
async function indexing<T>(io: Io, work: (options: Parameters<typeof rebuildIndex>[1]) => Promise<T>): Promise<T> {
  const bar = progress(io);
  try {
    return await work({
      signal: io.signal,
      database: databaseOf(io),
      onEvent: (event) => event.kind === 'indexed' && bar.update(event.done, event.total, 'indexing'),
    });
  } finally {
    bar.end();
  }
}

function shown(findings: readonly Finding[], columns: number | undefined): Printable {
  const rows = table(
    findings.map(({ name, state, detail }) => [state, name, detail]),
    { columns: columns === undefined ? undefined : Math.max(columns, 200), stretch: 2 },
  );
  const hints = [...new Set(findings.flatMap(({ hint }) => hint ?? []))];
  return joined([rows, ...hints.map((hint) => printable`  hint: ${hint}\n`)]);
}

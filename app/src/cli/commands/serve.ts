// `quire serve`: the site, until Ctrl-C.

import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError, Option } from 'commander';
import { grouped } from '../../output/numbers.ts';
import { printable } from '../../output/printable.ts';
import { DEFAULT_PORT, startSite } from '../../server/serve.ts';
import { READ_ONLY_NOTE } from '../../services/index.ts';
import { createPages } from '../../web/index.ts';
import { databaseOf, EXIT } from '../io.ts';
import { dataDirOption, examples, type Verb, whole } from '../verb.ts';

/** The papers of a new library; from app/src/cli/commands or app/dist/cli/commands. */
const SAMPLE = fileURLToPath(new URL('../../../sample/papers.jsonl', import.meta.url));

export const serveCommand: Verb = (io, finish) =>
  new Command('serve')
    .description('Start the site on this machine')
    .addOption(dataDirOption())
    .option('-p, --port <number>', 'port to listen on; 0 takes any free one', whole(0, 65_535), DEFAULT_PORT)
    .option('--host <address>', 'address to listen on; another than 127.0.0.1 lets other machines in', '127.0.0.1')
    .addOption(
      new Option('--public-url <url>', 'address of the site through a proxy or on the network')
        .env('QUIRE_PUBLIC_URL')
        .argParser(publicUrl),
    )
    .addOption(
      new Option('--allow-indexing', 'let search engines index the site; without it every answer says noindex').env(
        'QUIRE_ALLOW_INDEXING',
      ),
    )
    .option('--no-sample', 'begin an empty library empty, without the sample papers')
    .addHelpText(
      'after',
      `${examples([
        ['quire serve', 'the site on http://127.0.0.1:4321, over ./data'],
        ['quire serve --data-dir ~/papers --port 8080', 'another folder, another port'],
        ['quire serve --public-url https://papers.example.org', 'behind a proxy of that name'],
      ])}
Exit codes: 0 stopped by Ctrl-C, 6 the port is taken or another server holds the library.`,
    )
    .action(
      async (options: {
        dataDir: string;
        port: number;
        host: string;
        publicUrl?: string;
        allowIndexing?: boolean;
        sample: boolean;
      }) => {
        const start = performance.now();
        const site = await startSite({
          folder: resolve(options.dataDir),
          database: databaseOf(io),
          host: options.host,
          ...(options.publicUrl !== undefined && { publicUrl: options.publicUrl }),
          port: options.port,
          ...(options.allowIndexing !== undefined && { allowIndexing: options.allowIndexing }),
          pages: (services) => createPages(services),
          ...(options.sample && existsSync(SAMPLE) && { sample: SAMPLE }),
          onProblem: (what, error) =>
            io.err(printable`${what}: ${error instanceof Error ? error.message : String(error)}\n`),
        });
        const status = await site.library.services.status();
        const what = status.sample ? 'sample library' : 'library';
        const seconds = ((performance.now() - start) / 1000).toFixed(1);
        await io.out(printable`  Quire · data in ${status.folder} · nothing leaves this machine\n`);
        await io.out(
          printable`  ${what}: ${grouped(status.works)} papers · ${status.encoder ? `meaning by ${status.encoder}` : 'search by words only'} · ${seconds} s\n`,
        );
        if (site.library.readOnly) await io.out(printable`  note: ${READ_ONLY_NOTE}\n`);
        if (isWildcard(options.host) && options.publicUrl === undefined)
          await io.out(printable`  requests for other names than localhost are refused; --public-url allows one\n`);
        if (!/^(?:127\.|::1$|localhost$)/.test(options.host))
          await io.out(printable`  open to other machines: they can read and search everything here\n`);
        if (status.sample && status.advice !== undefined) await io.out(printable`  ${status.advice}\n`);
        await io.out(printable`  ready:  ${site.url}\n`);
        if (!io.signal.aborted)
          await new Promise<void>((done) => io.signal.addEventListener('abort', () => done(), { once: true }));
        io.err(printable`  stopping\n`);
        await site.stop();
        finish(EXIT.ok);
      },
    );

/** Listens on every address; the name that other machines use is unknown. */
function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}

function publicUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url.href;
  throw new InvalidArgumentError('Give an address such as https://papers.example.org.');
}

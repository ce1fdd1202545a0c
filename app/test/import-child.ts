// A process of its own that imports a file into a library and says what is safe: for the kill test.

import { openLibraryIn } from '../src/services/library-open.ts';

const [folder = '', file = ''] = process.argv.slice(2);
const library = await openLibraryIn(folder, { create: true });
process.stdout.write('started\n');
await library.ingest.importFiles([file], {
  onEvent: (event) => {
    if (event.kind === 'progress') process.stdout.write(`safe ${event.line}\n`);
    if (event.kind === 'indexed') process.stdout.write(`indexed ${event.done}\n`);
  },
});
process.stdout.write('done\n');
await library.close();

// The thread of background-check.ts: checks the store in `workerData.folder` and sends the result.

import { parentPort, workerData } from 'node:worker_threads';
import { checkFile } from './background-check.ts';

const { folder } = workerData as { folder: string }; // set by background-check.ts alone
parentPort?.postMessage(await checkFile(folder, async () => {}));

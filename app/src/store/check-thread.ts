// The thread of background-check.ts: checks the store at `workerData` and sends the result.

import { parentPort, workerData } from 'node:worker_threads';
import { checkPlace } from './background-check.ts';
import type { Place } from './open-database.ts';

const place = workerData as Place; // set by background-check.ts alone
parentPort?.postMessage(await checkPlace(place, async () => {}));

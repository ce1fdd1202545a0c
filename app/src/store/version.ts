// The version of a store that this build writes: the number of the last migration.

import { MIGRATIONS } from './migrations/index.ts';

export const STORE_VERSION = MIGRATIONS.at(-1)?.number ?? 0;

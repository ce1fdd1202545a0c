// Every migration in the order of its number. A new one stands at the end.

import { PAPERS } from './0001-papers.ts';
import { CHECKSUMS } from './0002-checksums.ts';
import type { Migration } from './migration.ts';

export const MIGRATIONS: readonly Migration[] = [PAPERS, CHECKSUMS];

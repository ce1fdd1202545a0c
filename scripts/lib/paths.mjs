// Paths in the repository, and whether a command is installed.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root folder, absolute. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** A path inside the repository. */
export const at = (...parts) => join(root, ...parts);

/** Whether a command starts at all (`java -version`, `mvn -v`, ...). */
export function runs(command, ...args) {
  const done = spawnSync(command, args, { stdio: 'ignore', timeout: 60_000 });
  return done.error === undefined && done.status === 0;
}
